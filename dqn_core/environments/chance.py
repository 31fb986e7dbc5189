"""Random numbers of many environments' own generators, drawn ahead."""

from typing import Any

import numpy as np


class Chance:
    """Uniform numbers of P environments' own generators, drawn ahead from twins of them.

    ``block`` `(P, width)` has each one's next numbers, of which it has ``used`` `(P,)` many.
    """

    def __init__(self, count: int, width: int = 128) -> None:
        self.block = np.zeros((count, width))
        self.used = np.zeros(count, dtype=np.int64)
        self._everyone = np.arange(count)
        self._twins = [np.random.Generator(np.random.PCG64(0)) for _ in range(count)]
        self._before: list[Any] = [None] * count  # the generators' states before their block

    @staticmethod
    def is_of(generator: np.random.Generator) -> bool:
        """Whether a generator is one that can be brought to where its twin would be."""
        return type(generator.bit_generator) is np.random.PCG64

    def read(self, p: int, generator: np.random.Generator) -> None:
        """Take over the ``generator`` of environment ``p``."""
        self._twins[p].bit_generator.state = generator.bit_generator.state
        self._draw(p)

    def write(self, p: int, generator: np.random.Generator, but: int = 0) -> None:
        """Bring the ``generator`` to where it would be by itself, before the newest ``but``."""
        before = self._before[p]
        own: Any = generator.bit_generator
        own.state = before
        own.advance(int(self.used[p]) - but)
        # What is left of a number that was drawn for two, which `advance` forgets.
        left = {name: before[name] for name in ("has_uint32", "uinteger")}
        own.state = {**own.state, **left}

    def renew(self, p: int) -> None:
        """Draw a new block, which begins behind the last number that was used."""
        self.write(p, self._twins[p])
        self._draw(p)

    def take(self, rows: slice | np.ndarray) -> np.ndarray:
        """The next number of each of those in ``rows``, `(K,)`."""
        members = self._everyone[rows]
        for p in members[self.used[rows] == self.block.shape[1]].tolist():
            self._draw(p)
        uniforms: np.ndarray = self.block[members, self.used[rows]]
        self.used[rows] += 1
        return uniforms

    def _draw(self, p: int) -> None:
        twin = self._twins[p]
        self._before[p] = twin.bit_generator.state
        self.block[p] = twin.random(self.block.shape[1])
        self.used[p] = 0
