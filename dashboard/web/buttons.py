"""Buttons: what each says, its key, its symbol, and what it does."""

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st


def button(
    label: str, key: str, symbol: str = "", act: Callable[[], Any] | None = None, **more: Any
) -> bool:
    """A button that calls ``act``; returns whether it was pressed just now.

    ``symbol`` is the name of a Material symbol, ``more`` what `st.button` takes besides.
    """
    return st.button(label, key=key, icon=_icon(symbol), on_click=act, **more)


primary_button = partial(button, type="primary")
"""The one that most people want next."""

quiet_button = partial(button, type="tertiary")
"""One of several in a row, without a frame."""


def download_button(
    label: str, content: Any, name: str, key: str, symbol: str = "download", **more: Any
) -> None:
    """A button that saves a file; a function given as ``content`` makes it at the press.

    The page is not drawn anew for it.
    """
    st.download_button(label, content, name, key=key, icon=_icon(symbol), on_click="ignore", **more)


def popover(label: str, key: str, symbol: str, draw: Callable[[], object]) -> None:
    """A button that opens a box, which ``draw`` fills while it is open, as things are then.

    A box with another ``key`` is closed.
    """
    box = st.popover(label, icon=_icon(symbol), key=key, on_change="rerun")
    if box.open:
        with box:
            draw()


def _icon(symbol: str) -> str | None:
    return f":material/{symbol}:" if symbol else None
