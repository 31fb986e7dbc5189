"""A field for an exact number, which is taken as it was typed or refused by its own words."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboard.web.widgets import present_key, showing
from dqn_core.base.numbers import setting


def number_box(
    label: str, name: str, value: float, take: Callable[[str], object], **options: Any
) -> str:
    """A field that shows ``value``; what a person types reaches ``take`` to the letter.

    `st.number_input` reads numbers in the browser: it makes 1 of 1e20 where whole numbers are
    asked for, 2 of 2.5, and nothing of what is no number. Here the server reads them. The arrow
    keys count all the same (`assets/frame/number_box.js`, which knows a box by its `autocomplete`).

    Returns: what stands in it.
    """
    text = shown_text(name, value)
    typed: str = st.text_input(
        label, text, autocomplete="off", **showing(name, text, take), **options
    )
    return typed


def shown_text(name: str, value: float) -> str:
    """The typed text if it means ``value``, as 1e-3 means 0.001; else the digits of ``value``."""
    key = present_key(name)
    typed = str(st.session_state.get(key, ""))
    digits = setting(value).replace(",", "")
    try:
        return typed if float(typed) == value else digits
    except ValueError:
        return digits
