"""A teacher's board: the students of a room with their curves, answers and checks, live."""

import json
from collections.abc import Callable
from functools import partial
from typing import TypedDict

import streamlit as st

from dashboard.learn_page.lessons_state import LessonsState
from dashboard.lessons.opened_rooms import opened_room
from dashboard.lessons.results import Student, results_csv, students, summary
from dashboard.lessons.rooms import Room, rooms
from dashboard.lessons.words import title_words
from dashboard.session.address import BOARD, SECTION
from dashboard.session.sharing import address_for_others, share_query, show_qr_code
from dashboard.web.buttons import download_button, primary_button, quiet_button
from dashboard.web.copyable import copyable
from dashboard.web.feed import offer
from dashboard.web.language import _
from dashboard.web.notices import tell_error
from dashboard.web.static_files import component
from dashboard.web.visitors import ROOM
from dqn_core.base.errors import LabError

SECONDS = 2.0
"""The time between two looks at all students."""

_component = component("board/board.js", isolate_styles=False)


class BoardAnswer(TypedDict):
    """The cards, and how the class as a whole stands."""

    students: list[Student]
    summary: str


def board(state: LessonsState) -> None:
    """The room's link, and what its students do."""
    try:
        room = opened_room(state.board)
    except LabError as error:
        tell_error(error.phrase)
        _button_to_list(state.show_list)
        return
    st.header(title_words(room.lesson), anchor=False)
    _invitation(room)
    _component(key="board", data=offer("board", lambda _query: _news(room), SECONDS))
    _controls(state, room)


def _invitation(room: Room) -> None:
    """How students come in: to be read from the back of a class."""
    with st.container(key="invitation"):
        picture, words = st.columns([1, 2], vertical_alignment="center")
        with words:
            st.markdown(
                _(
                    "Students open this link and type a name. What they do then appears below, as "
                    "it happens."
                )
            )
            address = share_query(f"{ROOM}={room.code}", "learn")
        with picture:
            show_qr_code(address)


def _news(room: Room) -> bytes | None:
    """What the board shows now; nothing once the room is closed."""
    if room.is_closed:
        return None
    words = " · ".join(summary(room)) or _("Nobody is here yet.")
    return json.dumps(BoardAnswer(students=students(room), summary=words)).encode()


def _controls(state: LessonsState, room: Room) -> None:
    with st.container(horizontal=True):
        download_button(
            _("Save as CSV"), lambda: results_csv(room), "room.csv", "save_room", mime="text/csv"
        )
        with st.popover(_("Link to this board"), icon=":material/link:", key="own_link"):
            st.markdown(
                _(
                    "For a bookmark, or for another device of yours. Whoever has it sees this "
                    "board: do not show it on a wall."
                )
            )
            page, _problem = address_for_others(st.context.url or "")
            query = f"{SECTION}=lessons&{BOARD}={room.secret}"
            copyable(_("board's link"), f"{page}?{query}", key="board_link")
        with st.popover(_("Close the room"), icon=":material/close:", key="closing"):
            st.markdown(
                _(
                    "The board and all answers are then gone for good: save them as CSV first. The "
                    "students' runs stay theirs."
                )
            )
            primary_button(_("Close it for good"), "close_room", act=partial(_close, state, room))
        _button_to_list(state.show_list)


def _button_to_list(act: Callable[[], None]) -> None:
    quiet_button(_("Back to the list"), "to_lessons", act=act)


def _close(state: LessonsState, room: Room) -> None:
    rooms().close(room)
    state.forget_board(room)
