"""Standard output and standard error, whatever they are: closed, full, of few letters, or gone."""

import argparse
import codecs
import io
import logging
import os
import sys
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from pathlib import Path
from typing import TextIO

from dqn_core.base.errors import LabError, printable

_PLAIN = {"−": "-", "–": "-", "×": "x", "·": "*", "’": "'", "∞": "inf"}
"""Letters that would be missed: without its minus a number is another one."""


def prepare_streams() -> None:
    """Let both be written to: closed ones lead nowhere, and letters that they lack are replaced."""
    codecs.register_error("plain", _in_plain_letters)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by ``>&-``
            setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="plain")


def _in_plain_letters(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    return "".join(map(_plain, error.object[error.start : error.end])), error.end


def _plain(letter: str) -> str:
    """``letter`` in ASCII: gamma for γ, 0 for ₀, ? for what has no like."""
    name = unicodedata.name(letter, "")
    if name.startswith("GREEK SMALL LETTER "):
        return name.rpartition(" ")[2].lower()
    like = unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
    return _PLAIN.get(letter) or like or "?"


def apart_from_prints(
    command: Callable[[argparse.Namespace, TextIO], int],
) -> Callable[[argparse.Namespace], int]:
    """A command that is given standard output for its result alone.

    What an environment prints, down to its last breath, goes to standard error. So does what its
    libraries and its processes write past Python.
    """

    def printing(options: argparse.Namespace) -> int:
        with _result_alone() as out:
            return command(options, out)

    return printing


@contextmanager
def _result_alone() -> Iterator[TextIO]:
    out = sys.stdout
    with redirect_stdout(sys.stderr):
        if not _is_the_process_own(out):
            yield out
            return
        out.flush()
        own = os.dup(1)
        os.dup2(sys.stderr.fileno(), 1)
        try:
            with open(own, "w", encoding=out.encoding, errors=out.errors, closefd=False) as result:
                yield result
        finally:
            os.dup2(own, 1)
            os.close(own)


def _is_the_process_own(out: TextIO) -> bool:
    try:
        return out.fileno() == 1 and sys.stderr.fileno() >= 0
    except (OSError, ValueError):  # a test may have replaced it
        return False


def tell(sentence: str) -> None:
    """Say ``sentence`` as one line on standard error, if anybody is there to hear it."""
    try:
        if sys.stderr:  # an environment may have taken it away
            print(printable(" ".join(sentence.split())), file=sys.stderr, flush=True)
    except (OSError, ValueError):
        let_go(sys.stderr)


@contextmanager
def warnings_told() -> Iterator[None]:
    """Tell what dqn_core logs, as that an environment could not be closed, once for all of them."""
    logger, handler = logging.getLogger("dqn_core"), _Once(logging.WARNING)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


class _Once(logging.Handler):
    def __init__(self, level: int) -> None:
        super().__init__(level)
        self._told: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if message not in self._told:
            self._told.add(message)
            tell(message)


def say(text: str, out: TextIO | None = None) -> None:
    """Write a result to ``out``, by default standard output, down to its last letter.

    As in `tell`, texts from outside cannot do more in the terminal than be read.

    Raises `BrokenPipeError` where the reader has gone, and `LabError` for all else.
    """
    out = out or sys.stdout
    try:
        print("\n".join(map(printable, text.split("\n"))), file=out, flush=True)
    except BrokenPipeError:
        let_go(out)
        raise
    except OSError as error:
        let_go(out)
        raise LabError(f"The result cannot be printed: {error.strerror}.") from error


def let_go(stream: TextIO) -> None:
    """Send nowhere what ``stream`` still holds: Python would try again on its way out."""
    with suppress(OSError, ValueError), Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), stream.fileno())
