"""Functions that read the values of options that are no hyperparameters."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from dqn_core.base.errors import ConfigurationError
from dqn_core.base.scalars import shown, whole
from dqn_core.base.whole_files import checked_target
from dqn_core.configuration.config import HYPERPARAMETERS
from dqn_core.configuration.members import MOST_MEMBERS


def whole_number(name: str, low: int, high: int) -> Callable[[str], int]:
    """A function that reads a whole number from ``low`` to ``high`` for the option ``name``."""

    def read(text: str) -> int:
        return whole(name, number(text), low, high)

    return read


def number(text: str) -> int | float | str:
    """The number that ``text`` stands for; other text stays what it is, to be refused."""
    for kind in (int, float):
        with suppress(ValueError):
            return kind(text)
    return text


def path(text: str) -> Path:
    """The path of a file or a folder, which need not be there; an empty text is refused."""
    reason = "" if text else "a file or a folder has a name"
    try:
        Path(text).stat()
    except (FileNotFoundError, NotADirectoryError):
        pass
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
    if reason:
        raise ConfigurationError(f"{shown(text)} cannot be used: {reason}.")
    return Path(text)


def output(text: str) -> Path:
    """A file to write, which is known to be possible before anything is computed for it."""
    checked_target(path(text))
    return Path(text).absolute()  # an environment may change the working folder


def seeds(text: str) -> int | list[int]:
    """``8`` is a number of members, ``3,5,9`` are their seeds."""
    if "," not in text:
        return whole_number("seeds", 1, MOST_MEMBERS)(text)
    declared = HYPERPARAMETERS["seed"]
    with suppress(ConfigurationError):
        listed = [int(declared.parsed(part)) for part in text.split(",") if part.strip()]
        if 1 <= len(listed) == len(set(listed)) <= MOST_MEMBERS:
            return listed
    raise ConfigurationError(
        f"seeds must be 1 to {MOST_MEMBERS:,} different seeds, each {declared.range_text}, "
        f"not {shown(text)}."
    )
