"""Lessons of a few lines."""

from dashboard.lessons.lesson import Lesson
from dashboard.lessons.reading import read_lesson

ASKING = """\
# T
## A
question: 1?
( ) a
(x) b
## B
question: 2?
answer: 2

check: steps >= 1
"""


def lesson(text: str = ASKING) -> Lesson:
    """The lesson that a text is; one with a fault fails the test."""
    found, faults = read_lesson(text)
    assert found, faults
    return found
