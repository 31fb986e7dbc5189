"""What an environment declares of itself, checked: its spaces, its pictures, its threshold."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gymnasium.spaces import Box, Discrete

from dqn_core.errors import UnsupportedEnvironmentError
from dqn_core.scalars import is_number, plain, shown

MOST = 100_000
"""States, components or actions: a network has a row of weights for each."""

FRAMES_PER_SECOND = 30.0
"""Where an environment says nothing of use: that is also Gymnasium's own choice."""
_FASTEST = 1_000


@dataclass(frozen=True)
class Observed:
    """What is stored of an observation: ``dim`` numbers, or the index of one of ``n_states``.

    ``n_states`` is 0 for a box. ``limits`` has one pair a component, infinite where there is none.
    """

    dim: int
    n_states: int
    limits: tuple[tuple[float, float], ...]


def observed(env_id: str, space: Any) -> Observed:
    """What the observation space says; raises `UnsupportedEnvironmentError`."""
    if isinstance(space, Discrete) and int(space.start) == 0:
        n_states = _counted(env_id, int(space.n), "states")
        return Observed(1, n_states, ((0.0, float(n_states - 1)),))
    if isinstance(space, Box) and len(space.shape) == 1 and space.dtype.kind in "biuf":
        dim = _counted(env_id, int(space.shape[0]), "numbers in an observation")
        limits = zip(space.low.tolist(), space.high.tolist(), strict=True)
        return Observed(dim, 0, tuple((_limit(low, -1), _limit(high, 1)) for low, high in limits))
    raise UnsupportedEnvironmentError(
        f"{env_id} has the observation space {shown(space)}: DQN Lab needs a Box of one dimension "
        "or Discrete observations from 0."
    )


def count_of_actions(env_id: str, space: Any) -> int:
    """What the action space says; raises `UnsupportedEnvironmentError`."""
    if isinstance(space, Discrete) and int(space.start) == 0:
        return _counted(env_id, int(space.n), "actions")
    raise UnsupportedEnvironmentError(
        f"{env_id} has the action space {shown(space)}: DQN needs Discrete actions from 0."
    )


def _counted(env_id: str, count: int, of_what: str) -> int:
    if 1 <= count <= MOST:
        return count
    raise UnsupportedEnvironmentError(
        f"{env_id} has {count:,} {of_what}: DQN Lab takes 1 to {MOST:,}, since a network has a row "
        "of weights for each."
    )


def _limit(value: float, sign: int) -> float:
    """A limit that is not a number is none."""
    return sign * math.inf if math.isnan(value) else float(value)


def threshold(value: Any) -> float | None:
    """The return from which on an environment counts as solved, None where there is none."""
    number = plain(value)
    return float(number) if is_number(number) and math.isfinite(number) else None


def frames_per_second(metadata: Any) -> float:
    """How fast its episodes are to be watched."""
    rate = plain(_mapping(metadata).get("render_fps"))
    # Slower than one picture in ten seconds is no film.
    return float(rate) if is_number(rate) and 0.1 <= rate <= _FASTEST else FRAMES_PER_SECOND


def render_modes(metadata: Any) -> tuple[str, ...]:
    """The ways in which it can be drawn."""
    modes = _mapping(metadata).get("render_modes")
    if not isinstance(modes, list | tuple | set | frozenset):
        return ()
    return tuple(mode for mode in modes if isinstance(mode, str))


def _mapping(metadata: Any) -> Mapping[str, Any]:
    return metadata if isinstance(metadata, Mapping) else {}
