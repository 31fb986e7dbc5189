"""Dynamics of Gymnasium's toy-text environments, which are tables of transitions."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from dqn_core.environments.chance import Chance
from dqn_core.environments.dynamics import Outcome, Rows


class Tables:
    """Environments with a table ``P``: state → action → outcomes with their probabilities.

    An outcome, and where an episode begins, is drawn with one uniform number.
    """

    xp: Any = np
    draws_of_step, draws_of_begin = 1, 1

    def __init__(
        self, count: int, table: Sequence[Sequence[Sequence[Any]]], first_states: Sequence[float]
    ) -> None:
        """``table[s][a]`` has (probability, next state, reward, terminated) of each outcome.

        ``first_states`` are the probabilities of the states that an episode may begin in.
        """
        shape = len(table), len(table[0]), max(len(of) for row in table for of in row)
        self._bounds: Any = np.full(shape, np.inf)  # cumulative probabilities
        self._next = np.zeros(shape, dtype=np.int64)
        self._rewards = np.zeros(shape)
        self._terminated = np.zeros(shape, dtype=bool)
        for s, row in enumerate(table):
            for a, outcomes in enumerate(row):
                some = s, a, slice(len(outcomes))
                probabilities, *columns = zip(*outcomes, strict=True)
                self._bounds[some] = np.cumsum(probabilities)
                self._next[some], self._rewards[some], self._terminated[some] = columns
        self._first_bounds: Any = np.cumsum(first_states)
        self._states: Any = np.zeros(count, dtype=np.int64)
        self._actions: Any = np.zeros(count, dtype=np.int64)

    @classmethod
    def of(cls, inners: Sequence[Any]) -> "Tables | None":
        """Their common tables; None if they differ, or have generators of another kind."""
        table, first_states = inners[0].P, inners[0].initial_state_distrib
        for inner in inners:
            if table != inner.P or not Chance.is_of(inner.np_random):
                return None
            if not np.array_equal(first_states, inner.initial_state_distrib):
                return None
        rows = [[table[s][a] for a in table[s]] for s in range(len(table))]
        tables = cls(len(inners), rows, first_states)
        return tables if np.isfinite(tables._rewards).all() else None

    def read(self, p: int, inner: Any) -> None:
        self._states[p] = inner.s

    def write(self, p: int, inner: Any) -> None:
        inner.s, inner.lastaction = int(self._states[p]), int(self._actions[p])

    def step(self, rows: Rows, actions: Any, uniforms: Any) -> Outcome:
        here = self._states[rows], actions
        drawn = (*here, _first(self._bounds[here] > uniforms[:, None]))
        states, rewards, terminated = (
            values[drawn] for values in (self._next, self._rewards, self._terminated)
        )
        self._states[rows], self._actions[rows] = states, actions
        return Outcome(states[:, None], rewards, terminated)

    def begin(self, begins: Any, uniforms: Any) -> Any:
        drawn = _first(self._first_bounds > uniforms)
        self._states = self.xp.where(begins, drawn, self._states)
        return self._states[:, None]


def _first(are_beyond: Any) -> Any:
    """Where each row `(K, n)` is True for the first time; PyTorch finds it among numbers alone."""
    return (are_beyond * 1).argmax(1)
