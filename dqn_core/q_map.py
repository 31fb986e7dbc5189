"""What an agent believes, laid out to be looked at: Q over a plane of observations, Q on a grid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dqn_core.agent import Agent
from dqn_core.environments import Environment
from dqn_core.environments.declared import EnvironmentSpec

WIDEST = 1e3
"""A limit beyond it says nothing about where an agent will be (CartPole's velocities: ±inf)."""

AT_A_TIME = 256
"""Observations in one forward pass for a map."""

_KNOWN: dict[str, tuple[tuple[str, float, float], ...]] = {
    "CartPole": (
        ("m", -2.4, 2.4),
        ("m/s", -3.0, 3.0),
        ("rad", -0.21, 0.21),
        ("rad/s", -3.0, 3.0),
    ),
    "LunarLander": (
        ("", -1.0, 1.0),
        ("", -0.2, 1.5),
        ("", -1.5, 1.5),
        ("", -2.0, 1.0),
        ("rad", -1.5, 1.5),
        ("", -3.0, 3.0),
        ("", 0.0, 1.0),
        ("", 0.0, 1.0),
    ),
}
"""Unit and range of each component where episodes stay well inside the environment's limits.

CartPole's episodes end at ±2.4 m and ±12°.
"""

_UNITS: dict[str, tuple[str, ...]] = {"Acrobot": ("", "", "", "", "rad/s", "rad/s")}

_TELLING_PAIR = {"CartPole": (2, 3), "Acrobot": (4, 5), "LunarLander": (4, 5)}
"""The two components that tell most about a family's policy; (0, 1) elsewhere."""

DIRECTIONS: dict[str, tuple[int, int]] = {
    "left": (0, -1),
    "west": (0, -1),
    "down": (1, 0),
    "south": (1, 0),
    "right": (0, 1),
    "east": (0, 1),
    "up": (-1, 0),
    "north": (-1, 0),
}
"""Rows and columns that an action on a grid moves by, by the action's label."""


@dataclass(frozen=True)
class Dimension:
    """One component of an observation: the range worth looking at, and where to hold it."""

    label: str
    unit: str
    low: float
    high: float
    held: float

    @property
    def varies(self) -> bool:
        """Whether there is more than one value between its ends, as observations are stored."""
        return bool(np.float32(self.low) < np.float32(self.high))


def dimensions(spec: EnvironmentSpec, seen: np.ndarray) -> list[Dimension]:
    """The components of a `Box` observation.

    Ranges are the environment's limits or, where these are infinite, what is known of the family;
    failing both, the central 98 % of the observations ``seen`` `(N, observation_dim)`, rounded
    outwards so that they do not shift with every step.
    """
    known = _KNOWN.get(spec.family, ())
    units = _UNITS.get(spec.family, ())
    found = []
    for i, label in enumerate(spec.observation_labels):
        low, high = spec.observation_limits[i]
        unit = units[i] if len(units) == spec.observation_dim else ""
        if len(known) == spec.observation_dim:
            unit, low, high = known[i]
        elif low < -WIDEST or high > WIDEST:
            low, high = _range_seen(seen[:, i])
        # A cosine at rest is 1: with 0 there would be no such angle beside a sine of 0.
        rest = 1.0 if label.startswith("cos") else 0.0
        found.append(Dimension(label, unit, low, high, min(max(rest, low), high)))
    return found


def telling_pair(spec: EnvironmentSpec) -> tuple[int, int]:
    """The two components that a plane shows best."""
    return _TELLING_PAIR.get(spec.family, (0, 1))


def _range_seen(values: np.ndarray) -> tuple[float, float]:
    """The 1 % and 99 % quantiles, outwards to the next 1, 2 or 5 times a power of ten."""
    values = values[np.isfinite(values)]
    if not len(values):
        return -1.0, 1.0
    low, high = np.quantile(values, [0.01, 0.99]).tolist()
    return -_round_up(-low), max(_round_up(high), -_round_up(-low) + 1e-3)


def _round_up(value: float) -> float:
    """The smallest of ±{1, 2, 5}·10ᵏ and 0 that is not below ``value``."""
    if value == 0:
        return 0.0
    power = 10.0 ** np.floor(np.log10(abs(value)))
    # The tolerance keeps 0.2 from being above 2 · 0.1 by its last bit.
    steps = np.array([1, 2, 5, 10]) * power
    if value > 0:
        return float(steps[steps >= value * (1 - 1e-9)][0])
    return float(-steps[steps <= -value * (1 + 1e-9)][-1])


def plane(held: Sequence[float], x: int, y: int, xs: np.ndarray, ys: np.ndarray) -> np.ndarray:
    """Observations `(len(ys), len(xs), observation_dim)` float32 over two components.

    Component ``x`` runs along the second axis, ``y`` along the first; the others are ``held``.
    """
    observations = np.empty((len(ys), len(xs), len(held)), dtype=np.float32)
    observations[:] = held
    observations[..., x] = xs
    observations[..., y] = ys[:, None]
    return observations


def q_on(agent: Agent, observations: np.ndarray) -> np.ndarray:
    """Q `(…, n_actions)` for observations `(…, observation_dim)`."""
    flat = observations.reshape(-1, observations.shape[-1])
    # A few at a time: megabytes of hidden layers, again and again, would leave holes in the heap.
    parts = [agent.q_values(flat[i : i + AT_A_TIME]) for i in range(0, len(flat) or 1, AT_A_TIME)]
    return np.concatenate(parts).reshape(*observations.shape[:-1], -1)


def advantage(q_values: np.ndarray) -> np.ndarray:
    """How much the choice matters: Q₁ − Q₀ of two actions, else the best minus the second best.

    Where there is but one action it is 0.
    """
    if q_values.shape[-1] == 1:
        return np.zeros_like(q_values[..., 0])
    ordered = q_values if q_values.shape[-1] == 2 else np.sort(q_values, -1)
    difference: np.ndarray = ordered[..., -1] - ordered[..., -2]
    return difference


@dataclass(frozen=True)
class GridWorld:
    """The squares of a small discrete environment.

    ``choices`` are the parts of the state besides the square, each with the names of its values;
    the state of a square is ``square · stride + Σ value · stride of the choice``.
    """

    letters: tuple[tuple[str, ...], ...]  # rows of columns, "" for an ordinary square
    ended: np.ndarray  # (rows, columns) bool: no action is ever taken there
    walls: np.ndarray  # (rows, columns) bool: a wall on the right side of the square
    stride: int = 1
    choices: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def shape(self) -> tuple[int, int]:
        return self.ended.shape

    def states(self, chosen: Mapping[str, int] | None = None) -> np.ndarray:
        """Index of the state of every square, `(rows, columns)` int64; ``chosen`` is 0 if absent.

        The first of ``choices`` counts in the largest steps, as in a number.
        """
        chosen = chosen or {}
        offset = 0
        for name, values in self.choices:
            offset = offset * len(values) + chosen.get(name, 0)
        return np.arange(self.ended.size).reshape(self.shape) * self.stride + offset

    def square(self, state: np.ndarray) -> np.ndarray:
        """The squares, numbered row by row, that the states ``state`` are on."""
        return state // self.stride


def grid_world(environment: Environment) -> GridWorld | None:
    """The grid of FrozenLake, CliffWalking, Taxi and whatever describes itself as they do."""
    n_states = environment.spec.n_states
    inner: Any = environment.env.unwrapped
    drawn: Any = getattr(inner, "desc", None)
    if environment.spec.family == "Taxi":
        return _taxi(drawn.astype(str))
    if np.ndim(drawn) == 2 and np.size(drawn) == n_states:
        letters = np.asarray(drawn).astype(str)
        return GridWorld(
            letters=tuple(tuple("" if c == "F" else c for c in row) for row in letters.tolist()),
            ended=np.isin(letters, ["H", "G"]),
            walls=np.zeros(letters.shape, dtype=bool),
        )
    cliff: Any = getattr(inner, "_cliff", None)
    if np.ndim(cliff) == 2 and np.size(cliff) == n_states:
        letters = np.where(cliff, "C", "")
        letters[-1, 0], letters[-1, -1] = "S", "G"
        return GridWorld(
            letters=tuple(map(tuple, letters.tolist())),
            ended=np.isin(letters, ["C", "G"]),
            walls=np.zeros(letters.shape, dtype=bool),
        )
    return None


def _taxi(drawn: np.ndarray) -> GridWorld:
    """Taxi's map of characters: squares at odd places, walls `|` between them."""
    letters = drawn[1:-1, 1:-1:2]
    walls = drawn[1:-1, 2:-1:2] == "|"
    return GridWorld(
        letters=tuple(tuple(c.strip() for c in row) for row in letters.tolist()),
        ended=np.zeros(letters.shape, dtype=bool),
        walls=np.pad(walls, ((0, 0), (0, letters.shape[1] - walls.shape[1]))),
        stride=20,
        choices=(
            ("passenger", ("at R", "at G", "at Y", "at B", "in the taxi")),
            ("destination", ("R", "G", "Y", "B")),
        ),
    )
