"""The rooms whose boards were shown in a browser's tab: the tab remembers them, no address does."""

import streamlit as st

from dashboard.lessons.rooms import MOST_ROOMS, SECRET
from dashboard.session.address import Remembered
from dashboard.web.keys import ROOMS


def opened_rooms() -> list[str]:
    """Their secrets, in the order in which they were shown first."""
    secrets: list[str] = st.session_state.setdefault(ROOMS, [])
    return secrets


def remember_rooms(*secrets: str) -> None:
    """Add these to them, whatever else was taken for a secret."""
    known = (secret for secret in (*opened_rooms(), *secrets) if SECRET.fullmatch(secret))
    st.session_state[ROOMS] = [*dict.fromkeys(known)][-MOST_ROOMS:]


def forget_room(secret: str) -> None:
    """Its room is closed."""
    st.session_state[ROOMS] = [other for other in opened_rooms() if other != secret]


def come_back_to_rooms(left: Remembered) -> None:
    """Take up those that the tab had."""
    remember_rooms(*left.rooms.split())
