"""A lesson in a room: the student's page and the teacher's board."""

import pytest

from dashboard.lessons.lesson import of_link
from dashboard.lessons.rooms import rooms
from dashboard.lessons.source import source_of
from dashboard.session.links import Link
from dashboard.web.keys import LEARN_PAGE
from tests.pages.lessons.lesson_page import STEPS, opened, playing, shown
from tests.pages.sessions import session


def test_in_a_room_a_name_comes_first_and_its_lesson_after_it() -> None:
    room = rooms().open(STEPS, source_of(STEPS))
    at = opened(room=room.code)
    assert "Look." not in shown(at)
    at.text_input(key="name_in_room").set_value("Kim")
    next(button for button in at.button if button.label == "Come in").click()
    at.run()
    assert "Look." in shown(at)
    (seat,) = room.seats.values()
    assert seat.label == "Kim"
    board = opened("pages/learn.py", section="lessons", board=room.secret)
    assert board.header[0].value == "Two steps"
    board.button(key="to_lessons").click().run()
    assert f"**Two steps** · {room.code} · 1 student" in shown(board), "the way back"
    board.button(key=f"board_{room.code}").click().run()
    again = opened("pages/learn.py", section="lessons", rooms=f"{room.secret},{room.secret},x")
    assert shown(again).count(room.code) == 1, "an address of an earlier version"
    assert room.secret not in again.session_state[LEARN_PAGE].query
    assert board.session_state[LEARN_PAGE].query == f"board={room.code}"
    of_student = opened("pages/learn.py", section="lessons", board=room.code)
    assert f"The board of room {room.code} cannot be shown here" in of_student.error[0].value
    board.button(key="close_room").click().run()
    assert room.code not in shown(board)
    assert "1. Watch and guess" in shown(board)
    gone = opened("pages/learn.py", section="lessons", board=room.secret)
    assert "There is no board" in gone.error[0].value
    at.run()
    assert "The room was closed" in at.info[0].value
    assert "Look." in shown(at), "the lesson goes on"
    assert playing(at).query == f"lesson={source_of(STEPS)}&step=1"


def test_of_two_tabs_of_a_student_the_board_shows_the_one_that_was_used_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dashboard.session.visits.visitor", lambda: "kim")
    room = rooms().open(STEPS, source_of(STEPS))
    first = opened(room=room.code)
    first.text_input(key="name_in_room").set_value("Kim")
    next(button for button in first.button if button.label == "Come in").click()
    first.run()
    (seat,) = room.seats.values()
    second = opened(room=room.code)
    assert seat.session() is session(second)
    first.button(key="task_next").click().run()
    assert (seat.session(), seat.progress.at) == (session(first), 1)
    assert playing(second).progress.at == 0


def test_a_room_of_a_task_without_a_title_is_called_a_lesson() -> None:
    task = of_link(Link(task="Look."))
    room = rooms().open(task, source_of(STEPS))
    assert "**Lesson**" in shown(opened(room=room.code))
    board = opened("pages/learn.py", section="lessons", board=room.secret)
    assert board.header[0].value == "Lesson"
