"""The sidebar without a browser: what the controls show, and what reaches the session."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.session.links import Link
from dashboard.session.session import Session
from dashboard.session.words import change_label, show
from dashboard.train_page.controls import GROUP_SYMBOLS
from dashboard.train_page.lesson import control_name
from dashboard.train_page.picks import picks
from dqn_core import HYPERPARAMETERS, DQNConfig, preset, recommended
from tests.core.foreign import registered

APP = Path(__file__).parents[3] / "app.py"
NEW_VALUES: dict[str, Any] = {
    "env_id": "CartPole-v0",
    "env_kwargs": "sutton_barto_reward=False",
    "max_episode_steps": 300,
    "seed": 7,
    "epsilon_schedule": "exponential",
    "epsilon_start": 0.8,
    "epsilon_end": 0.17,
    "epsilon_decay": 2_000,
    "noisy": True,
    "noisy_sigma": 0.75,
    "buffer_capacity": 20_000,
    "learning_starts": 500,
    "sampling": "sequential",
    "priority_exponent": 0.7,
    "importance_exponent": 0.5,
    "batch_size": 32,
    "train_frequency": 5,
    "gradient_steps": 5,
    "gamma": 0.995,
    "n_step": 7,
    "double_dqn": False,
    "loss": "mse",
    "learning_rate": 5e-4,
    "learning_rate_end": 2e-4,
    "gradient_clipping": "value",
    "gradient_clip": 5.0,
    "target_update_period": 10,
    "target_update_unit": "episodes",
    "tau": 0.05,
    "hidden_dims": "64, 64",
    "layer_norm": True,
    "dueling": True,
    "head": "categorical",
    "n_atoms": 21,
    "value_low": -10.0,
    "value_high": 10.0,
    "n_quantiles": 8,
    "munchausen_share": 0.5,
    "munchausen_temperature": 0.1,
    "total_steps": 20_000,
    "total_episodes": 100,
    "total_seconds": 60,
    "evaluation_period": 1_000,
    "evaluation_episodes": 5,
    "stop_when_solved": True,
    "plateau_evaluations": 3,
    "device": "auto",
}


ALONE = {"munchausen"}
"""What does not go together with some of these."""


@pytest.fixture
def app() -> AppTest:
    return opened()


def opened(**parameters: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=120)
    for name, value in parameters.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def unfold(app: AppTest) -> None:
    """Open all that is folded away."""
    app.session_state["unfolded"] = {*GROUP_SYMBOLS}
    app.run()


def session(app: AppTest) -> Session:
    found: Session = app.session_state["session"]
    return found


def control(app: AppTest, name: str, prefix: str = "control") -> Any:
    for kind in ("select_slider", "text_input", "selectbox", "toggle"):
        for widget in app.sidebar.get(kind):
            if re.fullmatch(rf"{prefix}_{name}(-\d+)?", widget.key or ""):
                return widget
    raise AssertionError(f"there is no {prefix}_{name}")


def titles(app: AppTest) -> list[str]:
    return [m.value for m in app.sidebar.markdown] + [b.label for b in app.sidebar.button]


def marks(app: AppTest, kind: str) -> dict[str, str]:
    """The marks of a kind that stand behind the labels, by control."""
    sheets = " ".join(html.proto.body for html in app.get("html"))
    return dict(re.findall(rf'\.st-key-control_(\w+), [^}}]*--{kind}: "(.+?)"', sheets))


def test_every_hyperparameter_has_a_control_and_its_value_reaches_the_session() -> None:
    assert DQNConfig(**NEW_VALUES).difference(DQNConfig()).keys() == HYPERPARAMETERS.keys() - ALONE
    app = opened()
    unfold(app)
    for name, value in NEW_VALUES.items():
        widget = control(app, name)
        widget.set_value(str(value) if widget.type == "text_input" else value)
    app.run()
    assert not app.exception
    assert session(app).config == DQNConfig(**NEW_VALUES)
    assert session(app).run.config == DQNConfig(**NEW_VALUES)
    # Each is marked, but the seed and the environment: its own values are the preset.
    of_environment = recommended(NEW_VALUES["env_id"], NEW_VALUES["env_kwargs"])
    marked = DQNConfig(**NEW_VALUES).difference(of_environment).keys() - {"seed"}
    assert session(app).link.differences.keys() == marks(app, "differs").keys() == marked


def test_what_does_not_go_together_is_refused_at_its_control_until_the_other_is_changed(
    app: AppTest,
) -> None:
    control(app, "munchausen").set_value(True).run()
    assert not session(app).config.munchausen
    assert session(app).refused == "munchausen"
    assert "n_step 5" in session(app).problem
    unfold(app)
    control(app, "n_step").set_value(1).run()
    control(app, "munchausen").set_value(True).run()
    assert session(app).config.munchausen


def test_what_the_run_will_never_do_is_told_at_its_control_folded_away_or_not() -> None:
    app = opened(total_steps="600")
    words = (
        "The first gradient update is due at environment step 1,000, but the run ends at 600: "
        "make Learning starts smaller or Step budget larger."
    )
    assert words in [warning.value for warning in app.sidebar.warning]
    unfold(app)
    assert [warning.value for warning in app.sidebar.warning].count(words) == 1
    control(app, "total_steps", "exact").set_value("1000").run()
    assert words not in [warning.value for warning in app.sidebar.warning]


@pytest.mark.parametrize("gamma", [0.9, 0.99, 0.995, 0.999, 0.9999999])
def test_the_box_takes_any_exact_value_and_the_slider_follows(app: AppTest, gamma: float) -> None:
    control(app, "gamma", "exact").set_value(str(gamma)).run()
    assert session(app).config.gamma == gamma
    assert control(app, "gamma").value == gamma
    control(app, "gamma").set_value(0.5).run()
    assert control(app, "gamma", "exact").value == "0.5"


def test_a_late_message_with_the_other_widgets_old_value_changes_nothing(app: AppTest) -> None:
    slider, box = control(app, "gamma").key, control(app, "gamma", "exact").key
    control(app, "gamma").set_value(0.5)
    late = app._tree.get_widget_states()  # the box still has what it had
    app.run()
    assert control(app, "gamma").key == slider, "the one in the user's hand stays"
    assert control(app, "gamma", "exact").key != box
    app._run(late)
    assert session(app).config.gamma == 0.5
    control(app, "gamma", "exact").set_value("0.6").run()
    assert session(app).config.gamma == 0.6


def test_a_late_message_does_not_take_a_way_back_back(app: AppTest) -> None:
    control(app, "gamma").set_value(0.5).run()
    late = app._tree.get_widget_states()
    app.button(key="back_gamma").click().run()
    app._run(late)
    assert session(app).config.gamma == DQNConfig().gamma


def test_a_refused_value_is_explained_beside_its_control_which_goes_back(app: AppTest) -> None:
    control(app, "batch_size", "exact").set_value("4000").run()
    assert [error.value for error in app.error] == ["Batch size must be 1 to 1,024, not 4000."]
    assert [error.value for error in app.sidebar.error] == [app.error[0].value]
    assert control(app, "batch_size", "exact").value == str(DQNConfig().batch_size)
    assert control(app, "batch_size").value == DQNConfig().batch_size
    control(app, "batch_size", "exact").set_value("65").run()
    assert not app.error
    assert session(app).config.batch_size == 65


def test_values_that_do_not_go_together_are_refused(app: AppTest) -> None:
    control(app, "buffer_capacity").set_value(50).run()
    assert "larger than Buffer capacity 50" in app.sidebar.error[0].value
    assert control(app, "buffer_capacity").value == 50_000


def test_one_click_puts_one_back_and_one_puts_all_back(app: AppTest) -> None:
    control(app, "gamma").set_value(0.9)
    control(app, "tau").set_value(0.5)
    control(app, "seed").set_value("5")
    app.run()
    app.button(key="back_gamma").click().run()
    assert session(app).config == DQNConfig(tau=0.5, seed=5)
    app.button(key="back_all").click().run()
    assert session(app).config == DQNConfig(seed=5)
    assert not marks(app, "differs")
    assert not [button for button in app.button if str(button.key).startswith("back_")]


def test_a_way_back_moves_no_control_from_its_place(app: AppTest) -> None:
    def places() -> list[str]:
        return [re.sub(r"-\d+$", "", element.key or "") for element in app.sidebar]

    before = places()
    control(app, "batch_size").set_value(32)
    control(app, "gamma").set_value(0.9)
    app.run()
    controls = [place for place in places() if not place.startswith("back_")]
    assert places()[: len(before)] == before == controls


def test_a_preset_fills_every_control(app: AppTest) -> None:
    app.selectbox(key="control_preset").set_value("notebook").run()
    assert session(app).config == preset("notebook")
    assert control(app, "env_id").value == "CartPole-v0"
    assert control(app, "tau").value == 1.0


def test_the_preset_that_was_changed_can_be_chosen_again() -> None:
    app = opened(preset="notebook")
    control(app, "gamma").set_value(0.5).run()
    assert control(app, "preset").value is None
    assert control(app, "preset").placeholder == "Notebook · 1 changed"
    control(app, "preset").set_value("notebook").run()
    assert session(app).config == preset("notebook")
    assert control(app, "preset").value == "notebook"
    control(app, "gamma").set_value(0.5).run()
    control(app, "preset").set_value("auto").run()
    assert session(app).config == recommended("CartPole-v0")


def captions(app: AppTest) -> str:
    return " ".join(caption.value for caption in app.sidebar.caption)


def test_choosing_an_environment_sets_its_values_and_keeps_the_seed(app: AppTest) -> None:
    control(app, "seed").set_value("5").run()
    control(app, "env_id").set_value("Taxi-v4").run()
    assert not app.exception
    assert session(app).config == session(app).run.config == recommended("Taxi-v4").replace(seed=5)
    assert not marks(app, "differs")
    assert "replaced" not in captions(app), "nothing of one's own was lost"


def test_a_value_of_ones_own_gives_way_to_the_environments_until_one_keeps_it(
    app: AppTest,
) -> None:
    control(app, "gamma").set_value(0.5).run()
    control(app, "env_id").set_value("Taxi-v4").run()
    assert session(app).config == recommended("Taxi-v4")
    assert "The values recommended for Taxi-v4 replaced γ 0.5." in captions(app)
    app.button(key="keep_own").click().run()
    assert session(app).config == recommended("Taxi-v4").replace(gamma=0.5)
    assert marks(app, "differs").keys() == {"gamma"}
    assert "replaced" not in captions(app)
    app.button(key="back_gamma").click().run()
    assert session(app).config == recommended("Taxi-v4")


def test_a_preset_that_was_chosen_gives_way_to_the_environments_values_until_one_keeps_it(
    app: AppTest,
) -> None:
    app.selectbox(key="control_preset").set_value("notebook").run()
    control(app, "env_id").set_value("Acrobot-v1").run()
    assert session(app).config == recommended("Acrobot-v1")
    assert "replaced “Notebook”." in captions(app)
    app.button(key="keep_own").click().run()
    assert session(app).config == preset("notebook").replace(env_id="Acrobot-v1")
    assert "The preset is “Notebook”, not what is recommended for Acrobot-v1." in captions(app)
    app.button(key="use_recommended").click().run()
    assert session(app).config == recommended("Acrobot-v1")


def test_an_earlier_link_with_cartpoles_values_says_so_and_one_click_sets_others() -> None:
    app = opened(env_id="Taxi-v4", gamma="0.9")
    assert session(app).config == DQNConfig(env_id="Taxi-v4", gamma=0.9)
    assert "not what is recommended for Taxi-v4." in captions(app)
    app.button(key="use_recommended").click().run()
    assert session(app).config == recommended("Taxi-v4")


def test_what_a_lesson_fixes_stays_in_another_environment() -> None:
    app = opened(preset="auto", gamma="0.9", lock="gamma", hide="tau")
    control(app, "env_id").set_value("MountainCar-v0").run()
    assert session(app).config == recommended("MountainCar-v0").replace(gamma=0.9)
    assert "replaced" not in captions(app)
    app = opened(preset="recommended", env_id="Acrobot-v1", lock="preset")
    control(app, "env_id").set_value("Taxi-v4").run()
    assert session(app).config == DQNConfig(env_id="Taxi-v4")
    assert not [button for button in app.button if button.key == "use_recommended"]


def test_an_environment_that_nobody_tuned_says_so() -> None:
    with registered("Foreign-v0"):
        app = opened(preset="auto", env_id="Foreign-v0")
        assert "Nobody has tuned values for Foreign-v0" in captions(app)
    assert "Nobody" not in captions(opened())


def test_a_note_below_a_control_moves_no_control_from_its_place(app: AppTest) -> None:
    def keys() -> list[str]:
        return [re.sub(r"-\d+$", "", element.key or "") for element in app.sidebar]

    before = keys()
    control(app, "seed").set_value("1e").run()
    assert app.sidebar.error
    control(app, "total_steps").set_value(500).run()
    assert app.sidebar.warning
    assert keys()[: len(before)] == before


def test_a_folded_value_that_differs_is_said_outside(app: AppTest) -> None:
    rare = sum(h.rare for h in HYPERPARAMETERS.values() if h.group == "learn")
    assert app.button(key="more_learn").label == f"**Learn** · {rare} more"
    app.button(key="more_learn").click().run()
    control(app, "n_step").set_value(7).run()
    assert control(app, "n_step").value == 7, "it stays open"
    app.button(key="more_learn").click().run()
    assert app.button(key="more_learn").label == f"**Learn** · {rare} more, 1 changed"
    assert "changed" not in app.button(key="more_budget").label


def test_a_change_and_its_control_are_called_by_the_same_symbol() -> None:
    for name, declared in HYPERPARAMETERS.items():
        changed = change_label(name, 1.0, 2.0).removesuffix(" 1 → 2")
        assert changed in (declared.label, *re.split(r"[ -]", control_name(name)))


def test_a_mark_tells_what_applies_later(app: AppTest) -> None:
    symbols = marks(app, "applies")
    assert symbols["hidden_dims"] == symbols["members"] == "restart_alt"
    assert symbols["max_episode_steps"] == "update"
    assert "gamma" not in symbols


def test_a_pasted_configuration_fills_every_control(app: AppTest) -> None:
    app.button(key="open_paste").click().run()
    wanted = preset("notebook").replace(gamma=0.5)
    app.text_area(key="pasted").set_value(json.dumps(wanted.to_dict()))
    app.button(key="use_pasted").click().run()
    assert not app.exception
    assert session(app).config == wanted
    assert control(app, "gamma").value == 0.5


def test_a_bad_pasted_configuration_changes_nothing_and_says_why(app: AppTest) -> None:
    app.button(key="open_paste").click().run()
    app.text_area(key="pasted").set_value('{"tau": 0.5, "gamma": 2}')
    app.button(key="use_pasted").click().run()
    assert session(app).config == DQNConfig()
    assert [error.value for error in app.error] == ["gamma must be 0 to 1, not 2."]


def copyables(app: AppTest) -> list[str]:
    """The texts on the page that have a button to copy them."""
    components = [element.proto for element in app.get("bidi_component")]
    data = [json.loads(p.json) for p in components if p.component_name == "dqn_lab_copyable"]
    return [text["text"] for text in data]


def test_what_is_copied_is_shown(app: AppTest) -> None:
    control(app, "gamma").set_value(0.95)
    control(app, "double_dqn").set_value(False)
    app.run()
    app.button(key="open_copy").click().run()
    link, command, text = copyables(app)
    assert link.endswith("/?preset=auto&env_id=CartPole-v1&gamma=0.95&double_dqn=off&seed=0")
    assert command == (
        "python -m dqn_core train --env-id CartPole-v1 --gamma 0.95 --no-double-dqn --seed 0"
    )
    assert DQNConfig(**json.loads(text)) == session(app).config


def test_a_link_fills_the_controls_and_its_bad_values_are_listed() -> None:
    app = opened(gamma="0.95", tau="-1", gama="0.9", smoothing="0.5", x_axis="episode")
    assert session(app).link == Link(config=DQNConfig(gamma=0.95), smoothing=0.5, x_axis="episode")
    assert len(app.warning) == 1
    assert "tau" in app.warning[0].value
    assert "gama" in app.warning[0].value
    app.button(key="close_link_problems").click().run()
    assert not app.warning


def test_hidden_controls_are_not_shown_and_locked_ones_cannot_be_moved() -> None:
    app = opened(hide="Target,gamma,members", lock="seed,env_id", gamma="0.9", seed="4")
    keys = {w.key for kind in ("text_input", "select_slider") for w in app.sidebar.get(kind)}
    assert not keys & {"control_tau", "exact_tau", "control_gamma", "control_members"}
    assert not any("Target" in title for title in titles(app))
    assert control(app, "seed").disabled
    assert control(app, "env_id").disabled
    assert not control(app, "batch_size").disabled
    assert app.button(key="new_seed").disabled
    assert marks(app, "applies")["seed"] == marks(app, "applies")["env_id"] == "lock"
    assert session(app).config == DQNConfig(gamma=0.9, seed=4)


def test_a_preset_and_a_pasted_configuration_leave_a_lessons_controls_alone() -> None:
    app = opened(hide="gamma", lock="env_id", gamma="0.9")
    app.selectbox(key="control_preset").set_value("notebook").run()
    kept = preset("notebook").replace(gamma=0.9, env_id="CartPole-v1")
    assert session(app).config == kept
    assert session(app).paste("?preset=recommended&gamma=0.5&tau=0.5")
    assert session(app).config == DQNConfig(gamma=0.9, tau=0.5)
    assert session(app).left_alone == ["gamma"]
    assert session(app).paste("?preset=recommended&tau=0.6")
    assert session(app).left_alone == ["gamma"], "the preset's is another one"
    assert session(app).paste('{"tau": 0.5}')
    assert session(app).left_alone == []


def test_a_lessons_task_is_shown_as_it_was_written() -> None:
    app = opened(task="Lower γ: <b>what</b> *happens*?")
    shown = [info.value.replace("\u2060", "").strip() for info in app.info]
    assert shown == [r"Lower γ: \<b\>what\</b\> *happens*?"]
    assert not opened().info


def test_the_lesson_dialog_makes_the_link() -> None:
    app = opened(gamma="0.9")
    app.button(key="open_lesson").click().run()
    app.multiselect(key="lesson_hide").set_value(["target"])
    app.multiselect(key="lesson_lock").set_value(["env_id", "seed"])
    app.text_area(key="lesson_task").set_value(" Which γ? ")
    app.run()
    assert copyables(app)[0].endswith(
        "gamma=0.9&seed=0&hide=target&lock=env_id,seed&task=Which+%CE%B3%3F"
    )


def test_the_ends_of_a_slider_are_the_ends_of_the_range() -> None:
    with_slider = 0
    for declared in HYPERPARAMETERS.values():
        values = picks(declared, declared.default)
        if values:
            assert (values[0], values[-1]) == (declared.low, declared.high), declared.name
            with_slider += 1
    assert with_slider > 10


def test_no_two_values_of_a_slider_are_written_alike() -> None:
    near_one = picks(HYPERPARAMETERS["gamma"], 0.999999999, 0.99)
    assert [show(value) for value in near_one][-2:] == ["0.999999999", "1"]
    for declared in HYPERPARAMETERS.values():
        words = [show(pick) for pick in picks(declared, declared.default)]
        assert len(set(words)) == len(words), declared.name
