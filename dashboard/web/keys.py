"""The names under which a browser session's objects are kept in `st.session_state`.

What a widget shows is there too, under the widget's own key.
"""

from collections.abc import Callable
from typing import TypeVar

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
