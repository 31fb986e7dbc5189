"""The environment variables that the program reads: each is declared here, with what it may be."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from dqn_core.base.errors import ConfigurationError

T = TypeVar("T")
Number = TypeVar("Number", int, float)


@dataclass(frozen=True)
class Setting(Generic[T]):
    """``read`` makes a value of a text, or raises `ValueError`; ``allowed`` says what it may be."""

    name: str
    default: str
    allowed: str
    read: Callable[[str], T]

    @property
    def text(self) -> str:
        """What the variable says; a variable that is empty says nothing."""
        return os.environ.get(self.name) or self.default

    @property
    def value(self) -> T:
        """What that means; raises `ConfigurationError`."""
        try:
            return self.read(self.text)
        except (ValueError, OSError):
            raise ConfigurationError(
                "The environment variable {name} must be {allowed}, not {text!r}.",
                name=self.name,
                allowed=self.allowed,
                text=self.text,
            ) from None


def default_folder() -> Path:
    """The folder of the store if none is given. Whoever uses it finds out whether it is usable."""
    return Path(RUNS.text)


def check_settings() -> None:
    """Raises `ConfigurationError` for the first variable that cannot be used."""
    for setting in SETTINGS:
        _ = setting.value


def _between(kind: type[Number], low: Number, high: Number) -> Callable[[str], Number]:
    def read(text: str) -> Number:
        value = kind(text)
        if not low <= value <= high:  # NaN compares false
            raise ValueError
        return value

    return read


_WORDS = {"1": True, "on": True, "true": True, "yes": True}
_WORDS |= {"0": False, "off": False, "false": False, "no": False}


def _is_on(text: str) -> bool:
    if text.lower() not in _WORDS:
        raise ValueError
    return _WORDS[text.lower()]


def _folder(text: str) -> Path:
    """A folder that is there or can be made; raises `ValueError`."""
    folder = Path(text).absolute()
    if not next(place for place in (folder, *folder.parents) if place.exists()).is_dir():
        raise ValueError
    return folder


def _modules(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not all(part.isidentifier() for name in names for part in name.split(".")):
        raise ValueError
    return names


TRAINING_SLOTS = Setting(
    "DQN_LAB_TRAINING_SLOTS", "8", "a whole number from 1 to 1000", _between(int, 1, 1000)
)
"""Runs of one server that train at the same time."""

ABANDONED_SECONDS = Setting(
    "DQN_LAB_ABANDONED_SECONDS",
    "150",
    "a number of seconds from 1 to 1000000",
    _between(float, 1.0, 1e6),
)
"""A run pauses when no page has asked for so long. Hidden tabs still ask once a minute."""

PRIVATE = Setting("DQN_LAB_PRIVATE", "0", "on or off", _is_on)
"""Whether visitors see their own runs alone."""

RUNS = Setting("DQN_LAB_RUNS", "runs", "a folder", _folder)
"""The default folder of the store."""

RUNS_BYTES = Setting(
    "DQN_LAB_RUNS_BYTES",
    "2000000000",
    "a number of bytes such as 2000000000",
    _between(int, 0, 10**18),
)
"""What the snapshots of a store take together at most."""

MODULES = Setting("DQN_LAB_MODULES", "", "names of modules, with commas between them", _modules)
"""The modules that anything may import."""

SETTINGS: tuple[Setting[Any], ...] = (
    TRAINING_SLOTS,
    ABANDONED_SECONDS,
    PRIVATE,
    RUNS,
    RUNS_BYTES,
    MODULES,
)
