"""The sidebar without a browser: what the controls show, and what reaches the session."""

import re
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.session.control_names import control_name
from dashboard.session.words import change_label
from dqn_core import HYPERPARAMETERS, DQNConfig, preset, recommended
from tests.dashboard.sidebar import control, marks, opened, session, unfold

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


ALONE = {"action_masks", "munchausen"}
"""What does not go together with some of these, or with their environment."""


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
    for name, place, typed, words in (
        ("batch_size", "exact", "2.5", "Batch size must be a whole number, not 2.5."),
        ("gamma", "exact", "", "Discount must be 0 to 1, not ''."),
        ("members", "control", "17", "Seeds side by side must be 1 to 16, not 17."),
    ):
        control(app, name, place).set_value(typed).run()
        assert [error.value for error in app.error] == [words]
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
