"""Rooms: students who play one lesson on this server, and the teacher's board of them."""

import re
import secrets
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import streamlit as st

from dashboard.lessons.lesson import Lesson
from dashboard.lessons.progress import Progress
from dashboard.session.session import Session
from dashboard.web.markup import one_line
from dashboard.web.visitors import KEPT_SECONDS
from dqn_core.base.errors import ConfigurationError, excerpt

MOST_ROOMS = 20
MOST_STUDENTS = 40
LONGEST_NAME = 24

_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""The letters of a room's code, without those that look like another one."""
SECRET = re.compile(r"[\w-]{22}", re.ASCII)
"""What shows a board."""
_CODE_LENGTH = 8
CODE = re.compile(rf"[{_LETTERS}]{{{_CODE_LENGTH}}}")
"""What lets students in."""


class Reached(NamedTuple):
    """What a run has come to: environment steps, smoothed return, newest greedy return."""

    env_step: int
    average: float
    greedy: float


@dataclass
class Seat:
    """A student of a room: a typed ``name``, which is the ``number``-th of its kind, and progress.

    ``session`` gives the page where the student is at the moment, or None; ``reached`` is what the
    run there had come to when the board looked at last.
    """

    name: str
    number: int
    progress: Progress
    session: Callable[[], Session | None]
    reached: Reached | None = None

    @property
    def label(self) -> str:
        """A name that no other student of the room has."""
        return self.name if self.number == 1 else f"{self.name} ({self.number})"

    def move(self, session: Session, progress: Progress) -> None:
        """The student is at that page: of several tabs it is the one that was drawn last."""
        self.session, self.progress = weakref.ref(session), progress


@dataclass
class Room:
    """One lesson for many. Whoever knows the ``code`` may come in; whoever knows the ``secret``
    sees the board. ``seats`` are by visitor, ``used`` is when somebody was here at last. Pages
    that are still open have a room after it ``is_closed``."""

    code: str
    secret: str
    lesson: Lesson
    source: str
    seats: dict[str, Seat] = field(default_factory=dict)
    used: float = 0.0
    is_closed: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def enter(self, visitor: str, name: str, progress: Progress, session: Session) -> Seat:
        """Take a seat, or come back to one's own. Raises `ConfigurationError`."""
        with self.lock:
            seat = self.seats.get(visitor)
            if seat is None:
                seat = self._new_seat(name, progress, session)
                self.seats[visitor] = seat
            else:  # each page is at a step of its own
                seat.move(session, replace(seat.progress))
            return seat

    def _new_seat(self, name: str, progress: Progress, session: Session) -> Seat:
        name = one_line(name)[:LONGEST_NAME].strip()
        if not name:
            raise ConfigurationError("A name is needed: the teacher sees it on the board.")
        if len(self.seats) >= MOST_STUDENTS:
            raise ConfigurationError(
                "This room is full, it has {count} students: ask for another room.",
                count=MOST_STUDENTS,
            )
        seat = Seat(name, 1, progress, weakref.ref(session))
        labels = {other.label for other in self.seats.values()}
        while seat.label in labels:
            seat.number += 1
        return seat


class Rooms:
    """The rooms of one server, in its memory. One that nobody has used for a day is gone."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.RLock()
        self._rooms: dict[str, Room] = {}

    def open(self, lesson: Lesson, source: str) -> Room:
        """A new room with that lesson; raises `ConfigurationError` where there are too many."""
        with self._lock:
            self.forget_unused()
            if len(self._rooms) >= MOST_ROOMS:
                raise ConfigurationError(
                    "This server has {count} rooms, and no more: close one, or wait until one was "
                    "not used for a day.",
                    count=MOST_ROOMS,
                )
            code = next(code for code in iter(_new_code, "") if code not in self._rooms)
            room = Room(code, secrets.token_urlsafe(16), lesson, source, used=self._clock())
            self._rooms[code] = room
            return room

    def room(self, code: str) -> Room:
        """The room of that code, which somebody uses now; raises `ConfigurationError`."""
        with self._lock:
            self.forget_unused()
            room = self._rooms.get(code.upper())
            if room is None:
                raise ConfigurationError(
                    "There is no room {code!r} on this server: it was closed, or the server was "
                    "started again. Ask for a new link.",
                    code=excerpt(code, 20),
                )
            room.used = self._clock()
            return room

    def of_board(self, secret: str) -> Room:
        """The room whose board that is; raises `ConfigurationError`."""
        with self._lock:
            self.forget_unused()
            for room in self._rooms.values():
                if secrets.compare_digest(room.secret.encode(), secret.encode()):
                    room.used = self._clock()
                    return room
        raise ConfigurationError(
            "There is no board at this link: its room was closed, or the server was started "
            "again. Open a new room."
        )

    def close(self, room: Room) -> None:
        """Forget the room, and all that is known of its students."""
        with self._lock:
            self._rooms.pop(room.code, None)
            room.is_closed = True
            room.seats.clear()

    def forget_unused(self) -> None:
        """Close the rooms that nobody has used for a day."""
        with self._lock:
            before = self._clock() - KEPT_SECONDS
            for room in [room for room in self._rooms.values() if room.used < before]:
                self.close(room)


def _new_code() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(_CODE_LENGTH))


@st.cache_resource(show_spinner=False)
def rooms() -> Rooms:
    """The rooms of this server."""
    return Rooms()
