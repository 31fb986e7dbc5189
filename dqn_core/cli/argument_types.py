"""What reads the values of options that are no hyperparameters."""

from collections.abc import Callable
from contextlib import suppress

from dqn_core.config import HYPERPARAMETERS
from dqn_core.errors import ConfigurationError
from dqn_core.files.checkpoint import MOST_MEMBERS
from dqn_core.scalars import shown, whole


def whole_number(name: str, low: int, high: int) -> Callable[[str], int]:
    """What reads the whole number of an option that is no hyperparameter."""

    def read(text: str) -> int:
        return whole(name, number(text), low, high)

    return read


def number(text: str) -> int | float | str:
    """The number that ``text`` stands for; other text stays what it is, to be refused."""
    for kind in (int, float):
        with suppress(ValueError):
            return kind(text)
    return text


def seeds(text: str) -> int | list[int]:
    """``8`` is a number of members, ``3,5,9`` are their seeds."""
    if "," not in text:
        return whole_number("seeds", 1, MOST_MEMBERS)(text)
    listed = [int(HYPERPARAMETERS["seed"].parsed(part)) for part in text.split(",") if part.strip()]
    if len(set(listed)) < len(listed) or not 1 <= len(listed) <= MOST_MEMBERS:
        raise ConfigurationError(
            f"seeds must be 1 to {MOST_MEMBERS:,} different seeds, not {shown(text)}."
        )
    return listed
