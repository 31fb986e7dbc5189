"""What an agent believes, laid out to be looked at: Q over a plane of observations, Q on a grid."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dqn_core.agent import Agent
from dqn_core.environments import Environment
from dqn_core.environments.declared import EnvironmentSpec
from dqn_core.environments.grids import GridWorld, self_described

WIDEST = 1e3
"""A limit beyond it says nothing about where an agent will be (CartPole's velocities: ±inf)."""

AT_A_TIME = 256
"""Observations in one forward pass for a map."""


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
        """Whether its ends differ, as float32, which observations are."""
        return bool(np.float32(self.low) < np.float32(self.high))


def dimensions(spec: EnvironmentSpec, seen: np.ndarray) -> list[Dimension]:
    """The components of a `Box` observation.

    The family declares the ranges; else they are the environment's limits. If these are infinite,
    they are the central 98 % of the observations ``seen`` `(N, observation_dim)`, rounded outwards
    so that they do not shift with every step.
    """
    found = []
    for i, component in enumerate(spec.family.components):
        low, high = component.shown or spec.observation_limits[i]
        if low < -WIDEST or high > WIDEST:
            low, high = _range_seen(seen[:, i])
        held = min(max(component.rest, low), high)
        found.append(Dimension(component.label, component.unit, low, high, held))
    return found


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


def grid_world(environment: Environment) -> GridWorld | None:
    """The grid of an environment whose family declares it, or which describes it itself."""
    inner, spec = environment.env.unwrapped, environment.spec
    if spec.family.grid:
        return spec.family.grid(inner)
    return self_described(inner, spec.n_states)
