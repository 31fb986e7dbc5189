"""The session of a page that is tested without a browser, and its runner's work."""

from streamlit.testing.v1 import AppTest

from dashboard.session.session import Session
from dashboard.web.keys import SESSION
from dashboard.web.slots import Slots


def session(at: AppTest) -> Session:
    found = at.session_state[SESSION]
    assert isinstance(found, Session)
    return found


def train(at: AppTest, beyond: int) -> None:
    """Do what the runner's thread does: `AppTest` ends the browser session with each run."""
    run, slots = session(at).run, Slots(1)
    while run.is_active and run.trainer.env_step <= beyond:
        run.advance(slots)
