"""A lesson's checks, answers and steps in words."""

import math

from dashboard.lessons.check import Check, Checked
from dashboard.lessons.lesson import Answers, Choices, Lesson
from dashboard.lessons.reading import Fault
from dashboard.web.language import _, said, together
from dashboard.web.markup import plain
from dqn_core.base.numbers import number, setting
from dqn_core.base.phrases import Phrase

QUANTITIES = {
    "greedy return": Phrase("greedy return"),
    "predicted return": Phrase("predicted return"),
    "obtained return": Phrase("obtained return"),
    "training return": Phrase("smoothed return of training"),
    "max q": Phrase("mean max Q of a batch"),
    "steps": Phrase("environment steps"),
    "episodes": Phrase("episodes"),
    "changes": Phrase("changes in the run"),
}


def title_words(lesson: Lesson) -> str:
    """Its title; a lesson that is only a task has none."""
    return plain(lesson.title) or _("Lesson")


def check_words(check: Check) -> str:
    """What it asks for: ``greedy return ≥ 475 within 20,000 environment steps``."""
    sign = "≥" if check.sign == ">=" else "≤"
    goal = f"{_(QUANTITIES[check.quantity])} {sign} {setting(check.bound)}"
    steps, runs = f"{check.steps or 0:,}", f"{check.runs or 0:,}"
    if check.steps is None and check.runs is None:
        return goal
    if check.runs is None:
        return _("{goal} within {steps} environment steps", goal=goal, steps=steps)
    if check.steps is None:
        return _("{goal} within {runs} runs", goal=goal, runs=runs)
    return _(
        "{goal} within {steps} environment steps of one of {runs} runs",
        goal=goal,
        steps=steps,
        runs=runs,
    )


def checked_words(check: Check, checked: Checked | None, environment: str) -> str:
    """How far the run is; ``environment`` is the one in which it counts."""
    if checked is None:
        return _("It counts in {environment} alone.", environment=environment)
    if checked.state == "met":
        return _("It is met.")
    if check.runs is not None and checked.run > check.runs:
        return _(
            "The {runs} runs are used up. Back and Next begin this step once more.",
            runs=f"{check.runs:,}",
        )
    words = _("Not met in this run. Reset begins another.")
    if checked.state == "open":
        words = _("Not yet: so far it is {value}.", value=number(checked.value))
        words = _("Not yet.") if math.isnan(checked.value) else words
    if check.runs is None:
        return words
    place = _("This is run {run} of {runs}.", run=f"{checked.run:,}", runs=f"{check.runs:,}")
    return together(words, place)


def fault_words(fault: Fault) -> str:
    """What is wrong in a file, and where."""
    return together(_("Line {line}:", line=fault.line), said(fault.reason))


def answer_words(answers: Answers) -> str:
    """The right answer."""
    if isinstance(answers, Choices):
        return answers.labels[answers.right]
    if answers.margin:
        return _(
            "{value}, and what is at most {margin} from it counts too",
            value=setting(answers.value),
            margin=setting(answers.margin),
        )
    return setting(answers.value)
