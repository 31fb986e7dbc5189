"""The Test page, without a browser: its states and what it says in them."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.runtime.scriptrunner import StopException
from streamlit.testing.v1 import AppTest

from dashboard.session.agents import Choice, Upload, read_upload
from dashboard.session.agents import available as available_agents
from dashboard.session.session import Session
from dashboard.test_page import choosing
from dashboard.test_page.choosing import Picks
from dashboard.test_page.page_state import PageState
from dashboard.test_page.results import Results
from dashboard.test_page.showing import Showing
from dashboard.web.keys import TEST_PAGE
from dqn_core.files.checkpoint import agent_bytes
from dqn_core.files.packing import pack
from tests.balancing import balancing_agent

APP = Path(__file__).parents[2] / "app.py"
TRAINED = "Trained CartPole-v1 agent"
NOW = "In training, as it is now"


@pytest.fixture
def page() -> Iterator[AppTest]:
    at = AppTest.from_file(APP, default_timeout=120).switch_page("pages/test.py").run()
    yield at
    # A thread that is in the middle of PyTorch when the process ends aborts it.
    for showing in showings(at):
        showing.stop()
    for thread in threading.enumerate():
        if thread.name.startswith("film-"):
            thread.join(10)


def session(at: AppTest) -> Session:
    found = at.session_state["session"]
    assert isinstance(found, Session)
    return found


def state(at: AppTest) -> PageState:
    found = at.session_state[TEST_PAGE]
    assert isinstance(found, PageState)
    return found


def showings(at: AppTest) -> list[Showing]:
    return state(at).showings


def shown(at: AppTest) -> list[tuple[str, int]]:
    """Title and seed of what is in the player."""
    assert not at.exception
    return [(showing.chosen.title, showing.seed) for showing in showings(at)]


def results(at: AppTest) -> list[Results]:
    return state(at).results


def upload(at: AppTest, name: str, content: bytes) -> AppTest:
    at.file_uploader(key="upload_file").set_value((name, content, "application/octet-stream"))
    return at.run()


def box(at: AppTest, name: str) -> Any:
    """A box that was given another value by the page has a number in its key."""
    (found,) = (b for b in at.selectbox if b.key and b.key.split("-")[0] == name)
    return found


def choose(at: AppTest, place: str, name: str) -> None:
    choices = available_agents(session(at), state(at).picks.upload).values()
    box(at, place).set_value({choice.name: choice.key for choice in choices}[name]).run()


def chosen(at: AppTest, place: str) -> str:
    index = box(at, place).index
    assert index is not None
    return str(box(at, place).options[index])


def train(at: AppTest, steps: int = 100) -> None:
    session(at).run.trainer.run(max_steps=steps)


def headlines(at: AppTest) -> list[str]:
    return [m.value for m in at.markdown if "from seed" in m.value]


def test_the_agent_that_the_train_page_sends_for_is_shown_although_another_one_trains(
    page: AppTest,
) -> None:
    train(page)
    (trained,) = (c for c in available_agents(session(page)).values() if c.name == TRAINED)
    session(page).to_watch = trained.key
    page.run()
    assert shown(page) == [(TRAINED, 1000)]
    assert chosen(page, "agent") == TRAINED
    choose(page, "agent", NOW)
    assert [title for title, _ in shown(page)] == ["In training, at step 100"]


def test_a_newcomer_sees_an_episode_at_once(page: AppTest) -> None:
    assert shown(page) == [(TRAINED, 1000)]
    assert chosen(page, "agent") == TRAINED
    assert box(page, "beside").value is None
    assert not page.metric
    assert not page.error


def test_a_rerun_films_nothing_anew_and_a_condition_does(page: AppTest) -> None:
    first = showings(page)[0]
    page.run()
    page.toggle(key="film_overlay").set_value(True).run()
    page.text_input(key="test_episodes").set_value("5").run()
    assert showings(page)[0] is first
    page.slider(key="physics_CartPole_gravity").set_value(15.0).run()
    assert showings(page)[0] is not first
    assert showings(page)[0].conditions.parameters == {"gravity": 15.0}
    assert any("gravity 15 m/s²" in caption.value for caption in page.caption)
    page.button(key="usual_physics").click().run()
    assert showings(page)[0].conditions.parameters == {}
    assert page.slider(key="physics_CartPole_gravity").value == 9.8


def test_another_start_goes_on_from_the_shown_one(page: AppTest) -> None:
    page.button(key="another_start").click().run()
    page.button(key="another_start").click().run()
    assert shown(page) == [(TRAINED, 1002)]
    page.button(key="watch").click().run()
    assert shown(page) == [(TRAINED, 1000)]


def test_a_number_that_cannot_be_is_refused_and_the_last_good_one_stays(page: AppTest) -> None:
    page.text_input(key="test_episodes").set_value("5").run()
    page.text_input(key="test_episodes").set_value("2.5").run()
    assert [error.value for error in page.error] == ["Episodes must be a whole number, not 2.5."]
    assert page.text_input(key="test_episodes-1").value == "5"
    assert page.button(key="run_test").label == "Test 5 episodes"
    page.text_input(key="test_episodes-1").set_value("1e2").run()
    assert not page.error
    assert page.button(key="run_test").label == "Test 100 episodes"


def test_results_belong_to_the_agents_that_were_tested(page: AppTest) -> None:
    page.text_input(key="test_episodes").set_value("4").run()
    page.button(key="run_test").click().run()
    assert headlines(page) == [f"**{TRAINED}**: 4 episodes from seed 1000"]
    assert set(page.table[0].value.columns) >= {"mean return", "median", "smallest"}
    assert any("discounted by γ 0.985" in caption.value for caption in page.caption)
    values = (
        "B 64, Train every 1, γ 0.985, n 3, α 0.001, Clipping limit 10, other values as in "
        "Recommended"
    )
    assert any(values in caption.value for caption in page.caption), "what the agent is"
    assert len(page.dataframe[0].value) == 4
    page.button(key="worst_0").click().run()
    assert shown(page) == [(TRAINED, results(page)[0].worst_seed)]
    upload(page, "mine.safetensors", agent_bytes(balancing_agent()))
    assert headlines(page) == []
    choose(page, "agent", TRAINED)
    assert len(headlines(page)) == 1
    page.slider(key="test_epsilon").set_value(0.2).run()
    assert headlines(page) == [f"**{TRAINED}**: 4 episodes from seed 1000"]  # still how it was


def test_side_by_side_is_tested_and_filmed_together(page: AppTest) -> None:
    upload(page, "mine.safetensors", agent_bytes(balancing_agent()))
    choose(page, "beside", TRAINED)
    assert shown(page) == [("Uploaded: mine.safetensors", 1000), (TRAINED, 1000)]
    page.text_input(key="test_episodes").set_value("3").run()
    page.button(key="run_test").click().run()
    assert len(headlines(page)) == 2
    assert len(page.table) == 1, "one comparison"
    assert any("from the same starts:" in text.value for text in page.markdown)
    assert results(page)[0].evaluation.mean_return == 500
    assert page.button(key="worst_1")


def test_an_agent_in_training_comes_first_and_shows_at_which_step(page: AppTest) -> None:
    train(page)
    page.run()
    assert shown(page) == [("In training, at step 100", 1000)]
    train(page)
    page.button(key="watch").click().run()
    assert shown(page) == [("In training, at step 200", 1000)]
    assert any("step 200 in CartPole-v1" in caption.value for caption in page.caption)


def test_every_member_can_be_chosen(page: AppTest) -> None:
    session(page).set_members(2)
    train(page)
    page.run()
    assert box(page, "agent").options[:2] == [
        "In training, seed 0, as it is now",
        "In training, seed 1, as it is now",
    ]
    choose(page, "agent", "In training, seed 1, as it is now")
    assert showings(page)[0].chosen.agent.config.seed == session(page).config.seed + 1


def test_a_choice_that_is_gone_is_said_and_the_page_goes_on(page: AppTest) -> None:
    train(page)
    page.run()
    choose(page, "agent", "In training, at step 0")
    choose(page, "beside", NOW)
    session(page).reset()
    page.run()
    assert shown(page) == [("cartpole-1, at its end", 1000)]
    assert [info.value for info in page.info] == [
        f"“{name}” is no longer there: the run was reset or undone."
        for name in ("In training, at step 0", NOW)
    ]
    assert box(page, "beside").value is None
    page.run()
    assert not page.info


def test_an_earlier_state_stays_as_long_as_it_is_picked(page: AppTest) -> None:
    train(page)
    run = session(page).run
    run.snapshots.append(run.trainer.agent())
    page.run()
    early = "In training, at step 100"
    choose(page, "agent", early)
    choose(page, "beside", "In training, at step 0")
    train(page)
    run.snapshots = [run.trainer.agent()]  # as when there are many
    page.button(key="another_start").click().run()
    assert shown(page) == [(early, 1001), ("In training, at step 0", 1001)]
    assert not page.info
    choose(page, "agent", TRAINED)
    assert early not in box(page, "agent").options


def test_another_environment_brings_its_own_conditions(page: AppTest) -> None:
    session(page).set("env_id", "MountainCar-v0")
    train(page, 30)
    page.run()
    assert shown(page)[0][0] == "In training, at step 30"
    assert page.slider(key="physics_MountainCar_force").value == 0.001
    assert page.button(key="game_begin").label == "Play"
    assert box(page, "beside").options == [
        "no other agent",
        "In training, at step 0",
        "Trained MountainCar-v0 agent",
    ]
    choose(page, "agent", TRAINED)
    assert shown(page) == [(TRAINED, 1000)]
    assert page.slider(key="physics_CartPole_length").value == 0.5


def test_a_game_belongs_to_its_agent_and_its_start(page: AppTest) -> None:
    session(page).set("env_id", "FrozenLake-v1")
    train(page, 30)
    page.run()
    page.button(key="game_begin").click().run()
    game = state(page).game
    assert game is not None
    assert page.button(key="game_begin").label == "Play again"
    page.run()
    assert state(page).game is game
    page.button(key="another_start").click().run()
    assert game.over
    assert page.button(key="game_begin").label == "Play"
    assert not page.exception


def test_text_is_played_where_there_are_no_physics(page: AppTest) -> None:
    session(page).set("env_id", "Taxi-v4")
    train(page, 30)
    page.run()
    assert shown(page)[0][0] == "In training, at step 30"
    assert not [slider for slider in page.slider if slider.key != "test_epsilon"]


def test_a_refused_upload_is_one_sentence_and_what_was_there_stays(page: AppTest) -> None:
    upload(page, "good.safetensors", agent_bytes(balancing_agent()))
    before = showings(page)[0]
    upload(page, "bad.safetensors", b"not an agent at all, but long enough to look")
    assert not page.exception
    assert [error.value for error in page.error] == [
        "bad.safetensors was not loaded. The file is not a DQN Lab checkpoint, or is cut off."
    ]
    assert chosen(page, "agent") == "Uploaded: good.safetensors"
    assert showings(page)[0] is before
    upload(page, "better.safetensors", agent_bytes(balancing_agent()))
    assert not page.error
    assert chosen(page, "agent") == "Uploaded: better.safetensors"


def cut_short(*_: object) -> None:
    """As Streamlit cuts a run of the page short when the page asks for another one meanwhile."""
    raise StopException


@pytest.mark.parametrize(("owner", "name"), [(choosing, "read_upload"), (Showing, "__init__")])
def test_a_file_that_a_run_cut_short_did_not_take_or_film_is_on_show_in_the_next(
    page: AppTest, monkeypatch: pytest.MonkeyPatch, owner: object, name: str
) -> None:
    with monkeypatch.context() as during:
        during.setattr(owner, name, cut_short)
        upload(page, "mine.safetensors", agent_bytes(balancing_agent()))
    assert shown(page) == [(TRAINED, 1000)]
    page.run()
    assert shown(page) == [("Uploaded: mine.safetensors", 1000)]


def test_a_click_that_a_run_cut_short_did_not_answer_is_answered_by_the_next(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    for owner, name in ((choosing, "available"), (Showing, "__init__")):
        with monkeypatch.context() as during:
            during.setattr(owner, name, cut_short)
            page.button(key="another_start").click().run()
        ((_, before),) = shown(page)
        page.run()
        assert shown(page) == [(TRAINED, before + 1)]
        page.run()
        assert shown(page) == [(TRAINED, before + 1)]


def test_a_click_that_was_not_answered_before_the_page_was_left_is_forgotten(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as during:
        during.setattr(choosing, "available", cut_short)
        page.button(key="run_test").click().run()
    page.switch_page(str(APP)).run()
    page.switch_page("pages/test.py").run()
    assert results(page) == []
    assert shown(page) == [(TRAINED, 1000)]


def test_the_one_beside_can_be_sent_away_again(page: AppTest) -> None:
    train(page)
    page.run()
    choose(page, "beside", TRAINED)
    assert len(shown(page)) == 2
    box(page, "beside").select_index(0).run()
    assert len(shown(page)) == 1
    page.run()
    assert len(shown(page)) == 1


def test_a_file_that_comes_while_an_older_run_of_the_page_ends_stays_picked(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def available(session: Session, earlier: Upload | None) -> dict[str, Choice]:
        choices = before(session, earlier)
        upload = read_upload("1", "mine.safetensors", agent_bytes(balancing_agent()))
        state(page).picks.upload = upload
        state(page).picks.picked["agent"] = upload.choices()[0]
        return choices

    before = available_agents
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(choosing, "available", available)
        assert shown(page.run()) == [(TRAINED, 1000)]
    assert shown(page.run()) == [("Uploaded: mine.safetensors", 1000)]


def test_a_refusal_stays_when_an_older_run_of_the_page_ends_after_it(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def choose_agents(session: Session, picks: Picks) -> list[Choice]:
        with monkeypatch.context() as older:
            older.setattr(st, "file_uploader", lambda *_, **__: None)
            choosing.upload_control(picks)  # it does not know of the file
        return before(session, picks)

    before = choosing.choose_agents
    upload(page, "bad.safetensors", b"not an agent at all, but long enough to look")
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(choosing, "choose_agents", choose_agents)
        page.run()
    assert page.run().error[0].value.startswith("bad.safetensors was not loaded.")


def test_an_uploaded_run_offers_its_members(page: AppTest) -> None:
    session(page).set_members(3)
    train(page, 50)
    content = pack("run", session(page).run.state_dict())
    upload(page, "run.safetensors", content)
    choose(page, "agent", "Uploaded: run.safetensors, agent 3")
    assert shown(page) == [("Uploaded: run.safetensors, agent 3", 1000)]
    assert showings(page)[0].chosen.agent.config.seed == session(page).config.seed + 2


def test_films_to_take_away(page: AppTest) -> None:
    upload(page, "mine.safetensors", agent_bytes(balancing_agent(max_episode_steps=20)))
    showings(page)[0].film.wait_beyond(10**6, 30)
    page.segmented_control(key="film_form").set_value("GIF").run()
    page.button(key="make_film").click().run()
    film_file = state(page).film_file
    assert film_file is not None
    assert film_file.content.startswith(b"GIF")
    assert any(button.label.startswith("Save episode.gif") for button in downloads(page))
    page.button(key="another_start").click().run()
    assert not any(button.label.startswith("Save") for button in downloads(page))
    train(page)
    page.run()
    assert "make_growth" not in {button.key for button in page.button}, "of another agent"
    choose(page, "agent", NOW)
    page.button(key="make_growth").click().run()
    assert any(button.label.startswith("Save growth.gif") for button in downloads(page))


def downloads(at: AppTest) -> list[Any]:
    return list(at.get("download_button"))


def test_the_worst_episode_is_one_click_away(page: AppTest) -> None:
    page.slider(key="test_epsilon").set_value(0.5).run()
    page.button(key="run_test").click().run()
    worst = results(page)[0].worst_seed
    page.button(key="worst_0").click().run()
    assert not page.exception
    assert shown(page) == [(TRAINED, worst)]
