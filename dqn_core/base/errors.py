"""What a user can cause: one exception type, each message one sentence for the person reading it.

Programming errors are not in here; they stay loud.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from dqn_core.base.phrases import Phrase

LONGEST_MESSAGE = 400
"""Characters in a message, which may quote something as long as a file."""

ODD_CONTENTS = (
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What contents of a file that are not as they should be can cause while they are read."""


class LabError(Exception):
    """Something a user asked for cannot be done; the message says what is wrong and what to do.

    It is one line of printable text, whatever ``values`` it quotes in the holes of its
    ``template``. ``phrase`` has both, to be said in another language. ``names`` are the
    hyperparameters that it is about, which it calls by these names.
    """

    names: tuple[str, ...] = ()

    def __init__(self, template: str, /, **values: Any) -> None:
        if not isinstance(template, Phrase):
            template = Phrase(template, **{name: _quoted(value) for name, value in values.items()})
        self.phrase = template
        super().__init__(excerpt(template, LONGEST_MESSAGE))


def _quoted(value: Any) -> Any:
    """A value as a message may keep it: a text is as short as the message, and printable."""
    if isinstance(value, LabError):
        return value.phrase
    is_ours = isinstance(value, Phrase | int | float | list | tuple)
    return value if is_ours else excerpt(value, LONGEST_MESSAGE // 2)


def excerpt(value: object, most: int = 80) -> str:
    """``value`` as one line of printable text, without its middle if it is longer than ``most``."""
    text = str(value)
    if len(text) > most:
        text = f"{text[: most - most // 3 - 1]}…{text[-(most // 3) :]}"
    return printable(text)


def printable(text: str) -> str:
    """``text`` in one line, without what would move a terminal's cursor or change its colours."""
    return text if text.isprintable() else "".join(map(_printable, text))


def reason_of(error: Exception) -> str:
    """What an exception says, to stand in a sentence."""
    if isinstance(error, LabError):
        return error.phrase
    if error.args and isinstance(error.args[0], Phrase):
        return error.args[0]
    if isinstance(error, KeyError):
        return Phrase("there is no {name}", name=excerpt(error))
    return first_line(error, 160) or type(error).__name__


def first_line(error: BaseException, most: int) -> str:
    """The first line of what an exception says, without full stop; empty where it says nothing."""
    said = ""
    with suppress(Exception):  # its words may be somebody else's code
        said = str(error)
    return excerpt(said.strip().split("\n")[0], most).strip().rstrip(". ")


def _printable(character: str) -> str:
    if character.isprintable() or character in "\xa0\u202f":  # spaces at which no line breaks
        return character
    return " " if character.isspace() else "�"


class ConfigurationError(LabError):
    """A hyperparameter is out of range, of the wrong type, or does not go with another one."""

    def __init__(self, template: str, /, *names: str, **values: Any) -> None:
        super().__init__(template, **values)
        self.names = names


class CheckpointError(LabError):
    """A file is no checkpoint of this project, is damaged, does not fit or cannot be written."""


class StoreError(LabError):
    """A store of runs cannot be read or written, or has no such run."""


class UnsupportedEnvironmentError(LabError):
    """An environment id is unknown, or the environment is not one that DQN can learn."""


class EnvironmentFailure(LabError):  # noqa: N818 - a failure of the environment, not of ours
    """An environment raised something, or returned what cannot be used."""


class MissingPackageError(LabError):
    """An optional package is needed for what was asked."""


@contextmanager
def needs_package(sentence: str) -> Iterator[None]:
    """Import it in this block; where it is not there, a `MissingPackageError` says ``sentence``."""
    try:
        yield
    except ImportError as error:
        raise MissingPackageError(sentence) from error


class DivergenceError(LabError):
    """Q-values stopped being finite or left every bound that the rewards allow."""
