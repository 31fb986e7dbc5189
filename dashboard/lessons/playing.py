"""The lesson that a browser session plays: opened from the address, moved from step to step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qs

import streamlit as st

from dashboard.lessons.lesson import Lesson, Step, of_link
from dashboard.lessons.progress import Progress, read_progress
from dashboard.lessons.rooms import Room, Seat, rooms
from dashboard.lessons.source import NAMES, lesson_from, ready_lesson
from dashboard.session.address import LESSON, STEP, Remembered, not_there, numbered, parameters
from dashboard.session.filling import fixed_values
from dashboard.session.links import NAMES as NAMES_OF_LINKS
from dashboard.session.links import Link
from dashboard.session.session import Session
from dashboard.web import keys
from dashboard.web.language import language
from dashboard.web.visitors import ROOM
from dqn_core.base.errors import LabError
from dqn_core.base.phrases import Phrase


@dataclass
class Playing:
    """A lesson with how far the student is; it was opened at the step ``opened_at``.

    ``source`` is what the address calls it, "" for the task of a link. In a ``room`` the student
    has a ``seat`` once a name was typed; ``was_in_room`` says that it was closed since."""

    lesson: Lesson
    source: str = ""
    progress: Progress = field(default_factory=Progress)
    opened_at: int = 0
    room: Room | None = None
    seat: Seat | None = None
    was_in_room: bool = False
    problem: str = ""
    language: str = ""

    def speak(self, language: str) -> None:
        """Show a lesson that is ready in that language from now on."""
        if self.source in NAMES and language != self.language:
            self.lesson, self.language = ready_lesson(self.source, language), language

    def leave_closed_room(self) -> None:
        """Where the room was closed the student goes on alone, with the same answers."""
        if self.room and self.room.is_closed:
            self.room, self.seat, self.was_in_room = None, None, True

    @property
    def step(self) -> Step:
        """The present one."""
        return self.lesson.steps[self.progress.at]

    @property
    def query(self) -> str:
        """Its part of the address."""
        if self.room:
            return f"{ROOM}={self.room.code}&{STEP}={self.progress.at + 1}"
        return f"{LESSON}={self.source}&{STEP}={self.progress.at + 1}" if self.source else ""

    @property
    def remembered(self) -> str:
        """What the browser's tab keeps of it; a room knows its students by itself."""
        return self.progress.written if self.source and not self.room else ""

    def go(self, session: Session, at: int) -> None:
        """Show that step; where its values are not those of the step before, a run begins."""
        if self.lesson.origin(at) != self.lesson.origin(self.progress.at):
            self.progress.runs.pop(at, None)
            self._begin(session, at)
        # Only now: else the step's check would be judged by the run of the step before.
        self.progress.at = at
        session.look_at(hidden=self.step.link.hidden, locked=self.step.link.locked)

    def begin(self, session: Session) -> None:
        """A fresh run with the values of the present step."""
        self._begin(session, self.progress.at)
        session.look_at(hidden=self.step.link.hidden, locked=self.step.link.locked)

    def _begin(self, session: Session, at: int) -> None:
        origin = self.lesson.steps[self.lesson.origin(at)]
        session.begin(replace(origin.link, view=session.link.view))

    def enter(self, session: Session, name: str) -> None:
        """Take a seat in the room; ``problem`` says why there is none."""
        assert self.room is not None
        try:
            visitor = session.owner or session.name
            self.seat = self.room.enter(visitor, name, self.progress, session)
            self.progress, self.problem = self.seat.progress, ""
        except LabError as error:
            self.problem = error.phrase


def current_lesson(session: Session) -> Playing | None:
    """What the session plays; it begins with what the address says."""
    playing = keys.kept(keys.LESSON, lambda: _opened(session, parameters(), ""))
    if playing:
        playing.speak(language())
        playing.leave_closed_room()
        if playing.seat:
            playing.seat.move(session, playing.progress)
    return playing


def play(session: Session, lesson: Lesson, source: str) -> None:
    """Begin that lesson in place of the one that is played."""
    playing = Playing(lesson, source)
    _choose(playing)
    playing.begin(session)


def leave_lesson(session: Session) -> None:
    """End it: all controls are there again, with the values that they have."""
    _choose(None)
    session.look_at(hidden=(), locked=(), task="")


def _choose(playing: Playing | None) -> None:
    """Play that from now on, whatever the address says."""
    st.session_state[keys.LESSON], st.session_state[keys.LESSON_WAS_CHOSEN] = playing, True


def come_back_to_lesson(session: Session, left: Remembered) -> None:
    """Take up the lesson of the tab's address where the tab had it; another one begins.

    What the student did there before the tab could say so counts: a lesson that was left stays
    left, and one that was begun is played.
    """
    if keys.LESSON_WAS_CHOSEN in st.session_state:
        chosen: Playing | None = st.session_state[keys.LESSON]
        if chosen:
            chosen.begin(session)
        else:
            leave_lesson(session)
        return
    given, had = (parse_qs(query, keep_blank_values=True) for query in (left.query, left.left))
    is_same = given.get(LESSON) == had.get(LESSON)
    meanwhile: Playing | None = st.session_state.get(keys.LESSON)
    done = meanwhile and replace(meanwhile.progress)  # in a room it is the one of the seat
    playing = _opened(session, given, left.lesson if is_same else "")
    st.session_state[keys.LESSON] = playing
    if playing and meanwhile and done and playing.source == meanwhile.source:
        progress = playing.progress
        progress.answers.update(done.answers)
        progress.typed.update(done.typed)
        if done.at != meanwhile.opened_at:
            playing.go(session, done.at)


def _opened(
    session: Session, given: Mapping[str, Sequence[str]], remembered: str
) -> Playing | None:
    """The lesson of an address. If the address names no step or no values, the step's are set."""
    try:
        playing = _named(session, given, remembered)
    except LabError as error:
        session.look_at(hidden=(), locked=())  # which only a lesson would take away again
        _tell(session, error.phrase)
        return None
    if playing is None and STEP in given:
        words = Phrase("{name} is a place in a lesson, and this address names none.", name=STEP)
        _tell(session, words)
    if playing is None or not playing.query:
        return playing
    at = _step(given, playing.lesson)
    if at is None and STEP in given:
        _tell(session, not_there(STEP, given[STEP][-1], numbered(playing.lesson.steps)))
    if at is not None:
        playing.progress.at = at
    playing.opened_at = playing.progress.at
    if at is None or not given.keys() & NAMES_OF_LINKS:
        playing.begin(session)
    else:
        _hold(session, playing)
    return playing


def _tell(session: Session, problem: Phrase) -> None:
    """Say it in the notice about the link, once where the tab comes back to the same address."""
    if problem not in session.link_problems:
        session.link_problems.append(problem)


def _named(session: Session, given: Mapping[str, Sequence[str]], remembered: str) -> Playing | None:
    code, source = (given.get(name, [""])[-1].strip() for name in (ROOM, LESSON))
    if code:
        room = rooms().room(code)
        seat = room.seats.get(session.owner or session.name)
        if seat is None:
            return Playing(room.lesson, room.source, room=room)
        playing = Playing(room.lesson, room.source, seat.progress, room=room, seat=seat)
        playing.enter(session, seat.name)
        return playing
    if source:
        lesson = lesson_from(source, language())
        return Playing(lesson, source, read_progress(remembered, lesson))
    return Playing(of_link(session.link)) if session.link.task else None


def _step(given: Mapping[str, Sequence[str]], lesson: Lesson) -> int | None:
    """The position of the step that an address names, if there is one."""
    text, steps = given.get(STEP, [""])[-1], numbered(lesson.steps)
    return steps.index(text) if text in steps else None


def _hold(session: Session, playing: Playing) -> None:
    """Keep what the step hides, locks and fixes, whatever the address says.

    If the address's other values do not go together with it, none of them is used.
    """
    try:
        held = _held(session.link, playing.step)
        _ = held.member_configs  # which may be refused
    except LabError as error:
        session.link_problems.append(error.phrase)
        playing.begin(session)
        return
    if held != session.link:
        session.begin_anew(held, session.link_problems)


def _held(link: Link, step: Step) -> Link:
    held = replace(link, hidden=step.link.hidden, locked=step.link.locked, task="")
    if not step.begins:
        return held  # its values are what the student has made of those before
    fixed = step.link.fixed_controls
    whole = {name: getattr(step.link, name) for name in ("preset", "members") if name in fixed}
    return replace(held, config=link.config.replace(**fixed_values(step.link)), **whole)
