"""Widgets that show a value which is kept elsewhere and may change without them."""

from typing import Any

import streamlit as st


def shown(key: str, value: Any) -> str:
    """The key for a widget that is to show ``value``: draw it with this key and no value.

    A widget whose own value is another one is replaced, by one with the next key. Setting its
    value would not do: until the browser has heard of it, each of its messages still brings the
    old value, which would be taken for what the user wants now, and undo the change.
    """
    replaced: dict[str, int] = st.session_state.setdefault("widgets_replaced", {})
    present = _numbered(key, replaced.get(key, 0))
    if present in st.session_state and st.session_state[present] != value:
        replaced[key] = replaced.get(key, 0) + 1
        present = _numbered(key, replaced[key])
    if present not in st.session_state:
        st.session_state[present] = value
    return present


def _numbered(key: str, number: int) -> str:
    return f"{key}-{number}" if number else key
