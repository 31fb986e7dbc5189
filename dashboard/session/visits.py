"""The session of a page that is connected, and those that have lost their page."""

import os
from dataclasses import dataclass
from weakref import WeakValueDictionary

import streamlit as st

from dashboard.session.absent import Absent
from dashboard.session.address import Remembered, read_address
from dashboard.session.runner import Runner
from dashboard.session.session import Session
from dashboard.web.keys import SESSION
from dashboard.web.slots import Slots

LOST = (
    "The run of this page is lost: the server was restarted, or the page was away for too long. "
    "The controls have its values."
)


def current_session() -> Session:
    """The browser session's own `Session`, with a runner that is alive."""
    if SESSION not in st.session_state:
        st.session_state[SESSION] = Session(*read_address())
    session: Session = st.session_state[SESSION]
    session.runner = _visit(session).runner
    session.runner.touch()
    sessions()[session.name] = session
    return session


def come_back(session: Session, left: Remembered) -> None:
    """Go on with what the tab had before its page was loaded again, or the server restarted.

    Unless its address was changed: then it asks for another run. Where the earlier session is not
    to be found, its values are those of the address, and what is lost is said.
    """
    session.answered = left.name
    link, problems = left.link
    before = absent().take(left.name, lambda other: other.link.query == link.query)
    if before:
        session.take_over(before)
        return
    if link.query != session.asked_for:
        session.begin_anew(link, problems)
    if left.begun and not absent().has(left.name) and not is_connected(left.name):
        session.run.message = LOST


@dataclass(frozen=True)
class Visit:
    """The time that a page is connected: it has a runner, and when it ends its run is kept."""

    session: Session
    runner: Runner

    def end(self) -> None:
        """Called on the server's event loop."""
        self.runner.stop()
        if self.session.has_begun:
            absent().keep(self.session.name, self.session)


@st.cache_resource(scope="session", show_spinner=False, on_release=lambda visit: visit.end())
def _visit(_session: Session) -> Visit:
    absent().take(_session.name)  # it is back
    return Visit(_session, Runner(lambda: _session.run, slots()))


def is_connected(name: str) -> bool:
    """Whether another page has the session of that name, as where a tab was duplicated."""
    session = sessions().get(name)
    return session is not None and not session.runner.is_stopped


@st.cache_resource(show_spinner=False)
def sessions() -> WeakValueDictionary[str, Session]:
    """The server's sessions by name."""
    return WeakValueDictionary()


@st.cache_resource(show_spinner=False)
def absent() -> Absent[Session]:
    """The server's sessions that have lost their page."""
    return Absent()


@st.cache_resource(show_spinner=False)
def slots() -> Slots:
    """The server's places for training; ``DQN_LAB_TRAINING_SLOTS`` sets how many, default 8."""
    return Slots(int(os.environ.get("DQN_LAB_TRAINING_SLOTS", "8")))
