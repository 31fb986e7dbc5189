"""Steps of many environments of one kind in one operation, where their dynamics are arithmetic."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np

Rows = slice | np.ndarray
"""Which of P environments: all of them, or indices."""


class Outcome(NamedTuple):
    """What a step of K environments gave."""

    observations: np.ndarray  # (K, observation_dim)
    rewards: np.ndarray | float  # (K,), or the same for all
    terminated: np.ndarray  # (K,) bool


class Dynamics(Protocol):
    """The states of P environments, and their steps, each with the bits of its own `step`.

    It is made of the environments without their wrappers, of which it takes the constants over. A
    family that has one declares it as `Family.dynamics`, with None for environments whose step is
    another one.
    """

    def read(self, p: int, inner: Any) -> None:
        """Take over the state of ``inner``, which is environment ``p``."""
        ...

    def write(self, p: int, inner: Any) -> None:
        """Bring ``inner`` to the state that environment ``p`` has here, after a step."""
        ...

    def step(self, rows: Rows, actions: np.ndarray) -> Outcome:
        """A step of those in ``rows``, K of them, with ``actions`` `(K,)` int64 from 0 on."""
        ...


def common(inners: Sequence[Any], names: Sequence[str]) -> dict[str, Any] | None:
    """Variables of the environments by name, where all have the same; else None."""
    values = [{name: getattr(inner, name) for name in names} for inner in inners]
    return values[0] if all(each == values[0] for each in values) else None
