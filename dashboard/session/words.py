"""Hyperparameters and their values in words."""

from dashboard.web.language import _
from dqn_core import HYPERPARAMETERS
from dqn_core.base.numbers import setting
from dqn_core.base.phrases import Phrase
from dqn_core.configuration.hyperparameter import Value

_CHOICES = frozenset(choice for h in HYPERPARAMETERS.values() for choice in h.choices)


def change_label(name: str, old: Value, new: Value) -> Phrase:
    """A change as a chart can show it: ``γ 0.99 → 0.9``."""
    return Phrase("{name} {old} → {new}", name=called(name), old=show(old), new=show(new))


def named_value(name: str, value: Value) -> Phrase:
    """A hyperparameter with its value: ``γ 0.9``."""
    return Phrase("{name} {value}", name=called(name), value=show(value))


def called(name: str) -> Phrase:
    """A hyperparameter's symbol, or its label where it has none."""
    return Phrase(HYPERPARAMETERS[name].symbol or HYPERPARAMETERS[name].label)


def show(value: Value) -> str:
    """A hyperparameter's value for a person."""
    if isinstance(value, bool):
        return Phrase("on") if value else Phrase("off")
    if isinstance(value, str):
        known = Phrase(value.replace("_", " ")) if value in _CHOICES else value
        return known or Phrase("none")
    return setting(value)


def clock(seconds: float) -> str:
    """Seconds as minutes and seconds, or hours and minutes."""
    minutes, rest = divmod(int(seconds), 60)
    if minutes < 60:
        return f"{minutes}:{rest:02d}"
    return _("{hours}:{minutes:02d} h", hours=minutes // 60, minutes=minutes % 60)
