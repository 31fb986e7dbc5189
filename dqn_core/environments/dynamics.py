"""Steps of many environments of one kind in one operation, where their dynamics are arithmetic."""

from collections.abc import Sequence
from copy import copy
from typing import Any, NamedTuple, Protocol

import numpy as np

Rows = slice | np.ndarray
"""Which of P environments: all of them, or indices."""


class Outcome(NamedTuple):
    """What a step of K environments gave."""

    observations: Any  # (K, observation_dim)
    rewards: Any  # (K,), or the same for all
    terminated: Any  # (K,) bool


class Dynamics(Protocol):
    """The states of P environments, and their steps, each with the bits of its own `step`.

    It is made from the environments without their wrappers, and takes over their constants. A
    family declares it as `Family.dynamics`, which gives None for environments that step in
    another way.

    It is written once for NumPy's arrays and for tensors: ``xp`` is NumPy, or on a `moved` one
    PyTorch. `begin` is there for tensors, since on the processor each environment resets itself.
    What is random takes uniform numbers of the environment's own generator, in its order:
    ``draws_of_step`` in a step and ``draws_of_begin`` where an episode begins.
    """

    xp: Any
    draws_of_step: int
    draws_of_begin: int

    def read(self, p: int, inner: Any) -> None:
        """Take over the state of ``inner``, which is environment ``p``."""
        ...

    def write(self, p: int, inner: Any) -> None:
        """Bring ``inner`` to the state that environment ``p`` has here, after a step."""
        ...

    def step(self, rows: Rows, actions: Any, uniforms: Any) -> Outcome:
        """A step of those in ``rows``, K of them, with ``actions`` `(K,)` int64 from 0 on.

        ``uniforms`` are `(K,)`, or None where a step draws none.
        """
        ...

    def begin(self, begins: Any, uniforms: Any) -> Any:
        """Reset those that ``begins`` `(P,)` bool says; returns all observations.

        ``uniforms`` are `(P, draws_of_begin)`, the observations `(P, observation_dim)`.
        """
        ...


def common(inners: Sequence[Any], names: Sequence[str]) -> dict[str, Any] | None:
    """Variables of the environments by name, where all have the same; else None."""
    values = [{name: getattr(inner, name) for name in names} for inner in inners]
    return values[0] if all(each == values[0] for each in values) else None


def between(low: float, high: float, uniforms: Any) -> Any:
    """Uniform in [low, high), as NumPy's generators make it of numbers in [0, 1)."""
    return low + (high - low) * uniforms


def moved(dynamics: Dynamics, device: str) -> Dynamics:
    """The same on a device, where its arrays are tensors."""
    import torch  # a second, which asking for the known environments must not take

    there = copy(dynamics)
    there.xp = torch
    for name, array in _arrays(dynamics).items():
        setattr(there, name, torch.from_numpy(array).to(device))
    return there


def bring_back(there: Dynamics, here: Dynamics) -> None:
    """Copy the states of ``there``, which is `moved`, back to ``here``, where it came from."""
    for name, array in _arrays(here).items():
        array[...] = getattr(there, name).cpu().numpy()


def _arrays(dynamics: Dynamics) -> dict[str, np.ndarray]:
    return {n: value for n, value in vars(dynamics).items() if isinstance(value, np.ndarray)}
