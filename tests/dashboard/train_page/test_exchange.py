"""A configuration that is pasted, copied, or comes in a link."""

import json

from streamlit.testing.v1 import AppTest

from dashboard.session.links import Link
from dqn_core import DQNConfig, preset
from tests.dashboard.sidebar import control, opened, session


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
    data = [json.loads(p.json)[0] for p in components if p.component_name == "dqn_lab_copyable"]
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
