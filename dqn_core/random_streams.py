"""One random stream for each concern and member, all derived from the member's seed."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

CONCERNS = ("network", "exploration", "replay", "environment", "evaluation", "noise")
"""A concern's place in this order is part of its seed: a new one is added at the end."""


def seed_sequence(seed: int, concern: str) -> np.random.SeedSequence:
    """The source of randomness of one ``concern`` of the member with this ``seed``.

    Every concern has its own, so drawing more of one never shifts another.
    """
    return np.random.SeedSequence(seed, spawn_key=(CONCERNS.index(concern),))


def seeds_from(sequence: np.random.SeedSequence, count: int) -> list[int]:
    """``count`` seeds that Gymnasium's ``reset`` accepts."""
    return [int(word) for word in sequence.generate_state(count)]


class UniformStream:
    """Uniform numbers in [0, 1) for P members, each from a generator of its own.

    They are drawn ahead in blocks, so that taking some costs one slice for all members; a
    member's numbers do not depend on who else is there.
    """

    BLOCK = 4_096

    def __init__(self, seeds: Sequence[int], concern: str) -> None:
        self._generators = [np.random.default_rng(seed_sequence(seed, concern)) for seed in seeds]
        self._draw(self.BLOCK)

    def take(self, count: int) -> np.ndarray:
        """The next ``count`` numbers of every member, `(P, count)` float64."""
        if self._next + count > self._block.shape[1]:
            self._draw(max(self.BLOCK, count))
        start = self._next
        self._next += count
        return self._block[:, start : self._next]

    def _draw(self, width: int) -> None:
        # The states from before the draw say in a few numbers what the whole block holds.
        self._states = [generator.bit_generator.state for generator in self._generators]
        self._block = np.stack([generator.random(width) for generator in self._generators])
        self._next = 0

    def state_dict(self) -> dict[str, Any]:
        return {"generators": self._states, "width": self._block.shape[1], "next": self._next}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        for generator, kept in zip(self._generators, state["generators"], strict=True):
            generator.bit_generator.state = kept
        self._draw(state["width"])
        self._next = state["next"]


class NormalStream:
    """Standard normal numbers for P members, each from a generator of its own."""

    def __init__(self, seeds: Sequence[int], concern: str) -> None:
        self._generators = [np.random.default_rng(seed_sequence(seed, concern)) for seed in seeds]

    def take(self, count: int) -> np.ndarray:
        """The next ``count`` numbers of every member, `(P, count)` float32."""
        numbers = [g.standard_normal(count, dtype=np.float32) for g in self._generators]
        return np.stack(numbers)

    def state_dict(self) -> dict[str, Any]:
        return {"generators": [generator.bit_generator.state for generator in self._generators]}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        for generator, kept in zip(self._generators, state["generators"], strict=True):
            generator.bit_generator.state = kept
