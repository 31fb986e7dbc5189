"""What the Learn page of one browser session shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import streamlit as st

from dashboard.session.address import SECTION, parameters
from dashboard.web.keys import LEARN_PAGE

Section: TypeAlias = Literal["microscope", "experiments", "notebook"]


@dataclass
class PageState:
    """Kept from one run of the page to the next."""

    section: Section = "microscope"

    @property
    def query(self) -> str:
        """Its part of the address."""
        return "" if self.section == "microscope" else f"{SECTION}={self.section}"

    def show(self, section: Section) -> None:
        """Show that section from now on."""
        self.section = section


def page_state() -> PageState:
    """The browser session's own; it begins with what the address says."""
    if LEARN_PAGE not in st.session_state:
        st.session_state[LEARN_PAGE] = _read(parameters())
    state: PageState = st.session_state[LEARN_PAGE]
    return state


def _read(given: Mapping[str, Sequence[str]]) -> PageState:
    asked = [name for name in given.get(SECTION, ()) if name in get_args(Section)]
    return PageState(*asked[-1:])  # type: ignore[arg-type]
