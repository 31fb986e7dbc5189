"""The values that a slider or a list offers."""

import math
from collections.abc import Sequence

from dqn_core.configuration.hyperparameter import Hyperparameter, Value

POWERS_OF_TWO = ("batch_size",)
NEAR_ONE = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9999, 1.0)
"""Discounts worth trying: what matters is the distance from 1."""

LAYERS = ("64", "128", "64, 64", "128, 128", "256, 256", "128, 64", "64, 64, 64", "64, 64, 64, 64")
"""Hidden layers worth trying; any others can be typed."""


def picks(hyperparameter: Hyperparameter, *needed: Value) -> list[Value]:
    """The values a slider offers, its ends and ``needed`` among them; none where a box is better.

    A slider tells its values apart by their words: `show` writes no two alike.
    """
    low, high, kind = hyperparameter.low, hyperparameter.high, hyperparameter.kind
    steps: list[float]
    if hyperparameter.name in POWERS_OF_TWO:
        steps = [2.0**e for e in range(math.ceil(math.log2(low)), int(math.log2(high)) + 1)]
    elif hyperparameter.scale == "log":
        decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        steps = [float(f"{m}e{e}") for e in decades for m in (1, 2, 5)]
    elif hyperparameter.name == "gamma":
        steps = list(NEAR_ONE)
    elif hyperparameter.scale == "linear" and kind is float and high - low <= 1_000:
        steps = [low + (high - low) * i / 100 for i in range(101)]
    elif hyperparameter.scale == "linear" and high <= 50:
        steps = [float(step) for step in range(int(low), int(high) + 1)]
    else:
        return []
    between = {kind(step) for step in steps if low < step < high}
    return sorted({kind(low), kind(high)} | between | {*needed})


DISCOUNTS = (0.0, 0.5, 0.8, 0.9, 0.95, 0.99, 0.999, 1.0)
MOST_OFFERED = 4


def around(hyperparameter: Hyperparameter, value: Value) -> list[Value]:
    """A few values worth racing, ``value`` among them: it, smaller ones and larger ones."""
    if isinstance(value, bool):
        return [value, not value]
    if isinstance(value, str):
        worth: Sequence[Value] = (
            LAYERS if hyperparameter.scale == "widths" else hyperparameter.choices
        )
        return [*dict.fromkeys([value, *worth])][:MOST_OFFERED]
    low, high, kind = hyperparameter.low, hyperparameter.high, hyperparameter.kind
    if hyperparameter.name == "gamma":
        steps = list(DISCOUNTS)
    elif hyperparameter.scale == "log":
        steps = [factor * value for factor in (0.1, 0.3, 3.0, 10.0, 30.0, 100.0)]
    else:
        steps = [0.0, 0.5 * value, 2.0 * value, 0.5 * high, high]
    rounded = {kind(float(f"{step:.3g}")) for step in steps if low <= step <= high}
    found = sorted(rounded | {value})
    first = max(0, min(found.index(value) - 2, len(found) - MOST_OFFERED))
    return found[first : first + MOST_OFFERED]
