"""What the students of a room have come to: for the board, and as a table."""

import csv
import io
import math
from collections.abc import Sequence
from itertools import chain
from typing import Literal, TypedDict

import numpy as np

from dashboard.lessons.check import average_return, read_number
from dashboard.lessons.progress import Progress
from dashboard.lessons.rooms import Reached, Room, Seat
from dashboard.session.returns import counted_rows, greedy_returns, over_members
from dashboard.session.session import Session
from dashboard.session.turns import Turns
from dashboard.web.language import _, n_
from dqn_core import Trainer
from dqn_core.base.numbers import number

POINTS = 60
"""Points of a curve on the board, which is too small to show more."""
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula."""


class Curve(TypedDict):
    """Points of a curve, in their order."""

    x: list[float]
    y: list[float]


class StudentCurves(TypedDict):
    """The return over the run's steps, in training and in greedy evaluations, and their range."""

    training: Curve
    greedy: Curve
    steps: int
    low: float
    high: float


class Mark(TypedDict):
    """An answer or a check."""

    kind: Literal["good", "bad", "open"]
    text: str


class Student(TypedDict):
    """A card of the board; one who has left has no curves."""

    name: str
    where: str
    marks: list[Mark]
    status: str
    words: str
    curves: StudentCurves | None


def students(room: Room) -> list[Student]:
    """Everybody in the room, in the order in which they came."""
    return [_student(room, seat) for seat in list(room.seats.values())]


def summary(room: Room) -> list[str]:
    """How the class as a whole stands: its size, and how many have done what a step asks for.

    What nobody has done yet is not told.
    """
    everybody = [seat.progress for seat in list(room.seats.values())]
    if not everybody:
        return []
    told = [n_("1 student", "{count} students", len(everybody))]
    for at in range(len(room.lesson.steps)):
        given = [progress.answers[at] for progress in everybody if at in progress.answers]
        if given:
            right = sum(_is_right(room, at, answer) for answer in given)
            told.append(
                _(
                    "Step {step}: {given} answered, {right} right",
                    step=at + 1,
                    given=len(given),
                    right=right,
                )
            )
        if met := sum(at in progress.met for progress in everybody):
            told.append(_("Step {step}: {met} met the check", step=at + 1, met=met))
    return told


def results_csv(room: Room) -> bytes:
    """A row for each student: the step, each answer and check, and what the run has come to."""
    steps = list(enumerate(room.lesson.steps))
    asking = [at for at, step in steps if step.question]
    checked = [at for at, step in steps if step.check]
    head = ["name", "step", "env_step", "training_return", "greedy_return"]
    for at in asking:
        head += [f"answer_{at + 1}", f"right_{at + 1}"]
    head += [f"check_{at + 1}" for at in checked]
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(head)
    for seat in list(room.seats.values()):
        progress = seat.progress
        row = [seat.label, progress.at + 1, *map(_number, _reached(seat) or ("", "", ""))]
        for at in asking:
            given = progress.answers.get(at)
            if given is None:
                row += ["", ""]
            else:
                row += [_shown(room, at, given), int(_is_right(room, at, given))]
        row += [int(at in progress.met) for at in checked]
        writer.writerow(map(_cell, row))
    return ("\ufeff" + table.getvalue()).encode()  # without the mark a spreadsheet guesses


def _cell(value: object) -> object:
    """``value`` so that no spreadsheet takes it for a formula; numbers stay, also below 0."""
    if not isinstance(value, str) or not value.startswith(_FORMULA):
        return value
    return value if read_number(value) is not None else f"'{value}"


def _is_right(room: Room, at: int, given: str) -> bool:
    question = room.lesson.steps[at].question
    return question is not None and question.answers.is_right(given)


def _shown(room: Room, at: int, given: str) -> str:
    question = room.lesson.steps[at].question
    return question.answers.shown(given) if question else ""


def _number(value: float | str) -> float | str:
    if isinstance(value, str) or math.isnan(value):
        return ""
    return round(value, 4)


def _reached(seat: Seat) -> Reached | None:
    """What the student's run has come to; of one who has left, what was seen of it at last."""
    session = seat.session()
    if session is not None:
        turns = session.turns
        average = average_return([run.trainer for run in turns.counted])
        of_each = [greedy_returns(run, run.trainer.counted) for run in turns.counted]
        seat.reached = Reached(turns.env_step, average, over_members([*chain(*of_each)]))
    return seat.reached


def _student(room: Room, seat: Seat) -> Student:
    lesson, progress, session = room.lesson, seat.progress, seat.session()
    where = _("step {at} of {count}", at=progress.at + 1, count=len(lesson.steps))
    return {
        "name": seat.label,
        "where": where,
        "marks": _marks(room, progress),
        "status": _status(session) if session else _("away"),
        "words": _words(_reached(seat)),
        "curves": _curves(session.turns) if session else None,
    }


def _marks(room: Room, progress: Progress) -> list[Mark]:
    """Each answer that was given and each check, in the order of the steps."""
    marks: list[Mark] = []
    for at, step in enumerate(room.lesson.steps):
        given = progress.answers.get(at)
        if given is not None:
            is_right = _is_right(room, at, given)
            sign = "✓" if is_right else "✗"
            answer = _shown(room, at, given)
            text = _("{step}: {sign} {answer}", step=at + 1, sign=sign, answer=answer)
            marks.append({"kind": "good" if is_right else "bad", "text": text})
        if step.check:
            is_met = at in progress.met
            text = _("{step}: check met", step=at + 1) if is_met else ""
            text = text or _("{step}: check open", step=at + 1)
            marks.append({"kind": "good" if is_met else "open", "text": text})
    return marks


def _status(session: Session) -> str:
    return _("training") if session.turns.is_active else _("not training")


def _words(reached: Reached | None) -> str:
    """The picture in words."""
    if reached is None:
        return ""
    return _(
        "Environment step {step}: greedy return {greedy}, smoothed {average}",
        step=f"{reached.env_step:,}",
        greedy=number(reached.greedy),
        average=number(reached.average),
    )


def _curves(turns: Turns) -> StudentCurves:
    trainers = [run.trainer for run in turns.counted]
    low, high = trainers[0].spec.return_range or (None, None)
    training, greedy = (
        _thinned(*_counted(trainers, table, column))
        for table, column in (("episodes", "return"), ("evaluations", "mean_return"))
    )
    y = [*training["y"], *greedy["y"]]
    return {
        "training": training,
        "greedy": greedy,
        "steps": max(1, *(trainer.env_step for trainer in trainers)),
        "low": min(y, default=0.0) if low is None else low,
        "high": max(y, default=1.0) if high is None else high,
    }


def _counted(trainers: Sequence[Trainer], table: str, column: str) -> tuple[np.ndarray, np.ndarray]:
    """The steps and the values of a column of a table, of the members that are counted."""
    tables = [counted_rows(trainer, table, ("env_step", column)) for trainer in trainers]
    steps, values = (np.concatenate([rows[name] for rows in tables]) for name in tables[0])
    return steps, values


def _thinned(steps: np.ndarray, values: np.ndarray) -> Curve:
    """The means of the values in at most `POINTS` equal spans of steps."""
    if not len(steps):
        return {"x": [], "y": []}
    span = max(1, -(-int(steps.max() + 1) // POINTS))
    place = steps // span
    count = np.bincount(place)
    used = np.flatnonzero(count)
    x = np.bincount(place, steps)[used] / count[used]
    y = np.bincount(place, values)[used] / count[used]
    return {"x": x.round().tolist(), "y": y.round(3).tolist()}
