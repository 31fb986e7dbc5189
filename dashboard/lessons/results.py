"""What the students of a room have come to: for the board, and as a table."""

import csv
import io
import math
from typing import Any, TypedDict

import numpy as np

from dashboard.lessons.check import SMOOTHING, read_number
from dashboard.lessons.progress import Progress
from dashboard.lessons.rooms import Reached, Room, Seat
from dashboard.session.returns import average_returns, greedy_returns, over_members
from dashboard.session.run import Run
from dashboard.session.session import Session
from dashboard.web.language import _
from dqn_core.numbers import number

POINTS = 60
"""Of a curve on the board: as many as such a small picture can show."""
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula."""


class Curve(TypedDict):
    """Points of a curve, in their order."""

    x: list[float]
    y: list[float]


def students(room: Room) -> list[dict[str, Any]]:
    """Everybody in the room, in the order in which they came, as `assets/board/board.js` has it."""
    return [_student(room, seat) for seat in list(room.seats.values())]


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
    """A text that no spreadsheet computes; a number is none, also below 0."""
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
        run, counted = session.run, session.run.trainer.counted
        average = over_members(average_returns(run.history.episodes.columns, counted, SMOOTHING))
        greedy = over_members(greedy_returns(run, counted))
        seat.reached = Reached(run.trainer.env_step, average, greedy)
    return seat.reached


def _student(room: Room, seat: Seat) -> dict[str, Any]:
    lesson, progress, session = room.lesson, seat.progress, seat.session()
    where = _("step {at} of {count}", at=progress.at + 1, count=len(lesson.steps))
    return {
        "name": seat.label,
        "where": where,
        "marks": _marks(room, progress),
        "status": _status(session) if session else _("away"),
        "words": _words(_reached(seat)),
        "curves": _curves(session.run) if session else None,
    }


def _marks(room: Room, progress: Progress) -> list[dict[str, str]]:
    """Each answer that was given and each check, in the order of the steps."""
    marks = []
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


def _curves(run: Run) -> dict[str, Any]:
    """The return in training and in greedy evaluations over the run's steps, and their range."""
    trainer = run.trainer
    low, high = trainer.spec.return_range or (None, None)
    tables = run.history.episodes.columns(), run.history.evaluations.columns()
    training, greedy = (
        _thinned(rows, column, trainer.counted)
        for rows, column in zip(tables, ("return", "mean_return"), strict=True)
    )
    y = [*training["y"], *greedy["y"]]
    return {
        "training": training,
        "greedy": greedy,
        "steps": max(trainer.env_step, 1),
        "low": min(y, default=0.0) if low is None else low,
        "high": max(y, default=1.0) if high is None else high,
    }


def _thinned(rows: dict[str, np.ndarray], column: str, members: list[int]) -> Curve:
    """The means of a column in at most `POINTS` equal spans of steps."""
    counts = np.isin(rows["member"], members)
    steps, values = rows["env_step"][counts], rows[column][counts]
    if not len(steps):
        return {"x": [], "y": []}
    span = max(1, -(-int(steps.max() + 1) // POINTS))
    place = steps // span
    count = np.bincount(place)
    used = np.flatnonzero(count)
    x = np.bincount(place, steps)[used] / count[used]
    y = np.bincount(place, values)[used] / count[used]
    return {"x": x.round().tolist(), "y": y.round(3).tolist()}
