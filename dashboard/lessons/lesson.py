"""What a lesson is: steps with a text, a state of the controls, a question, a check."""

from dataclasses import dataclass, replace
from typing import TypeAlias

from dashboard.lessons.check import Check
from dashboard.session.links import MOST_TASK, Link

MOST_CHARACTERS = 20_000
"""The longest file of a lesson."""
MOST_STEPS = 20
MOST_MINUTES = 240
LONGEST_TITLE = 80
LONGEST_TEXT = 3_000
"""Characters of a step's text, or of an explanation."""
LONGEST_LINE = 300
"""Characters of a question, or of an answer to choose."""
MOST_CHOICES = 6


@dataclass(frozen=True)
class Choices:
    """A question's answers, of which one is right: ``right`` is its position."""

    labels: tuple[str, ...]
    right: int

    def is_right(self, answer: str) -> bool:
        """Whether ``answer``, the position that was chosen, is the right one."""
        return answer == str(self.right)

    def shown(self, answer: str) -> str:
        """The label of an answer."""
        return self.labels[int(answer)]


@dataclass(frozen=True)
class Number:
    """A question's answer as a number, right within ``margin``."""

    value: float
    margin: float

    def is_right(self, answer: str) -> bool:
        """Whether ``answer``, the number that was typed, is close enough."""
        return abs(float(answer) - self.value) <= self.margin

    def shown(self, answer: str) -> str:
        """The number as it was typed."""
        return answer


Answers: TypeAlias = Choices | Number


@dataclass(frozen=True)
class Question:
    """A question; ``because`` is shown with the answer."""

    text: str
    answers: Answers
    because: str


@dataclass(frozen=True)
class Step:
    """One step.

    ``link`` is the state of the controls, with what is hidden and locked. A step that ``begins``
    sets its values in a new run; any other goes on with the run of the step before.
    """

    title: str
    text: str
    link: Link
    begins: bool = True
    question: Question | None = None
    check: Check | None = None


@dataclass(frozen=True)
class Lesson:
    """Its steps in their order, at least one; ``minutes`` is how long it takes, 0 if unknown."""

    title: str
    steps: tuple[Step, ...]
    minutes: int = 0
    about: str = ""

    def origin(self, at: int) -> int:
        """The step that has set the values that step ``at`` goes on with."""
        return next(step for step in range(at, -1, -1) if self.steps[step].begins)

    @property
    def task_link(self) -> Link | None:
        """The lesson as a link with a task, if it is only a task; else None."""
        step = self.steps[0]
        is_task = len(self.steps) == 1 and not (self.title or step.title or self.about)
        if not is_task or step.question or step.check or len(step.text) > MOST_TASK:
            return None
        return replace(step.link, task=step.text)


def of_link(link: Link) -> Lesson:
    """The lesson of one step that a link with a task is."""
    return Lesson("", (Step("", link.task, replace(link, task="")),))
