"""An axis of a sweep: one hyperparameter and the values that it gets."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

import numpy as np

from dqn_core.base.errors import ConfigurationError
from dqn_core.base.phrases import Phrase
from dqn_core.base.scalars import shown
from dqn_core.configuration.config import hyperparameter
from dqn_core.configuration.hyperparameter import Hyperparameter, Value

Spacing: TypeAlias = Literal["list", "lin", "log"]
"""Whether the values were listed, or lie between two ends at equal distances or equal ratios."""

USUAL_POINTS = 5
"""Values of a range for which no number is given."""

MOST_POINTS = 1_000


@dataclass(frozen=True)
class Axis:
    """A hyperparameter with its values, each of which its declaration allows; none is there twice.

    Of a range the first and the last value are its ends.
    """

    name: str
    values: tuple[Value, ...]
    spacing: Spacing = "list"

    def at(self, share: float) -> Value:
        """The value that lies at ``share``, in [0, 1), of the way from the first to the last."""
        if self.spacing == "list":
            return self.values[int(share * len(self.values))]
        return _between(hyperparameter(self.name), self, share)

    @property
    def is_of_numbers(self) -> bool:
        """Whether its values have a size."""
        return hyperparameter(self.name).kind in (int, float)

    def order(self, value: Value) -> tuple[int, float]:
        """Where a value stands on it: by its size, or in the order in which it was listed."""
        if self.is_of_numbers:
            return 0, float(value)
        return (self.values.index(value) if value in self.values else len(self.values)), 0.0

    def to_dict(self) -> dict[str, Any]:
        """The axis as JSON can hold it."""
        return {"name": self.name, "values": list(self.values), "spacing": self.spacing}

    @classmethod
    def from_dict(cls, described: Mapping[str, Any]) -> "Axis":
        """What `to_dict` described; raises `ConfigurationError`."""
        declared = hyperparameter(described["name"])
        values = tuple(map(declared.validated, described["values"]))
        return cls(declared.name, values, described["spacing"])


def axis_from(text: str) -> Axis:
    """The axis that ``text`` stands for, as a person types it; raises `ConfigurationError`.

    ``gamma=0.9,0.95`` lists values, ``learning_rate=log:1e-4:1e-2:6`` is a range of six, and
    ``lin:`` one with equal distances. Widths and texts have commas of their own, so these are
    listed with semicolons: ``hidden_dims=64,64;128``.
    """
    name, equals, values = text.partition("=")
    if not equals:
        raise ConfigurationError(
            "An axis is written as gamma=0.9,0.95, not as {text}.", text=shown(text)
        )
    name = name.strip().replace("-", "_")
    if name in NO_AXES:
        raise ConfigurationError(
            "{name} is no axis: {reason}.", name, name=name, reason=NO_AXES[name]
        )
    return axis_of(hyperparameter(name), values)


def axis_of(declared: Hyperparameter, text: str) -> Axis:
    """The axis of a hyperparameter with values as in `axis_from`; raises `ConfigurationError`."""
    spacing, colon, ends = text.strip().partition(":")
    if colon and spacing in get_args(Spacing)[1:]:
        return _range(declared, spacing, ends.split(":"), text)  # type: ignore[arg-type]
    parts = text.split(separator(declared))
    values = [declared.parsed(part) for part in parts if part.strip()]
    if not values:
        raise ConfigurationError(
            "{name} has no values: list some.", declared.name, name=declared.name
        )
    return Axis(declared.name, tuple(dict.fromkeys(values)))


def separator(declared: Hyperparameter) -> str:
    """What stands between two listed values of a hyperparameter."""
    return ";" if declared.scale in ("widths", "text") else ","


NO_AXES = {
    "seed": Phrase("give the number of seeds of each value with --seeds"),
    "env_id": Phrase("returns of two environments cannot be compared, so make a sweep of each"),
    "env_kwargs": Phrase("returns of two environments cannot be compared, so make a sweep of each"),
    "total_seconds": Phrase("what is learnt in a time depends on the machine, so give total_steps"),
    "total_episodes": Phrase("all points are judged at the same step, so give total_steps"),
    "stop_when_solved": Phrase("all points are judged at the same step, so it is off in a sweep"),
    "plateau_evaluations": Phrase("all points are judged at the same step, so it is 0 in a sweep"),
}
"""What is no axis, and why."""


def short(value: Value) -> Value:
    """A number that no person has chosen, to six digits."""
    return float(f"{value:.6g}") if isinstance(value, float) else value


def _range(declared: Hyperparameter, spacing: Spacing, parts: list[str], text: str) -> Axis:
    name = declared.name
    if declared.scale not in ("linear", "log"):
        raise ConfigurationError("{name} has no range: list its values.", name, name=name)
    if not 2 <= len(parts) <= 3:
        raise ConfigurationError(
            "A range is written as {spacing}:LOWEST:HIGHEST:NUMBER, not as {text}.",
            name,
            spacing=spacing,
            text=shown(text),
        )
    ends = (declared.parsed(parts[0]), declared.parsed(parts[1]))
    low, high = map(float, ends)
    if not low < high or (spacing == "log" and low <= 0):
        raise ConfigurationError(
            "The range of {name} needs a lowest value above 0 and a highest value above the "
            "lowest, not {text}."
            if spacing == "log"
            else "The range of {name} needs a highest value above the lowest, not {text}.",
            name,
            name=name,
            text=shown(text),
        )
    number = _points(parts[2]) if parts[2:] else USUAL_POINTS
    whole = Axis(name, ends, spacing)
    between = [_between(declared, whole, share) for share in np.linspace(0, 1, number)[1:-1]]
    return Axis(name, tuple(dict.fromkeys([ends[0], *between, ends[1]])), spacing)


def _points(text: str) -> int:
    is_short = text.strip().isdecimal() and len(text.strip()) <= len(str(MOST_POINTS))
    if not is_short or not 2 <= int(text) <= MOST_POINTS:
        raise ConfigurationError(
            "A range has 2 to {most:,} values, not {text}.", most=MOST_POINTS, text=shown(text)
        )
    return int(text)


def _between(declared: Hyperparameter, axis: Axis, share: float) -> Value:
    low, high = float(axis.values[0]), float(axis.values[-1])
    value = low * (high / low) ** share if axis.spacing == "log" else low + (high - low) * share
    value = min(max(value, low), high)  # rounding may have left the range
    return declared.validated(round(value) if declared.kind is int else short(value))
