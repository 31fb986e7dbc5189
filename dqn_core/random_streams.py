"""One random stream for each concern and member, all derived from the member's seed."""

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from dqn_core.base.arrays import arrays_on

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


class _Block(NamedTuple):
    """Numbers, and the generators' states before them, which say in a few what they are."""

    states: list[Any]
    numbers: np.ndarray
    placed: Any  # the same where they are taken


class UniformStream:
    """Uniform numbers in [0, 1) for P members, each from a generator of its own.

    They are drawn ahead in blocks, so that taking some costs one slice for all members; a
    member's numbers do not depend on who else is there. Once moved to a device they are tensors
    there, and a block is moved as a whole.
    """

    BLOCK = 4_096

    def __init__(self, seeds: Sequence[int], concern: str) -> None:
        self._generators = [np.random.default_rng(seed_sequence(seed, concern)) for seed in seeds]
        self._device, self._arrays = "cpu", arrays_on("cpu")
        self._ahead: deque[_Block] = deque()
        self._go_on(self._drawn(self.BLOCK))

    def take(self, count: int) -> Any:
        """The next ``count`` numbers of every member, `(P, count)` float64."""
        if self._next + count > self._width:
            width = max(self.BLOCK, count)
            self._go_on(self._ahead.popleft() if self._ahead else self._drawn(width))
        start = self._next
        self._next += count
        return self._numbers[:, start : self._next]

    def take_below(self, bound: int, count: int) -> Any:
        """The same as whole numbers below ``bound``, `(P, count)` int64."""
        return self._arrays.whole(self.take(count) * bound)

    def reserve(self, takes: int, count: int) -> None:
        """Draw and move ahead what the next ``takes`` of ``count``, at most `BLOCK`, will need."""
        of_block = self.BLOCK // count
        left = (self._width - self._next) // count + len(self._ahead) * of_block
        for _ in range(left, takes, of_block):
            self._ahead.append(self._drawn(self.BLOCK))

    def move(self, device: str) -> None:
        """From now on take tensors on this device, or where it is the processor, arrays."""
        if device != self._device:
            self._device, self._arrays = device, arrays_on(device)
            self._ahead = deque(map(self._placed, self._ahead))
            self._numbers = self._placed(self._block).placed

    def _drawn(self, width: int) -> _Block:
        states = [generator.bit_generator.state for generator in self._generators]
        numbers = np.stack([generator.random(width) for generator in self._generators])
        return self._placed(_Block(states, numbers, None))

    def _placed(self, block: _Block) -> _Block:
        return block._replace(placed=self._arrays.placed(block.numbers))

    def _go_on(self, block: _Block) -> None:
        self._block, self._numbers, self._next = block, block.placed, 0
        self._width = block.numbers.shape[1]

    def state_dict(self) -> dict[str, Any]:
        return {"generators": self._block.states, "width": self._width, "next": self._next}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        for generator, kept in zip(self._generators, state["generators"], strict=True):
            generator.bit_generator.state = kept
        self._ahead.clear()
        self._go_on(self._drawn(state["width"]))
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
