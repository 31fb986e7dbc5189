"""Widgets that show a value which is kept elsewhere, and components that send messages."""

from collections.abc import Callable
from typing import Any
from zlib import crc32

import streamlit as st

from dashboard.web.catalogues import ENGLISH
from dashboard.web.keys import PAGE, WIDGET_KEYS, kept, widget_values
from dashboard.web.language import language


def showing(name: str, value: Any, use: Callable[[Any], object]) -> dict[str, Any]:
    """Key and callback for a widget that is to show ``value``: draw it with them and this value.

    ``use`` gets what a person makes of it. A widget whose own value is another one is replaced, by
    one with the next key. Setting its value would not do: until the browser has heard of it, each
    of its messages still brings the old value, which would be taken for what the user wants now,
    and undo the change. And a browser that is busy may never hear of it, and begin with the first
    value of the range. Late messages of a replaced widget are ignored.
    """
    keys = _present_keys()
    key = keys.setdefault(name, name)
    if key in st.session_state and st.session_state[key] != value:
        key = keys[name] = _next_key(name, key)

    def changed() -> None:
        values = widget_values()
        if key in keys.values() and key in values:
            use(values[key])

    return {"key": key, "on_change": changed}


def renew_keys() -> None:
    """For another language: widgets with a key of `showing` are replaced by others.

    The browser goes on showing the word that was chosen, in the language in which it was.
    """
    keys = _present_keys()
    for name, key in keys.items():
        keys[name] = _next_key(name, key)


def worded_key(key: str, chosen: str = "") -> str:
    """The key for a select box whose options are words, where it holds its own value.

    The browser holds the word that was chosen. In another language that would be none of the
    options; nor would it be once the option has another name. ``chosen`` is the present name.
    """
    spoken = language()
    parts = [key, *([f"{crc32(chosen.encode()):x}"] if chosen else [])]
    return "_".join(parts if spoken == ENGLISH else [*parts, spoken])


def present_key(name: str) -> str:
    """The key that the widget has now."""
    return _present_keys().get(name, name)


def on_redraw() -> Callable[[], None]:
    """The callback of a component that asks for its page to be drawn anew: that comes by itself.

    Its message may come when its page was left already, and Streamlit takes the browser to be back
    there. The way out is to draw the page that the person went to once more.
    """
    drawn_on = st.session_state.get(PAGE)

    def back_to_where_the_person_is() -> None:
        if st.session_state.get(PAGE) != drawn_on:
            st.switch_page(st.session_state[PAGE])

    return back_to_where_the_person_is


def _next_key(name: str, key: str) -> str:
    number = int(key.removeprefix(name).removeprefix("-") or 0) + 1
    return f"{name}-{number}"


def _present_keys() -> dict[str, str]:
    return kept(WIDGET_KEYS, dict[str, str])
