"""A lesson: what it hides, locks, fixes and asks."""

from streamlit.testing.v1 import AppTest

from dqn_core import DQNConfig, preset, recommended
from tests.dashboard.sidebar import captions, control, marks, opened, session


def titles(app: AppTest) -> list[str]:
    return [m.value for m in app.sidebar.markdown] + [b.label for b in app.sidebar.button]


def test_what_a_lesson_fixes_stays_in_another_environment() -> None:
    app = opened(preset="auto", gamma="0.9", lock="gamma", hide="tau")
    control(app, "env_id").set_value("MountainCar-v0").run()
    assert session(app).config == recommended("MountainCar-v0").replace(gamma=0.9)
    assert "replaced" not in captions(app)
    app = opened(preset="recommended", env_id="Acrobot-v1", lock="preset")
    control(app, "env_id").set_value("Taxi-v4").run()
    assert session(app).config == DQNConfig(env_id="Taxi-v4")
    assert not [button for button in app.button if button.key == "use_recommended"]


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
    shown = [text.value.replace("\u2060", "").strip() for text in app.markdown]
    assert r"Lower γ: \<b\>what\</b\> *happens*?" in shown
