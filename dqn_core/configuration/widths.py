"""The widths of hidden layers, as a person writes them: ``128, 64``."""

import re
from contextlib import suppress
from typing import Any

MOST_LAYERS = 4


def widths(value: Any) -> tuple[int, ...]:
    """Units of each hidden layer, from text such as ``128, 64``, a number or a list of numbers.

    Empty where ``value`` is none of these.
    """
    parts = re.split(r"[\s,]+", value.strip()) if isinstance(value, str) else value
    with suppress(TypeError, ValueError, OverflowError):
        # A whole number may be written as 1e2.
        numbers = [float(part) for part in (parts if isinstance(parts, list | tuple) else [parts])]
        if all(number == int(number) for number in numbers):
            return tuple(map(int, numbers))
    return ()
