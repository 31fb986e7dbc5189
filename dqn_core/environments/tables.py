"""Dynamics of Gymnasium's toy-text environments, which are tables of transitions."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from dqn_core.environments.dynamics import Outcome, Rows

BLOCK = 128
"""Random numbers that are drawn ahead."""


class Tables:
    """Environments with a table ``P``: state → action → outcomes with their probabilities.

    An outcome is drawn with one uniform number of the environment's own generator. They are drawn
    ahead from a twin of it, and `write` brings the own one to where it would be.
    """

    def __init__(self, count: int, table: Sequence[Sequence[Sequence[Any]]]) -> None:
        """``table[s][a]`` has (probability, next state, reward, terminated) of each outcome."""
        shape = len(table), len(table[0]), max(len(of) for row in table for of in row)
        self._bounds = np.full(shape, np.inf)  # cumulative probabilities
        self._next = np.zeros(shape, dtype=np.int64)
        self._rewards = np.zeros(shape)
        self._terminated = np.zeros(shape, dtype=bool)
        for s, row in enumerate(table):
            for a, outcomes in enumerate(row):
                some = s, a, slice(len(outcomes))
                probabilities, *columns = zip(*outcomes, strict=True)
                self._bounds[some] = np.cumsum(probabilities)
                self._next[some], self._rewards[some], self._terminated[some] = columns
        self._states = np.zeros(count, dtype=np.int64)
        self._actions = np.zeros(count, dtype=np.int64)
        self._everyone = np.arange(count)
        self._generators = [np.random.Generator(np.random.PCG64(0)) for _ in range(count)]
        self._before: list[Any] = [None] * count  # the generators' states before their block
        self._block = np.zeros((count, BLOCK))
        self._used = np.zeros(count, dtype=np.int64)

    @classmethod
    def of(cls, inners: Sequence[Any]) -> "Tables | None":
        """None where their tables or generators are other ones than Gymnasium gives them."""
        table = inners[0].P
        if any(table != inner.P for inner in inners):
            return None
        if any(type(i.np_random.bit_generator) is not np.random.PCG64 for i in inners):
            return None
        tables = cls(len(inners), [[table[s][a] for a in table[s]] for s in range(len(table))])
        return tables if np.isfinite(tables._rewards).all() else None

    def read(self, p: int, inner: Any) -> None:
        self._states[p] = inner.s
        self._generators[p].bit_generator.state = inner.np_random.bit_generator.state
        self._draw(p)

    def write(self, p: int, inner: Any) -> None:
        inner.s, inner.lastaction = int(self._states[p]), int(self._actions[p])
        before, generator = self._before[p], inner.np_random.bit_generator
        generator.state = before
        generator.advance(int(self._used[p]))
        # What is left of a number that was drawn for two, which `advance` forgets.
        left = {name: before[name] for name in ("has_uint32", "uinteger")}
        generator.state = {**generator.state, **left}

    def step(self, rows: Rows, actions: np.ndarray) -> Outcome:
        members = self._everyone[rows]
        for p in members[self._used[rows] == BLOCK].tolist():
            self._draw(p)
        uniforms = self._block[members, self._used[rows]]
        self._used[rows] += 1
        here = self._states[rows], actions
        drawn = (*here, (self._bounds[here] > uniforms[:, None]).argmax(1))
        states, rewards, terminated = (
            values[drawn] for values in (self._next, self._rewards, self._terminated)
        )
        self._states[rows], self._actions[rows] = states, actions
        return Outcome(states[:, None], rewards, terminated)

    def _draw(self, p: int) -> None:
        generator = self._generators[p]
        self._before[p] = generator.bit_generator.state
        self._block[p] = generator.random(BLOCK)
        self._used[p] = 0
