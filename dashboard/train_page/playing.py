"""The lesson on the Train page: its present step above the controls, and the check of the run."""

import json
from collections.abc import Mapping
from functools import partial
from typing import TypedDict

import streamlit as st

from dashboard.lessons.card import step_card
from dashboard.lessons.check import State
from dashboard.lessons.playing import Playing, current_lesson, leave_lesson
from dashboard.lessons.rooms import LONGEST_NAME, Room
from dashboard.lessons.words import check_words, checked_words, title_words
from dashboard.session.session import Session
from dashboard.web.feed import INSIDE_SECONDS, Followed, offer
from dashboard.web.keys import widget_values
from dashboard.web.language import _
from dashboard.web.notices import tell, tell_error
from dashboard.web.static_files import component
from dashboard.web.widgets import on_redraw

_component = component("lesson/check.js", isolate_styles=False)
_room_component = component("lesson/room.js", isolate_styles=False)

ROOM_SECONDS = 3.0
"""The time between two looks whether the room is still open."""


class CheckData(Followed):
    """The state that the page was drawn in: "met" or ""."""

    drawn: str


class CheckAnswer(TypedDict):
    """The goal, and how far the run is, in words."""

    state: State
    goal: str
    words: str


class RoomAnswer(TypedDict):
    """Whether the room is still open."""

    is_closed: bool


def lesson(session: Session) -> None:
    """What the session plays, if it plays any."""
    playing = current_lesson(session)
    if playing is None:
        return
    if playing.was_in_room:
        tell(
            _(
                "The room was closed: your teacher no longer sees what you do here. The lesson "
                "goes on, and your answers are still there."
            )
        )
    if playing.room and playing.seat is None:
        _name(session, playing)
    else:
        _card(session, playing)
    if playing.room:
        _watch(playing.room)


def _card(session: Session, playing: Playing) -> None:
    step_card(
        playing.lesson,
        playing.progress,
        "task",
        partial(playing.go, session),
        partial(_check, session, playing),
        partial(leave_lesson, session) if playing.source and not playing.room else None,
    )


def _watch(room: Room) -> None:
    """The browser asks whether the room is still open, and has the page drawn anew where not."""

    def news(_query: Mapping[str, str]) -> bytes:
        return json.dumps(RoomAnswer(is_closed=room.is_closed)).encode()

    _room_component(
        key="room", data=offer("room", news, ROOM_SECONDS), on_redraw_change=on_redraw()
    )


def _name(session: Session, playing: Playing) -> None:
    """Whoever comes into a room types a name first."""
    with st.container(key="task_card", border=True):
        st.markdown(f"**{title_words(playing.lesson)}**")
        with st.form("name_form", border=False, enter_to_submit=True):
            st.text_input(
                _("Your name"),
                key="name_in_room",
                max_chars=LONGEST_NAME,
                help=_(
                    "Your teacher sees it on the board, with your curves, answers and checks. "
                    "Nothing else is kept, and all of it is forgotten after a day."
                ),
            )
            st.form_submit_button(
                _("Come in"),
                type="primary",
                on_click=lambda: playing.enter(session, widget_values()["name_in_room"]),
            )
        if playing.problem:
            tell_error(playing.problem)


def _check(session: Session, playing: Playing) -> None:
    """The check's goal and how far the run is, which the browser asks for."""
    at, step = playing.progress.at, playing.step
    check = step.check
    if check is None:
        return
    goal, environment = check_words(check), step.link.config.environment

    def news(_query: Mapping[str, str]) -> bytes:
        checked = playing.progress.look(playing.lesson, session.turns)
        state: State = checked.state if checked else "open"
        words = checked_words(check, checked, environment)
        return json.dumps(CheckAnswer(state=state, goal=goal, words=words)).encode()

    is_open = at not in playing.progress.met and session.turns.is_active
    data: CheckData = {
        **offer("check", news, INSIDE_SECONDS if is_open else 0),
        "drawn": "met" if at in playing.progress.met else "",
    }
    _component(key="check", data=data, on_redraw_change=on_redraw())
