"""Lessons on the Learn page: those that are ready, the editor, and the board of a room."""

from functools import partial

import streamlit as st

from dashboard.learn_page.board import board
from dashboard.learn_page.lesson_editor import lesson_editor, open_room
from dashboard.learn_page.lessons_state import LessonsState
from dashboard.learn_page.page_state import page_state
from dashboard.lessons.lesson import Lesson
from dashboard.lessons.opened_rooms import open_rooms
from dashboard.lessons.playing import play
from dashboard.lessons.reading import read_lesson
from dashboard.lessons.source import NAMES, ready_lesson, source_of
from dashboard.lessons.words import fault_words, title_words
from dashboard.session.session import Session
from dashboard.web.buttons import primary_button, quiet_button
from dashboard.web.language import _, language, n_
from dashboard.web.markup import formatted, plain
from dashboard.web.notices import listed, tell_error
from dashboard.web.static_files import ASSETS

STYLE = ASSETS / "lesson" / "list.css"


def lessons(session: Session) -> None:
    """The section on the Learn page."""
    state = page_state().lessons
    st.html(STYLE)
    with st.container(key="lessons"):
        if state.board:
            board(state)
        elif state.draft:
            lesson_editor(session, state, state.draft)
        else:
            _list(session, state)


def _list(session: Session, state: LessonsState) -> None:
    st.markdown(
        _(
            "A lesson leads through the Train page step by step: it asks, and checks by itself "
            "what the run has come to. In a room a class takes it together, and the teacher sees "
            "how far each student is."
        )
    )
    if state.problem:
        tell_error(state.problem)
    _open_rooms(state)
    with st.container(key="lesson_cards"):
        for place, name in enumerate(NAMES, 1):
            with st.container(border=True, key=f"lesson_{name}"):
                lesson = ready_lesson(name, language())
                _about(f"{place}. {plain(lesson.title)}", lesson)
                _ways(session, state, name, lesson, name)
    _own(session, state)


def _open_rooms(state: LessonsState) -> None:
    """The rooms that were opened here, with the way to their boards."""
    for room in open_rooms():
        with st.container(horizontal=True, vertical_alignment="center"):
            count = n_("1 student", "{count} students", len(room.seats))
            st.markdown(f"**{title_words(room.lesson)}** · {room.code} · {count}", width="content")
            show = partial(state.show_board, room)
            quiet_button(_("Board"), f"board_{room.code}", "monitoring", show)


def _about(title: str, lesson: Lesson) -> None:
    st.markdown(f"**{title}**")
    st.markdown(formatted(lesson.about))
    parts = [n_("1 step", "{count} steps", len(lesson.steps))]
    if lesson.minutes:
        parts.append(n_("1 minute", "{count} minutes", lesson.minutes))
    st.caption(_(", ").join(parts))


def _ways(session: Session, state: LessonsState, key: str, lesson: Lesson, source: str) -> None:
    """What one can do with a lesson."""
    with st.container(horizontal=True, gap="small"):
        if primary_button(_("Begin"), f"begin_{key}", "play_arrow"):
            play(session, lesson, source)
            st.switch_page("app.py")
        new_room = partial(open_room, state, lesson, source)
        quiet_button(_("Open a room"), f"room_{key}", "groups", new_room)
        quiet_button(_("Change"), f"change_{key}", "edit", partial(state.edit_lesson, lesson))


def _own(session: Session, state: LessonsState) -> None:
    """A lesson of one's own: from a file, or made here."""
    st.subheader(_("Your own"), anchor=False)
    quiet_button(_("Make a lesson"), "make_lesson", "add", partial(state.make, session.link))
    file = st.file_uploader(
        _("Open a lesson file"),
        key="lesson_file",
        help=_("A text file, as the editor saves it. The format is in docs/lessons.md."),
    )
    if file is None:
        return
    lesson, faults = _opened(file.getvalue())
    if lesson:
        with st.container(border=True, key="lesson_of_file"):
            _about(plain(lesson.title), lesson)
            _ways(session, state, "file", lesson, source_of(lesson))
    else:
        tell_error(_("This file is no lesson."))
        st.markdown(listed(faults))


def _opened(content: bytes) -> tuple[Lesson | None, list[str]]:
    """The lesson in a file, or what is wrong in it."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None, [_("It is no text in UTF-8: save it as plain text.")]
    lesson, faults = read_lesson(text)
    return lesson, [fault_words(fault) for fault in faults]
