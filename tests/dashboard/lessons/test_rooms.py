"""A room: who comes in, what its board and its table show, and when it is forgotten."""

import csv
import gc
import io
from typing import Any

import pytest

from dashboard.lessons.progress import Progress
from dashboard.lessons.results import results_csv, students, summary
from dashboard.lessons.rooms import LONGEST_NAME, MOST_ROOMS, MOST_STUDENTS, Room, Rooms
from dashboard.session.links import Link
from dashboard.session.session import Session
from dashboard.web.visitors import KEPT_SECONDS
from dqn_core import DQNConfig
from dqn_core.base.errors import ConfigurationError
from tests.dashboard.lessons.small_lessons import lesson
from tests.dashboard.runs import untrained_session

LESSON = lesson()
SMALL = DQNConfig(
    total_steps=400, learning_starts=50, batch_size=8, hidden_dims="8", evaluation_period=100
)


@pytest.fixture
def session():
    session = untrained_session(SMALL)
    yield session
    session.run.close()


@pytest.fixture
def room() -> Room:
    return Rooms().open(LESSON, "z.x")


def test_two_students_of_one_name_are_told_apart_and_one_who_comes_back_has_the_same_seat(
    room: Room, session: Session
) -> None:
    first = room.enter("a", "Kim", Progress(), session)
    second = room.enter("b", " Kim ", Progress(), session)
    assert (first.label, second.label) == ("Kim", "Kim (2)")
    before = first.progress
    assert room.enter("a", "another name", Progress(), session) is first
    assert first.progress.answers is before.answers
    first.progress.at = 1
    assert before.at == 0, "a page that was open is at its own step"
    room.enter("c", "Lee (2)", Progress(), session)
    room.enter("d", "Lee", Progress(), session)
    assert room.enter("e", "Lee", Progress(), session).label == "Lee (3)"


def test_a_name_is_one_short_line_of_text_and_has_to_be_there(room: Room, session: Session) -> None:
    long = room.enter("a", "<b>\n\x00x" + "y" * 99, Progress(), session)
    assert long.label.startswith("<b> x")
    assert len(long.label) == LONGEST_NAME
    with pytest.raises(ConfigurationError, match="A name is needed"):
        room.enter("b", " \n ", Progress(), session)


def test_a_full_room_and_a_full_server_say_so(room: Room, session: Session) -> None:
    for number in range(MOST_STUDENTS):
        room.enter(str(number), "x", Progress(), session)
    with pytest.raises(ConfigurationError, match="room is full"):
        room.enter("one more", "x", Progress(), session)
    rooms = Rooms()
    for _ in range(MOST_ROOMS):
        rooms.open(LESSON, "")
    with pytest.raises(ConfigurationError, match="20 rooms"):
        rooms.open(LESSON, "")


def test_only_the_secret_shows_the_board_and_a_closed_room_is_gone() -> None:
    rooms = Rooms()
    room = rooms.open(LESSON, "")
    assert rooms.of_board(room.secret) is rooms.room(room.code.lower()) is room
    for guess in (room.code, "", "é", room.secret[:-1]):
        with pytest.raises(ConfigurationError, match="no board"):
            rooms.of_board(guess)
    rooms.close(room)
    with pytest.raises(ConfigurationError, match="no room"):
        rooms.room(room.code)


def test_a_room_that_nobody_used_for_a_day_is_forgotten() -> None:
    now = [0.0]
    rooms = Rooms(lambda: now[0])
    room = rooms.open(LESSON, "")
    now[0] = KEPT_SECONDS - 1
    rooms.room(room.code)
    now[0] += KEPT_SECONDS - 1
    assert rooms.room(room.code) is room, "somebody was here"
    now[0] += KEPT_SECONDS + 1
    with pytest.raises(ConfigurationError, match="no room"):
        rooms.room(room.code)


def test_the_board_shows_curves_answers_and_checks(room: Room, session: Session) -> None:
    seat = room.enter("a", "Kim", Progress(at=1, answers={0: "0", 1: "2"}, met={1}), session)
    session.run.trainer.run(max_steps=250)
    (kim,) = students(room)
    assert kim["name"] == "Kim"
    assert kim["where"] == "step 2 of 2"
    assert [mark["kind"] for mark in kim["marks"]] == ["bad", "good", "good"]
    assert "Environment step 250" in kim["words"]
    assert kim["curves"]
    assert kim["curves"]["greedy"]["x"] == [100, 200]
    assert len(kim["curves"]["training"]["x"]) > 3
    assert seat.session() is session


def test_the_board_says_how_the_class_as_a_whole_stands(room: Room, session: Session) -> None:
    assert summary(room) == []
    room.enter("c", "Kim", Progress(), session)
    assert summary(room) == ["1 student"], "nobody has answered yet"
    for visitor, progress in (
        ("a", Progress(answers={0: "0", 1: "2"}, met={1})),
        ("b", Progress(answers={0: "1"})),
    ):
        room.enter(visitor, "Kim", progress, session)
    assert summary(room) == [
        "3 students",
        "Step 1: 2 answered, 1 right",
        "Step 2: 1 answered, 1 right",
        "Step 2: 1 met the check",
    ]


def test_a_student_who_has_left_keeps_the_seat_with_what_was_answered(room: Room) -> None:
    left = Session(Link(config=SMALL))
    room.enter("a", "Kim", Progress(answers={0: "1"}), left)
    left.run.trainer.run(max_steps=150)
    students(room)
    left.run.close()
    del left
    gc.collect()
    (kim,) = students(room)
    assert (kim["status"], kim["curves"]) == ("away", None)
    assert "Environment step 150" in kim["words"]
    assert "Kim,1,150," in results_csv(room).decode()
    assert kim["marks"][0]["text"] == "1: ✓ b"


def test_the_table_has_a_row_for_each_student_and_no_formulas(room: Room, session: Session) -> None:
    room.enter("a", "=1+1", Progress(answers={0: "1"}), session)
    room.enter("b", "＠x", Progress(answers={1: "-2.5"}), session)
    text = results_csv(room).decode("utf-8-sig")
    head, row, other = csv.reader(io.StringIO(text))
    kim: dict[str, Any] = dict(zip(head, row, strict=True))
    assert kim["name"] == "'=1+1"
    assert (kim["answer_1"], kim["right_1"]) == ("b", "1")
    assert (kim["answer_2"], kim["right_2"], kim["check_2"]) == ("", "", "0")
    assert (other[0], other[head.index("answer_2")]) == ("'＠x", "-2.5"), "a number is none"
