"""Choosing an environment: its values, and those of one's own."""

from streamlit.testing.v1 import AppTest

from dqn_core import DQNConfig, preset, recommended
from tests.core.foreign import registered
from tests.dashboard.sidebar import captions, control, marks, opened, session


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


def test_an_environment_that_nobody_tuned_says_so() -> None:
    with registered("Foreign-v0"):
        app = opened(preset="auto", env_id="Foreign-v0")
        assert "Nobody has tuned values for Foreign-v0" in captions(app)
    assert "Nobody" not in captions(opened())
