"""The Compare page, without a browser, and what it shows."""

from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from dashboard.compare_page.page_state import PageState
from dashboard.web.keys import COMPARE_PAGE

APP = Path(__file__).parents[2] / "app.py"


def page(*runs: str, **look: Any) -> AppTest:
    at = AppTest.from_file(APP, default_timeout=120).switch_page("pages/compare.py")
    if runs:
        at.query_params["runs"] = ",".join(runs)
    for name, value in look.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception
    return at


def state(at: AppTest) -> PageState:
    found = at.session_state[COMPARE_PAGE]
    assert isinstance(found, PageState)
    return found


def names(at: AppTest) -> list[str]:
    """Of the listed runs."""
    return list(at.dataframe[0].value["name"]) if at.dataframe else []


def said(at: AppTest) -> str:
    return "\n".join(part.value for part in (*at.markdown, *at.caption, *at.info, *at.error))
