"""A lesson in the making: its first step always begins, and far too long a text is not read."""

from dashboard.lessons.draft import new_draft
from dashboard.lessons.lesson import MOST_CHARACTERS
from dashboard.session.links import Link


def test_whatever_is_moved_or_removed_the_first_step_begins_a_run() -> None:
    draft = new_draft(Link())
    draft.add()
    draft.go_on(True)
    assert [step.begins for step in draft.steps] == [True, False]
    draft.move(-1)
    assert (draft.at, [step.begins for step in draft.steps]) == (0, [True, True])
    draft.remove()
    draft.remove()
    assert len(draft.steps) == 1, "one is left"


def test_a_text_longer_than_any_lesson_is_refused_as_the_file_would_be() -> None:
    draft = new_draft(Link())
    draft.step.body = "x\n" * MOST_CHARACTERS
    lesson, faults = draft.read()
    assert lesson is None
    ((step, fault),) = faults
    assert (step, str(fault.reason)) == (0, "A lesson has at most 20,000 characters, not 40,000.")
