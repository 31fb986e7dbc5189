"""Numbers that come from elsewhere: as Python's own, or refused in one sentence."""

import numbers
import sys
from typing import Any

from dqn_core.base.errors import ConfigurationError, excerpt

LARGEST = sys.float_info.max


def plain(value: Any) -> Any:
    """A single value of NumPy's or PyTorch's as Python's own; everything else as it is."""
    is_single = getattr(value, "shape", None) == () and hasattr(value, "item")
    # Of what is masked `item` gives 0.
    return value.item() if is_single and not getattr(value, "mask", False) else value


def is_number(value: Any) -> bool:
    """Whether ``value`` is one real number, be it NaN; true and false are none."""
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def whole(name: str, value: Any, low: int, high: int) -> int:
    """``value`` of the argument ``name``; raises `ConfigurationError` unless it is in the range."""
    number = plain(value)
    if is_number(number) and low <= number <= high and number == int(number):
        return int(number)
    raise ConfigurationError(
        "{name} must be a whole number from {low:,} to {high:,}, not {value}.",
        name=name,
        low=low,
        high=high,
        value=shown(value),
    )


def share(name: str, value: Any) -> float:
    """``value`` of the argument ``name``; raises `ConfigurationError` unless it is 0 to 1."""
    number = plain(value)
    if is_number(number) and 0 <= number <= 1:  # NaN compares false
        return float(number)
    raise ConfigurationError("{name} must be 0 to 1, not {value}.", name=name, value=shown(value))


def finite(name: str, value: Any, low: float = -LARGEST) -> float:
    """``value`` of the argument ``name``; raises `ConfigurationError` unless it is a number."""
    number = plain(value)
    if is_number(number) and low <= number <= LARGEST:
        return float(number)
    raise ConfigurationError(
        "{name} must be a finite number, not {value}."
        if low == -LARGEST
        else "{name} must be a finite number from {low:g} on, not {value}.",
        name=name,
        low=low,
        value=shown(value),
    )


def shown(value: Any) -> str:
    """``value`` in a sentence: in one line, and not longer than that."""
    return excerpt(" ".join(repr(plain(value)).split()), 60)
