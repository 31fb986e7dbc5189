"""The Learn page: how an agent learns, in sections of which one is shown."""

from collections.abc import Callable

import streamlit as st

from dashboard.frame import leave_presentation, open_page, present
from dashboard.learn_page.experiments import experiments
from dashboard.learn_page.lessons import lessons
from dashboard.learn_page.microscope import microscope
from dashboard.learn_page.notebook import notebook
from dashboard.learn_page.page_state import page_state
from dashboard.session.address import Section
from dashboard.session.session import Session
from dashboard.web.language import _
from dashboard.web.static_files import ASSETS
from dashboard.web.widgets import showing
from dqn_core.base.phrases import Phrase

SCRIPT = "pages/learn.py"
STYLE = ASSETS / "learn" / "learn.css"
PRESENTATION = ASSETS / "learn" / "presentation.css"

SECTIONS: dict[Section, tuple[Phrase, Callable[[Session], None]]] = {
    "lessons": (Phrase("Lessons"), lessons),
    "experiments": (Phrase("Experiments"), experiments),
    "microscope": (Phrase("Microscope"), microscope),
    "notebook": (Phrase("Notebook"), notebook),
}
"""Name and content of each, from the easiest for a beginner on."""


def learn_page() -> None:
    """The choice of a section, and the one that is chosen."""
    state = page_state()
    session = open_page(SCRIPT, state.query)
    st.html(STYLE)
    if session.link.view == "presentation":  # for a class that looks at a wall
        st.html(PRESENTATION)
        leave_presentation(session)
    else:
        present(session, _("Large letters, and no head. Esc goes back."))
    with st.container(horizontal=True, vertical_alignment="center", key="sections"):
        st.title(_("Learn how it learns"), anchor=False, width="content")
        st.segmented_control(
            _("Section"),
            list(SECTIONS),
            default=state.section,
            required=True,
            format_func=lambda section: _(SECTIONS[section][0]),
            label_visibility="collapsed",
            **showing("section", state.section, state.show),
        )
    SECTIONS[state.section][1](session)


learn_page()
