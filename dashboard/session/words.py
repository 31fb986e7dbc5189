"""Hyperparameters and their values in words."""

from dqn_core import HYPERPARAMETERS
from dqn_core.hyperparameter import Value
from dqn_core.numbers import setting

_CHOICES = frozenset(choice for h in HYPERPARAMETERS.values() for choice in h.choices)


def change_label(name: str, old: Value, new: Value) -> str:
    """A change as a chart can show it: ``γ 0.99 → 0.9``."""
    declared = HYPERPARAMETERS[name]
    return f"{declared.symbol or declared.label} {show(old)} → {show(new)}"


def named_value(name: str, value: Value) -> str:
    """A hyperparameter with its value: ``γ 0.9``."""
    return f"{HYPERPARAMETERS[name].symbol or HYPERPARAMETERS[name].label} {show(value)}"


def show(value: Value) -> str:
    """A hyperparameter's value for a person."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, str):
        return value.replace("_", " ") if value in _CHOICES else value or "none"
    return setting(value)
