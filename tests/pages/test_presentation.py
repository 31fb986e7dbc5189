"""The Train page for a class that looks at a wall, without a browser."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.sessions import session

APP = Path(__file__).parents[2] / "app.py"


def opened(**query: str) -> AppTest:
    app = AppTest.from_file(APP, default_timeout=120)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def sliders(app: AppTest) -> list[str]:
    """The controls that are there, by their names."""
    return [str(slider.key).removeprefix("control_") for slider in app.select_slider]


def test_one_switch_leads_in_and_another_out() -> None:
    app = opened()
    app.button(key="present").click().run()
    assert session(app).link.query.endswith("&view=presentation")
    assert not app.sidebar.select_slider
    assert app.button(key="start")
    app.button(key="leave").click().run()
    assert session(app).link.view == "page"
    assert app.sidebar.select_slider
    assert not app.exception


def test_what_was_changed_last_is_at_hand() -> None:
    app = opened(view="presentation")
    assert sliders(app) == ["gamma"], "before there is any change"
    app.button(key="start").click().run()
    run = session(app).run
    run.pause()
    for name, value in (("learning_rate", 0.01), ("batch_size", 32), ("learning_rate", 0.001)):
        run.trainer.run(max_steps=1)
        session(app).set(name, value)
    app.run()
    assert sliders(app) == ["learning_rate", "batch_size"]
    assert any("α 0.01 → 0.001** at step 3" in text.value for text in app.markdown)


@pytest.mark.parametrize("hide", ["gamma", "Learn"])
def test_what_a_lesson_hides_is_not_presented(hide: str) -> None:
    assert sliders(opened(view="presentation", hide=hide)) == []
