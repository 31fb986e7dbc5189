"""The names under which a browser session's objects are kept in `st.session_state`.

What a widget shows is there too, under the widget's own key.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st

COMPARE_PAGE = "compare_page"
DESK = "desk"
FEED = "feed"
LANGUAGE = "language"
LEARN_PAGE = "learn_page"
LESSON = "lesson"
LESSON_WAS_CHOSEN = "lesson_was_chosen"
OPEN_DIALOG = "open_dialog"
PAGE = "page"
ROOMS = "rooms"
SESSION = "session"
TEST_PAGE = "test_page"
UNFOLDED = "unfolded"
WIDGET_KEYS = "widget_keys"

Kept = TypeVar("Kept")


def kept(key: str, make: Callable[[], Kept]) -> Kept:
    """What the browser session keeps under ``key``, which ``make`` makes when it is asked first."""
    if key not in st.session_state:
        st.session_state[key] = make()
    found: Kept = st.session_state[key]
    return found


def widget_values() -> dict[str, Any]:
    """What the session's widgets hold by now, for their callbacks.

    Streamlit ends a script for a newer message wherever it reads `st.session_state` itself, also in
    a callback, and never calls that one again. A copy is read without it.
    """
    return st.session_state.to_dict()
