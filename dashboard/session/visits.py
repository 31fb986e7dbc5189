"""The session of a page that is connected, and the run that it had before."""

from dataclasses import replace
from weakref import WeakValueDictionary

import streamlit as st

from dashboard.session.address import Remembered, read_address
from dashboard.session.going_on import come_back_to
from dashboard.session.runner import Runner
from dashboard.session.session import Session
from dashboard.web.keys import SESSION, kept
from dashboard.web.slots import Slots
from dashboard.web.visitors import visitor
from dqn_core.base.settings import TRAINING_SLOTS


def current_session() -> Session:
    """The browser session's own `Session`, with a runner that is alive."""
    session = kept(SESSION, lambda: Session(*read_address(), owner=visitor()))
    session.runner = _runner(session)
    session.runner.touch()
    sessions()[session.name] = session
    return session


def come_back(session: Session, left: Remembered) -> None:
    """Take the address's values, and go on with the run that the tab had.

    It had one where its page was loaded again or the server restarted. Where the address asks for
    another experiment, or another page trains that run, it is only offered. A page that trained
    while it was loaded again trains on; after a restart the run waits for its visitor.
    """
    session.answered = left.name
    link, problems = left.link
    if link.query != session.asked_for:
        session.begin_anew(link, problems)
    before = sessions().get(left.name)
    if before and before.runner.is_stopped and before.run.keeping.is_behind(left.run):
        before.turns.keep()
        left = replace(left, run=before.turns.names)
    session.offered = left.run.strip()
    if session.offered and left.is_at_its_address and not is_trained_elsewhere(left.run):
        come_back_to(session, left.run)
        if before and before.turns.names == session.turns.names == left.run:
            session.turns.go_on_as(before.turns)


@st.cache_resource(scope="session", show_spinner=False, on_release=lambda runner: runner.stop())
def _runner(_session: Session) -> Runner:
    """The runner of a page while that is connected; when it goes, the runner writes the run down.

    It is stopped on the server's event loop.
    """
    return Runner(lambda: _session.trained, slots())


def is_trained_elsewhere(names: str) -> bool:
    """Whether another page has one of these runs, for example in a duplicated tab.

    A page that is leaving is waited for: it still writes its run down.
    """
    wanted = {*names.split()}
    having = [one for one in sessions().values() if wanted & {*one.turns.names.split()}]
    for session in having:
        if session.runner.is_stopped:
            session.runner.join()
    return any(not session.runner.is_stopped for session in having)


@st.cache_resource(show_spinner=False)
def sessions() -> WeakValueDictionary[str, Session]:
    """The server's sessions by name."""
    return WeakValueDictionary()


@st.cache_resource(show_spinner=False)
def slots() -> Slots:
    """The server's places for training."""
    return Slots(TRAINING_SLOTS.value)
