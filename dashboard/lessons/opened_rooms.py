"""The rooms whose boards were shown in a browser's tab: the tab remembers them, no address does."""

from contextlib import suppress

import streamlit as st

from dashboard.lessons.rooms import MOST_ROOMS, SECRET, Room, rooms
from dashboard.web.keys import ROOMS, kept
from dqn_core.base.errors import ConfigurationError, LabError


def opened_rooms() -> list[str]:
    """The secrets of the boards that this tab has shown, in the order of the first time."""
    return kept(ROOMS, list[str])


def open_rooms() -> list[Room]:
    """The rooms of these secrets that are still open."""
    found = []
    for secret in opened_rooms():
        with suppress(LabError):
            found.append(rooms().of_board(secret))
    return found


def opened_room(code: str) -> Room:
    """The opened room with this ``code``; raises `ConfigurationError`."""
    for room in open_rooms():
        if room.code == code:
            return room
    raise ConfigurationError(
        "The board of room {code} cannot be shown here: open the board's own link. If the room was "
        "closed, or the server was started again, open a new room.",
        code=code,
    )


def remember_rooms(*secrets: str) -> None:
    """Add these secrets; a text that cannot be one is left out."""
    known = (secret for secret in (*opened_rooms(), *secrets) if SECRET.fullmatch(secret))
    st.session_state[ROOMS] = [*dict.fromkeys(known)][-MOST_ROOMS:]


def forget_room(secret: str) -> None:
    """Forget the secret of a room that is closed."""
    st.session_state[ROOMS] = [other for other in opened_rooms() if other != secret]
