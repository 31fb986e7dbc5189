"""The Train page, without a browser: its states and what it says in them."""

import runpy
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from gymnasium.envs.classic_control import CartPoleEnv
from streamlit.testing.v1 import AppTest

from dashboard.session.environment import choose_environment
from dashboard.session.run import Status
from dashboard.session.runner import Runner
from dashboard.session.session import Session
from dashboard.train_page import controls
from dashboard.train_page.figures import figures
from dashboard.web import language
from dashboard.web.keys import FEED
from dashboard.web.slots import Slots
from dqn_core import DQNConfig
from dqn_core.base.numbers import number
from dqn_core.base.statistics import interquartile_mean, smooth
from dqn_core.divergence import Stop
from tests.pages.sessions import session, train

APP = Path(__file__).parents[2] / "app.py"


@pytest.fixture
def page() -> Iterator[AppTest]:
    at = AppTest.from_file(APP, default_timeout=120).run()
    yield at
    session(at).run.pause()


def test_the_server_does_not_start_with_a_setting_that_it_cannot_use(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DQN_LAB_PRIVATE", "perhaps")
    with pytest.raises(SystemExit, match="DQN_LAB_PRIVATE must be on or off, not 'perhaps'"):
        runpy.run_path(str(APP))


def numbers(at: AppTest) -> dict[str, str]:
    shown = figures(session(at).run, session(at).link.smoothing)["numbers"]
    return {name: value for name, (_, value) in shown.items()}


def where(at: AppTest) -> str:
    return str(figures(session(at).run, session(at).link.smoothing)["where"])


def test_before_the_start_it_is_ready_and_offers_to_start(page: AppTest) -> None:
    assert not page.exception
    assert page.button(key="start").label == "Start"
    assert where(page) == "Environment step 0 of 50,000, episode 1"
    assert session(page).run.status is Status.READY


def test_drawing_the_page_again_looks_up_once_what_is_the_same_for_all_of_it(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = Counter[str]()

    def counted(what: Any, name: str) -> None:
        original = getattr(what, name)

        def call(*args: Any) -> Any:
            calls[name] += 1
            return original(*args)

        monkeypatch.setattr(what, name, call)

    counted(DQNConfig, "__post_init__")
    counted(language, "spoken")
    page.run()
    assert not page.exception
    # Each control asks what its preset has and which language is spoken: once there were 50
    # configurations and 600 questions, and the answer to Pause came twice as late.
    assert calls["__post_init__"] <= 3
    assert calls["spoken"] <= 5


def test_start_trains_and_pause_stops(page: AppTest) -> None:
    page.button(key="start").click().run()
    train(page, 300)
    page.run()
    episode = session(page).run.trainer.episodes[0] + 1
    assert episode > 1
    assert where(page).endswith(f" of 50,000, episode {episode}")
    assert numbers(page)["average_return"] != "–"
    page.button(key="pause").click().run()
    assert session(page).run.status is Status.PAUSED
    assert page.button(key="start").label == "Resume"


def test_a_run_that_is_looked_at_goes_on_without_a_click(page: AppTest) -> None:
    """Only one whose runner nobody has touched for long is paused."""
    runner = session(page).runner
    looked_at = runner._touched
    page.session_state[FEED].sources["GET", "curves"]({})  # as the browser does twice a second
    assert session(page).runner is runner
    assert runner._touched > looked_at


def test_a_run_that_pauses_while_the_page_is_drawn_is_shown_as_paused(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = controls.sidebar

    def slowly(session: Session, make_lesson: Callable[[], None]) -> None:
        draw(session, make_lesson)
        session.run.pause()  # the thread has come to the end of the episode

    page.button(key="one_episode").click()
    monkeypatch.setattr(controls, "sidebar", slowly)
    page.run()
    assert "start" in [button.key for button in page.button]
    assert [text.value for text in page.markdown if "badge[" in text.value] == [
        "# Train a deep Q-network :blue-badge[paused]"
    ]


def test_a_step_has_been_made_when_the_page_is_drawn_and_that_is_once(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, draw, drawn = session(page).run, controls.sidebar, list[Status]()

    def counted(session: Session, make_lesson: Callable[[], None]) -> None:
        drawn.append(run.status)
        draw(session, make_lesson)

    def wake(_: Runner) -> None:
        threading.Timer(0.02, run.advance, [Slots(1)]).start()

    monkeypatch.setattr(controls, "sidebar", counted)
    monkeypatch.setattr(Runner, "touch", wake)
    # A tenth of a second may be over on a machine that has other work.
    monkeypatch.setattr("dashboard.train_page.time_controls.MOMENT", 10.0)
    page.button(key="one_step").click().run()
    assert drawn == [Status.PAUSED]
    assert run.trainer.env_step == 1


def test_whoever_starts_or_pauses_gets_that_button_before_the_rest_of_the_page(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw, order = controls.sidebar, list[str]()

    def rest(session: Session, make_lesson: Callable[[], None]) -> None:
        order.append("rest")
        draw(session, make_lesson)

    clock = SimpleNamespace(sleep=lambda _: order.append("button"), monotonic=time.monotonic)
    monkeypatch.setattr("dashboard.train_page.time_controls.time", clock)
    monkeypatch.setattr(controls, "sidebar", rest)
    for key in ("start", "pause", "new_seed"):
        order.append(key)
        page.button(key=key).click().run()
    assert order[:7] == ["start", "button", "rest", "pause", "button", "rest", "new_seed"]
    assert "button" not in order[7:]


def test_start_begins_the_run_that_a_value_typed_just_before_has_made(page: AppTest) -> None:
    session(page).set("gamma", 0.9)  # as when both reach the server in one message
    page.button(key="start").click().run()
    assert session(page).run.config.gamma == 0.9
    assert session(page).run.status is Status.RUNNING


def test_a_change_in_mid_run_is_listed_and_can_be_undone(page: AppTest) -> None:
    page.button(key="start").click().run()
    train(page, 50)
    session(page).set("gamma", 0.5)
    page.button(key="pause").click().run()
    assert any("γ 0.99 → 0.5" in markdown.value for markdown in page.markdown)
    undo = next(button for button in page.button if str(button.key).startswith("undo_"))
    undo.click().run()
    assert session(page).config.gamma == DQNConfig().gamma
    assert session(page).run.config.gamma == DQNConfig().gamma
    assert any("before γ 0.99 → 0.5" in info.value for info in page.info)


def test_earlier_runs_are_listed_and_give_back_their_values_and_their_way(page: AppTest) -> None:
    for gamma in (0.9, 0.5):
        session(page).run.trainer.run(max_steps=100)
        session(page).run.status = Status.PAUSED
        session(page).set("gamma", gamma)
        page.button(key="reset").click().run()
    said = [text.value.splitlines()[0].strip() for text in page.markdown]
    assert said.index("╌╌╌ **cartpole-2**: γ 0.9") < said.index("─── **cartpole-1**: γ 0.99")
    page.button(key="use_cartpole-2").click().run()
    assert session(page).config.gamma == session(page).run.config.gamma == 0.9
    page.button(key="go_on_cartpole-1").click().run()
    assert session(page).run.trainer.env_step == 100
    assert any("Back at step 100 of cartpole-1" in info.value for info in page.info)
    assert not page.exception


def test_a_failed_run_shows_its_sentence_and_no_traceback(page: AppTest) -> None:
    page.button(key="start").click().run()
    train(page, 1_100)
    session(page).run.trainer.learner.online.parameters.fill_(float("nan"))
    train(page, 10_000)
    page.run()
    assert not page.exception
    assert any("no longer finite" in error.value for error in page.error)


def test_a_seed_that_stopped_is_named_in_plain_text_and_left_out_of_the_averages(
    page: AppTest,
) -> None:
    session(page).set_typed("members", "3")
    page.run()
    page.button(key="start").click().run()
    train(page, 1_300)
    run = session(page).run
    reason = "Q-values reached 1e+06 at step 1,300; most likely [a](http://b.c)."
    drawn = session(page).state
    run.trainer._stop({1: Stop(run.trainer.env_step, reason)})
    assert session(page).state != drawn, "the browser has the page drawn anew"
    run.pause()
    page.run()
    told = page.warning[0].value
    assert told.startswith("Seed 1 stopped: Q-values reached 1e+06 at step 1,300")
    assert "[a](" not in told
    assert told.endswith("The other 2 seeds continue, and only they count in averages.")
    columns = run.history.episodes.columns()
    averages = [smooth(columns["return"][columns["member"] == p])[-1] for p in (0, 2)]
    assert numbers(page)["average_return"] == number(interquartile_mean(averages))
    run.trainer.evaluate()
    greedy = run.history.evaluations.columns(-2)["mean_return"]
    assert numbers(page)["greedy_return"] == number(interquartile_mean(greedy))


def test_what_waits_for_a_reset_is_named(page: AppTest) -> None:
    page.button(key="one_step").click().run()
    train(page, 0)
    session(page).set("hidden_dims", "64, 64")
    page.run()
    assert any("Hidden layers" in warning.value for warning in page.warning)
    page.button(key="reset").click().run()
    assert session(page).run.config.hidden_dims == "64, 64"
    assert not page.warning


def test_the_way_to_the_threshold_is_told_and_that_it_was_reached(page: AppTest) -> None:
    session(page).set("evaluation_period", 100)
    session(page).set("evaluation_episodes", 2)
    page.run()
    page.button(key="start").click().run()
    train(page, 120)
    page.run()
    trainer = session(page).run.trainer
    assert where(page).endswith(" · solved when the greedy return reaches 475")
    trainer.evaluations.solved_at = 100
    page.run()
    assert where(page).endswith(" · solved at step 100")


def test_a_finished_run_says_how_to_go_on_and_goes_on_with_a_larger_budget(page: AppTest) -> None:
    session(page).set("total_steps", 100)
    page.run()
    page.button(key="start").click().run()
    train(page, 100)
    page.run()
    assert page.button(key="start").disabled
    assert "raise or switch off that limit" in page.info[0].value
    session(page).look_at(locked=("budget",))
    page.run()
    assert page.info[0].value.endswith(" Reset begins a new run.")
    assert "limit" not in page.info[0].value
    session(page).look_at(locked=())
    session(page).set("total_steps", 200)
    page.run()
    page.button(key="start").click().run()
    train(page, 150)
    assert session(page).run.trainer.env_step > 150


def test_figures_of_several_members_are_those_of_all_of_them(page: AppTest) -> None:
    session(page).set_typed("members", "3")
    session(page).set("evaluation_period", 400)
    page.run()
    page.button(key="start").click().run()
    train(page, 400)
    page.run()
    trainer = session(page).run.trainer
    greedy = trainer.history.evaluations.frame().tail(3)["mean_return"]
    assert numbers(page)["greedy_return"] == number(interquartile_mean(greedy.to_list()))
    episodes = trainer.history.episodes.frame().groupby("member")["return"]
    average = [smooth(returns.to_numpy())[-1] for _, returns in episodes]
    assert numbers(page)["average_return"] == number(interquartile_mean(average))


def test_drawing_the_page_makes_no_step_of_an_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    steppers: list[str] = []
    step = CartPoleEnv.step

    def counted(self: CartPoleEnv, action: int) -> Any:
        steppers.append(threading.current_thread().name)
        return step(self, action)

    monkeypatch.setattr(CartPoleEnv, "step", counted)
    at = AppTest.from_file(APP, default_timeout=120)
    at.query_params["max_episode_steps"] = "77"  # what acting at random gives there nobody knows
    at.run()
    assert not at.exception
    assert session(at).run.trainer.spec.max_episode_steps == 77
    assert set(steppers) <= {"random-policy"}, "that is measured beside"


def test_the_way_to_a_trained_agent_is_there_where_the_project_has_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dashboard.session.agents.trained_key", {"CartPole-v1": "trained"}.get)
    page = AppTest.from_file(APP, default_timeout=120).run()
    page.button(key="aim").click().run()
    assert not page.exception
    choose_environment(session(page), "Acrobot-v1")
    page.switch_page(str(APP)).run()
    assert not [button for button in page.button if button.key == "aim"]


def test_where_the_values_of_a_race_take_turns_it_says_which_one_is_shown_and_saved() -> None:
    at = AppTest.from_file(APP, default_timeout=120)
    at.query_params["race"] = "hidden_dims=8,8;4"
    at.run()
    assert "The environment now, for seed 0 of Hidden layers 8, 8" in [e.label for e in at.expander]
    at.button(key="open_files").click().run()
    assert not at.exception
    assert at.selectbox(key="value_to_save").options == ["Hidden layers 8, 8", "Hidden layers 4"]


def test_the_states_to_fork_from_are_those_of_when_one_asks_and_a_fork_closes_them(
    page: AppTest,
) -> None:
    page.button(key="start").click().run()
    train(page, 5)
    page.button(key="pause").click().run()
    parent = session(page).run
    page.session_state[f"fork_{parent.id}"] = True
    page.run()
    assert page.selectbox(key="fork_step").options[-1] == "0"
    page.button(key="fork_there").click().run()
    assert session(page).run.id != parent.id
    assert not [box for box in page.selectbox if box.key == "fork_step"]
