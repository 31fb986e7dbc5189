"""The session of a page that is tested without a browser."""

from streamlit.testing.v1 import AppTest

from dashboard.session.session import Session
from dashboard.web.keys import SESSION


def session(at: AppTest) -> Session:
    found = at.session_state[SESSION]
    assert isinstance(found, Session)
    return found
