"""How far one student is in a lesson."""

import json
import math
from dataclasses import dataclass, field, replace
from typing import Any

from dashboard.lessons.check import Checked, judged
from dashboard.lessons.lesson import Choices, Lesson
from dashboard.session.turns import Turns

LONGEST_ANSWER = 300
MOST_RUNS = 1_000
"""Runs of a step that are remembered: a longer list would only be a burden."""


@dataclass
class Progress:
    """The step ``at`` which the student is; what was answered and which checks are ``met``, by
    step; the names of the ``runs`` that were begun in each; and what was ``typed`` and not sent."""

    at: int = 0
    answers: dict[int, str] = field(default_factory=dict)
    met: set[int] = field(default_factory=set)
    runs: dict[int, list[str]] = field(default_factory=dict)
    typed: dict[int, str] = field(default_factory=dict)

    def look(self, lesson: Lesson, turns: Turns) -> Checked | None:
        """What the present step's check says of the run; one that is met stays so.

        None where the step asks for nothing, or the run is in another environment.
        """
        at = self.at  # read once: the student may press Next meanwhile
        step = lesson.steps[at]
        if step.check is None or turns.first.config.environment != step.link.config.environment:
            return None
        trainers = [run.trainer for run in turns.counted]
        checked = judged(step.check, trainers, self._number(at, turns))
        if checked.state == "met":
            self.met.add(at)
        return replace(checked, state="met") if at in self.met else checked

    def _number(self, at: int, turns: Turns) -> int:
        """The run's place among those that were begun in the step, from 1."""
        begun = self.runs.setdefault(at, [])
        run = turns.first
        name = run.keeping.name or run.id
        if name not in begun and run.trainer.env_step and len(begun) < MOST_RUNS:
            begun.append(name)
        return begun.index(name) + 1 if name in begun else len(begun) + 1

    @property
    def written(self) -> str:
        """A text that `read_progress` reads back."""
        return json.dumps(
            {
                "at": self.at,
                "answers": self.answers,
                "typed": self.typed,
                "met": sorted(self.met),
                "runs": self.runs,
            }
        )


def read_progress(text: str, lesson: Lesson) -> Progress:
    """What a browser remembers of a lesson, without what this lesson cannot have."""
    try:
        content = json.loads(text)
        at = int(content["at"])
        answers = _by_step(content["answers"])
        typed = _by_step(content.get("typed", {}))
        met = {int(step) for step in content["met"]}
        runs = {int(step): list(map(str, names)) for step, names in content["runs"].items()}
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return Progress()
    steps = range(len(lesson.steps))
    return Progress(
        at if at in steps else 0,
        {step: answer for step, answer in answers.items() if is_answer(lesson, step, answer)},
        {step for step in met if step in steps and lesson.steps[step].check},
        {step: names[:MOST_RUNS] for step, names in runs.items() if step in steps},
        {step: text for step, text in typed.items() if may_be_typed(lesson, step, text)},
    )


def _by_step(content: Any) -> dict[int, str]:
    return {int(step): str(text) for step, text in content.items()}


def is_answer(lesson: Lesson, step: int, answer: str) -> bool:
    """Whether it is one that the step's question may have."""
    try:
        return may_be_typed(lesson, step, answer) and math.isfinite(float(answer))
    except ValueError:
        return False


def may_be_typed(lesson: Lesson, step: int, text: str) -> bool:
    """Whether the field below its question can have it: the place of a choice, or any text."""
    question = lesson.steps[step].question if step in range(len(lesson.steps)) else None
    if question is None or len(text) > LONGEST_ANSWER:
        return False
    answers = question.answers
    return not isinstance(answers, Choices) or text in map(str, range(len(answers.labels)))
