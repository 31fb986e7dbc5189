"""A lesson that a teacher is making: as it was typed, right or wrong."""

from dataclasses import dataclass, replace

from dashboard.lessons.lesson import MOST_CHARACTERS, Lesson, Step, of_link
from dashboard.lessons.reading import Fault, Faults, read_body, read_lesson
from dashboard.lessons.writing import written_body, written_lesson
from dashboard.session.links import Link
from dqn_core.base.phrases import Phrase

NO_TITLE = Phrase("Give the lesson a title: one that is more than a text needs it.")


@dataclass
class DraftStep:
    """What was typed of a step: its title, and its text with question and check."""

    title: str
    body: str
    link: Link
    begins: bool


@dataclass
class Draft:
    """A lesson in the making; ``at`` is the step that is being edited."""

    title: str
    minutes: int
    about: str
    steps: list[DraftStep]
    at: int = 0

    @property
    def step(self) -> DraftStep:
        """The one that is being edited."""
        return self.steps[self.at]

    @property
    def is_task(self) -> bool:
        """Whether it is only a task so far."""
        lesson = self.read()[0]
        return lesson is not None and lesson.task_link is not None

    def read(self) -> tuple[Lesson | None, list[tuple[int, Fault]]]:
        """The lesson, or what is wrong: each fault with its step, from 1, and its line there.

        What is wrong with the whole is of step 0.
        """
        typed_in_all = "".join(step.body for step in self.steps)
        if len(typed_in_all) > MOST_CHARACTERS:  # it would take seconds at each draw
            return None, [(0, fault) for fault in read_lesson(typed_in_all)[1]]
        faults: list[tuple[int, Fault]] = []
        steps = []
        for place, typed in enumerate(self.steps, 1):
            own = Faults()
            text, question, check = read_body(list(enumerate(typed.body.splitlines(), 1)), own)
            faults += [(place, fault) for fault in own]
            steps.append(Step(typed.title, text, typed.link, typed.begins, question, check))
        lesson = Lesson(self.title, tuple(steps), self.minutes, self.about)
        if faults or lesson.task_link:
            return None if faults else lesson, faults
        if not self.title.strip():
            return None, [(0, Fault(1, NO_TITLE))]
        read, of_file = read_lesson(written_lesson(lesson))
        return read, [(0, fault) for fault in of_file]

    def take(self, link: Link) -> None:
        """Let the step that is edited begin with the state of the controls in ``link``."""
        step = self.step
        step.link = replace(link, hidden=step.link.hidden, locked=step.link.locked, task="")
        step.begins = True

    def look(self, hidden: tuple[str, ...], locked: tuple[str, ...]) -> None:
        """Let the step that is edited hide and lock these controls."""
        self.step.link = replace(self.step.link, hidden=hidden, locked=locked)

    def go_on(self, goes_on: bool) -> None:
        """Whether the step goes on with the run of the one before; the first one never does."""
        self.step.begins = not goes_on or not self.at

    def add(self) -> None:
        """A new step after the one that is edited, which goes on with its run."""
        self.steps.insert(self.at + 1, DraftStep("", "", self.step.link, begins=False))
        self.at += 1

    def remove(self) -> None:
        """Take out the step that is edited, unless it is the only one."""
        if len(self.steps) > 1:
            del self.steps[self.at]
            self.steps[0].begins = True
            self.at = min(self.at, len(self.steps) - 1)

    def move(self, by: int) -> None:
        """Let the step change places with its neighbour."""
        other = self.at + by
        self.steps[self.at], self.steps[other] = self.steps[other], self.steps[self.at]
        self.steps[0].begins = True
        self.at = other


def draft_of(lesson: Lesson) -> Draft:
    """That lesson, to be changed."""
    steps = [
        DraftStep(step.title, written_body(step), step.link, step.begins) for step in lesson.steps
    ]
    return Draft(lesson.title, lesson.minutes, lesson.about, steps)


def new_draft(link: Link) -> Draft:
    """A lesson of one step, with the state of the controls and the task in ``link``."""
    return draft_of(of_link(link))
