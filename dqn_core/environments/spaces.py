"""What an environment's spaces say: how an observation is stored, and how many actions there are.

An index is stored counted from 0, any other observation as Gymnasium's `flatten` lays it out.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from gymnasium.spaces import Box, Dict, Discrete, MultiBinary, MultiDiscrete, Tuple
from gymnasium.spaces.utils import flatdim, flatten_space

from dqn_core.base.errors import UnsupportedEnvironmentError
from dqn_core.base.numbers import MINUS
from dqn_core.base.phrases import Phrase
from dqn_core.base.scalars import shown

LARGEST_SPACE = 100_000
"""States, components or actions: a network has a row of weights for each."""

Limits = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Part:
    """A part of an observation that is no dictionary or tuple, and the way to it.

    Numbers of the shape ``shape`` if ``counts`` is None; else so many indices from ``starts`` on,
    each below its count and one-hot when stored.
    """

    name: str
    path: tuple[Any, ...]
    shape: tuple[int, ...]
    counts: np.ndarray | None = None
    starts: np.ndarray | None = None

    @property
    def labels(self) -> list[str]:
        """A label for each number that is stored of it: ``position[0]``, ``direction=2``."""
        places = [
            f"{self.name}[{', '.join(map(str, i))}]" if i else self.name
            for i in np.ndindex(self.shape)
        ]
        if self.counts is None or self.starts is None:
            return places
        each = zip(places, self.starts.flat, self.counts.flat, strict=True)
        return [f"{place}={start + i}" for place, start, count in each for i in range(count)]


@dataclass(frozen=True)
class Observed:
    """What is stored of an observation: ``dim`` numbers, or the index of one of ``n_states``.

    ``n_states`` is 0 unless the space is `Discrete`; indices then count from ``start``. ``limits``
    and ``labels`` have one entry a number, infinite limits where there are none. ``parts`` is
    empty where the observation is an index or already a row of numbers.
    """

    dim: int
    limits: Limits
    labels: tuple[str, ...]
    n_states: int = 0
    start: int = 0
    parts: tuple[Part, ...] = ()


def observed(env_id: str, space: Any) -> Observed:
    """What the observation space says; raises `UnsupportedEnvironmentError`."""
    if isinstance(space, Discrete):
        n_states = _counted(env_id, int(space.n), Phrase("states"))
        start = int(space.start)
        # Pages show the stored index; the environment counts its states from ``start`` on.
        label = f"x0 {MINUS if start > 0 else '+'} {abs(start)}" if start else "x0"
        return Observed(1, ((0.0, float(n_states - 1)),), (label,), n_states, start)
    parts = tuple(_parts(env_id, space, "", ()))
    dim = _counted(env_id, flatdim(space), Phrase("numbers in an observation"))
    if isinstance(space, Box) and len(space.shape) == 1:
        return Observed(dim, _limits(space), tuple(f"x{i}" for i in range(dim)))
    labels = tuple(label for part in parts for label in part.labels)
    return Observed(dim, _limits(flatten_space(space)), labels, parts=parts)


def _parts(env_id: str, space: Any, name: str, path: tuple[Any, ...]) -> Iterator[Part]:
    """In the order of Gymnasium's `flatten`."""
    match space:
        case Dict() if space.spaces:  # Gymnasium cannot flatten an empty one
            for key, inner in space.spaces.items():
                yield from _parts(env_id, inner, f"{name}.{key}".strip("."), (*path, key))
        case Tuple() if space.spaces:
            for i, inner in enumerate(space.spaces):
                yield from _parts(env_id, inner, f"{name or 'x'}[{i}]", (*path, i))
        case Discrete():
            yield Part(name or "x", path, (), np.array(int(space.n)), np.array(int(space.start)))
        case MultiDiscrete():
            yield Part(name or "x", path, space.shape, space.nvec, np.asarray(space.start))
        case MultiBinary():
            yield Part(name or "x", path, space.shape)
        case Box() if space.dtype.kind in "biuf":
            yield Part(name or "x", path, space.shape)
        case _:
            raise UnsupportedEnvironmentError(
                "{env_id} has the observation space {space}: DQN Lab takes Box, Discrete, "
                "MultiDiscrete and MultiBinary, and Dict or Tuple of these.",
                env_id=env_id,
                space=shown(space),
            )


def _limits(space: Any) -> Limits:
    pairs = zip(space.low.tolist(), space.high.tolist(), strict=True)
    return tuple((_limit(low, -1), _limit(high, 1)) for low, high in pairs)


def _limit(value: float, sign: int) -> float:
    """A limit as Python's number; where it is NaN there is none."""
    return sign * math.inf if math.isnan(value) else float(value)


def actions_of(env_id: str, space: Any) -> range:
    """The actions as the environment numbers them; raises `UnsupportedEnvironmentError`."""
    if isinstance(space, Discrete):
        start = int(space.start)
        return range(start, start + _counted(env_id, int(space.n), Phrase("actions")))
    raise UnsupportedEnvironmentError(
        "{env_id} has the action space {space}: DQN needs Discrete actions.",
        env_id=env_id,
        space=shown(space),
    )


def _counted(env_id: str, count: int, of_what: Phrase) -> int:
    if 1 <= count <= LARGEST_SPACE:
        return count
    raise UnsupportedEnvironmentError(
        "{env_id} has {count:,} {of_what}: DQN Lab takes 1 to {most:,}, since a network has a "
        "row of weights for each.",
        env_id=env_id,
        count=count,
        of_what=of_what,
        most=LARGEST_SPACE,
    )
