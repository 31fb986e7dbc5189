"""The Learn page, without a browser: its sections and its address."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

APP = Path(__file__).parents[2] / "app.py"


def opened(**query: str) -> AppTest:
    at = AppTest.from_file(APP, default_timeout=120)
    for name, value in query.items():
        at.query_params[name] = value
    return at.switch_page("pages/learn.py").run()


def test_the_address_says_which_section_is_shown() -> None:
    at = opened(section="notebook", gamma="0.9")
    assert not at.exception
    assert not at.warning, "the section is no setting of the experiment"
    assert at.session_state["learn_page"].section == "notebook"
    assert at.session_state["session"].link.config.gamma == 0.9


@pytest.mark.parametrize("section", ["microscope", "experiments", "notebook"])
def test_each_section_is_drawn(section: str) -> None:
    at = opened(section=section)
    assert not at.exception
    assert at.title[0].value == "Learn how it learns"


def test_a_section_that_there_is_not_is_left_out_of_the_address() -> None:
    assert opened(section="no-such").session_state["learn_page"].query == ""
