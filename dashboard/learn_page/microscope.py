"""The microscope: the session's own run at this moment, taken apart along Algorithm 1."""

import streamlit as st

from dashboard.learn_page.desk import Desk
from dashboard.learn_page.source import FunctionShown, code
from dashboard.session.run import Run
from dashboard.session.session import Session
from dashboard.web.feed import INSIDE_SECONDS, Followed, offer
from dashboard.web.keys import DESK, kept
from dashboard.web.static_files import component
from dashboard.web.symbols import symbols

FASTEST_SECONDS = 0.1
"""The time between two looks at a run in slow motion."""

_component = component("learn/microscope.js", isolate_styles=False)


class MicroscopeData(Followed):
    """Algorithm 1 in the project's source, and the id, the sign and the meaning of each symbol."""

    code: list[FunctionShown]
    symbols: list[tuple[str, str, str]]


def microscope(session: Session) -> None:
    """The section on the Learn page; the browser asks for what is new, and says what to do."""
    run, desk = session.run, _desk(session)
    data: MicroscopeData = {
        **offer("microscope", desk.answer, _period(run), "POST"),
        "code": code(run.config),
        "symbols": symbols(),
    }
    with st.container(key="microscope"):
        _component(key="microscope_view", data=data)


def _desk(session: Session) -> Desk:
    """The browser session's own, with what lies on it while the person is on another page."""
    return kept(DESK, lambda: Desk(session))


def _period(run: Run) -> float:
    """Seconds from one look to the next: those of the run's own slow motion, or once a second."""
    if not run.is_active:
        return 0
    speed = run.steps_per_second
    return INSIDE_SECONDS if not speed else max(FASTEST_SECONDS, min(INSIDE_SECONDS, 1 / speed))
