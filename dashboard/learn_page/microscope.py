"""The microscope: the session's own run at this moment, taken apart along Algorithm 1."""

import streamlit as st

from dashboard.learn_page.desk import Desk
from dashboard.learn_page.source import code
from dashboard.session.run import Run
from dashboard.session.session import Session
from dashboard.web.feed import INSIDE_SECONDS, offer
from dashboard.web.keys import DESK, kept
from dashboard.web.static_files import component
from dashboard.web.symbols import symbols

FASTEST_SECONDS = 0.1
"""From one look at a run in slow motion to the next."""

_component = component("learn/microscope.js", isolate_styles=False)


def microscope(session: Session) -> None:
    """The section on the Learn page; the browser asks for what is new, and says what to do."""
    run, desk = session.run, _desk(session)
    with st.container(key="microscope"):
        _component(
            key="microscope_view",
            data={
                **offer("microscope", desk.answer, _period(run), "POST"),
                "code": code(run.config),
                "symbols": symbols(),
            },
        )


def _desk(session: Session) -> Desk:
    """The browser session's own, with what lies on it while the person is on another page."""
    return kept(DESK, lambda: Desk(session))


def _period(run: Run) -> float:
    """Seconds from one look to the next: those of the run's own slow motion, or once a second."""
    if not run.is_active:
        return 0
    speed = run.steps_per_second
    return INSIDE_SECONDS if not speed else max(FASTEST_SECONDS, min(INSIDE_SECONDS, 1 / speed))
