"""Where a lesson is from, as an address says it: one that is ready by its name, any other whole."""

import re
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from functools import cache
from pathlib import Path

from dashboard.lessons.lesson import MOST_CHARACTERS, Lesson
from dashboard.lessons.reading import read_lesson
from dashboard.lessons.writing import written_lesson
from dqn_core.base.errors import ConfigurationError, excerpt

READY = Path(__file__).parent / "ready"
NAMES = (
    "watch-and-guess",
    "how-far-it-looks",
    "explore-or-exploit",
    "two-networks",
    "luck-or-skill",
    "tune-acrobot",
)
"""The lessons that come with the project, in the order in which a course takes them."""

WHOLE = "z."
"""What begins a lesson that an address carries whole, compressed."""
MOST_SHARED = 2_000
"""Characters of a lesson in a link that is handed out; chats and mails break longer ones."""


@cache
def ready_lesson(name: str, language: str) -> Lesson:
    """A lesson that comes with the project, in English if it is not there in that language."""
    translated = READY / f"{name}.{language}.md"
    path = translated if translated.exists() else READY / f"{name}.md"
    lesson, faults = read_lesson(path.read_text(encoding="utf-8"))
    if lesson is None:
        raise ValueError(f"{path.name}: {faults[0]}")
    return lesson


def source_of(lesson: Lesson) -> str:
    """The whole lesson as an address carries it, for a lesson that is not one of the ready ones."""
    content = zlib.compress(written_lesson(lesson).encode(), 9)
    return WHOLE + urlsafe_b64encode(content).decode().rstrip("=")


def lesson_from(source: str, language: str) -> Lesson:
    """The lesson of an address; raises `ConfigurationError`, in one sentence."""
    if source in NAMES:
        return ready_lesson(source, language)
    if not source.startswith(WHOLE):
        raise ConfigurationError(
            "There is no lesson {name!r}: choose one on the Learn page.", name=excerpt(source, 60)
        )
    lesson, faults = read_lesson(_unpacked(source))
    if lesson is None:
        raise ConfigurationError(
            "{reason} (line {line} of the lesson in this link).",
            reason=faults[0].reason,
            line=faults[0].line,
        )
    return lesson


def _unpacked(source: str) -> str:
    """The file's text. No more is unpacked than a lesson may have: it could be gigabytes."""
    data = source.removeprefix(WHOLE)
    most = 4 * MOST_CHARACTERS + 1  # bytes of a character in UTF-8
    try:
        if not re.fullmatch(r"[\w-]+", data, re.ASCII):
            raise ValueError
        packed = urlsafe_b64decode(data + "=" * (-len(data) % 4))
        opener = zlib.decompressobj()
        text = opener.decompress(packed, most).decode()
        if not opener.eof and len(text) <= MOST_CHARACTERS:
            raise ValueError
    except (Error, ValueError, zlib.error):
        raise ConfigurationError(
            "The lesson in this link is not complete: copy the whole link, or use the file."
        ) from None
    return text
