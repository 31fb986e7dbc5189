"""Environments of P members that are stepped in one operation."""

from collections.abc import Sequence

import numpy as np
from gymnasium.wrappers import OrderEnforcing

from dqn_core.environments.chance import Chance
from dqn_core.environments.dynamics import Dynamics, Outcome, Rows
from dqn_core.environments.environment import Environment
from dqn_core.environments.state import layers_of

FEWEST = 4
"""Environments from which on one operation for all is faster than a step of each."""


def side_by_side(environments: Sequence[Environment]) -> "SideBySide | None":
    """These environments stepped in one operation, or None where only each can step itself."""
    declared = environments[0].spec.family.dynamics
    wrappers = [layer for e in environments for layer in layers_of(e.env)[:-1]]
    is_bare = all(type(wrapper) is OrderEnforcing for wrapper in wrappers)
    if declared is None or not is_bare or len(environments) < FEWEST:
        return None
    dynamics = declared([environment.env.unwrapped for environment in environments])
    return SideBySide(environments, dynamics) if dynamics else None


class SideBySide:
    """P environments that are stepped in one operation.

    Meanwhile the environments themselves lag behind. Whoever wants to see one, or to change it,
    calls `give_back` first; the next step takes all of them over again.
    """

    def __init__(self, environments: Sequence[Environment], dynamics: Dynamics) -> None:
        self._environments = environments
        self._dynamics = dynamics
        self._chance = Chance(len(environments)) if dynamics.draws_of_step else None
        self._steps = np.zeros(len(environments), dtype=np.int64)
        self._limits = np.zeros(len(environments), dtype=np.int64)
        self._has_moved = np.zeros(len(environments), dtype=bool)
        self._is_here = False  # or with the environments

    def step(self, rows: Rows, actions: np.ndarray) -> tuple[Outcome, np.ndarray]:
        """What a step of those in ``rows`` gave, and which of them are truncated, `(K,)` bool.

        Nothing is checked here: what an environment's border would refuse, such as NaN, is in it.
        """
        if not self._is_here:
            for p in range(len(self._environments)):
                self._read(p)
            self._is_here = True
        uniforms = self._chance.take(rows) if self._chance else None
        outcome = self._dynamics.step(rows, actions, uniforms)
        self._has_moved[rows] = True
        self._steps[rows] += 1
        return outcome, self._steps[rows] >= self._limits[rows]

    def reset(self, p: int) -> np.ndarray:
        """Start an episode of environment ``p``; returns the observation `(observation_dim,)`."""
        if self._has_moved[p]:
            self._write(p)
        observation = self._environments[p].reset()
        self._read(p)
        return observation

    def taken_over(self) -> Dynamics:
        """The dynamics with the states of all environments, which then go on by themselves."""
        self.give_back()
        for p in range(len(self._environments)):
            self._read(p)
        return self._dynamics

    def give_back(self) -> None:
        """Bring the environments to where they are here."""
        for p in self._has_moved.nonzero()[0].tolist():
            self._write(p)
        self._is_here = False

    def _read(self, p: int) -> None:
        environment = self._environments[p]
        self._dynamics.read(p, environment.env.unwrapped)
        if self._chance:
            self._chance.read(p, environment.env.unwrapped.np_random)
        self._steps[p], self._limits[p] = environment.steps, environment.time_limit
        self._has_moved[p] = False

    def _write(self, p: int) -> None:
        environment = self._environments[p]
        self._dynamics.write(p, environment.env.unwrapped)
        if self._chance:
            self._chance.write(p, environment.env.unwrapped.np_random)
        environment.steps = int(self._steps[p])
        self._has_moved[p] = False
