"""The rows of the sidebar's controls, and what stands in them beside and below a control."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from dashboard.web.buttons import quiet_button


class Grid:
    """The rows drawn so far, and what is to stand in them once all controls are drawn.

    These are the ways back, and the notes below a control. What came between two controls would
    push those below it from their places, and the one in the user's hand would be made anew.
    """

    def __init__(self) -> None:
        self._row = 0
        self._places: dict[str, int] = {}  # rows by key
        self._later: list[Callable[[], object]] = []

    def next_row(self) -> None:
        self._row += 1

    def way_back(self, name: str, words: str, go: Callable[[], None]) -> None:
        """At the end of the row that was begun last."""
        key = f"back_{name}"
        self._places[key] = self._row
        # The label is for those who hear the page; the others see the symbol alone.
        self._later.append(partial(quiet_button, words, key, "undo", go, help=words))

    def note(self, key: str, draw: Callable[[], object]) -> None:
        """In a row of its own."""
        self.next_row()
        self._places[key] = self._row

        def later() -> None:
            with st.container(key=key):
                draw()

        self._later.append(later)

    def draw_the_rest(self) -> None:
        for draw in self._later:
            draw()

    @property
    def places(self) -> str:
        """The rows of what was drawn last, as style rules."""
        return " ".join(
            # A container is wrapped in an element of its own.
            f".st-key-controls > :is(.st-key-{key}, :has(> .st-key-{key})) {{ grid-row: {row}; }}"
            for key, row in self._places.items()
        )
