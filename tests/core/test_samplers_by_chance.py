"""Whatever is done to a replay buffer, its batches are those of a naive twin."""

import numpy as np
import pytest
import torch
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from dqn_core.random_streams import UniformStream
from dqn_core.replay import Batch
from dqn_core.samplers import FIRST_ERROR, PRIORITY_FLOOR
from tests.core.replay_buffers import CONFIG, buffer_of, numbers, push, sample


class NaiveTwin(RuleBasedStateMachine):
    """Drives a prioritised buffer and lists of errors by numbers with the same operations."""

    @initialize(capacity=st.integers(16, 30), members=st.integers(1, 3), seed=st.integers(0, 99))
    def start(self, capacity: int, members: int, seed: int) -> None:
        self.configs = [
            CONFIG.replace(
                seed=seed + p,
                buffer_capacity=capacity,
                priority_exponent=(0.6, 1.0, 0.0)[p],
                importance_exponent=(0.4, 0.0, 1.0)[p],
            )
            for p in range(members)
        ]
        self.buffer = buffer_of(*self.configs)
        self.stream = UniformStream([config.seed for config in self.configs], "replay")
        self.chance = np.random.default_rng(seed)
        self.pushed = 0
        self.stored: list[int] = []
        self.errors: list[dict[int, float]] = [{} for _ in self.configs]  # of what was ever drawn
        self.largest = [FIRST_ERROR] * members
        self.drawn: tuple[Batch, list[list[int]]] | None = None

    @rule(count=st.integers(1, 40))
    def push(self, count: int) -> None:
        push(self.buffer, count)
        self.stored += range(self.pushed, self.pushed + count)
        self.pushed += count
        del self.stored[: -self.configs[0].buffer_capacity]

    @rule(capacity=st.integers(16, 30))
    def resize(self, capacity: int) -> None:
        self.configs = [config.replace(buffer_capacity=capacity) for config in self.configs]
        self.buffer.configure(self.configs)
        del self.stored[:-capacity]
        self.drawn = None

    @rule(exponent=st.sampled_from([0.0, 0.3, 1.0]), p=st.integers(0, 2))
    def change_exponents(self, exponent: float, p: int) -> None:
        p %= len(self.configs)
        self.configs[p] = self.configs[p].replace(
            priority_exponent=exponent, importance_exponent=exponent
        )
        self.buffer.configure(self.configs)

    @rule()
    def save_and_load(self) -> None:
        state = self.buffer.state_dict()
        self.buffer = buffer_of(*self.configs)
        push(self.buffer, 7)
        sample(self.buffer, 2)
        self.buffer.load_state_dict(state)
        self.drawn = None
        for numbers_of, largest in zip(self.errors, self.largest, strict=True):
            self.settle(numbers_of, largest)

    def settle(self, errors: dict[int, float], largest: float) -> None:
        """What is stored and new has the largest error so far."""
        for number in self.stored:
            errors.setdefault(number, largest)

    @precondition(lambda self: self.stored)
    @rule(batch_size=st.integers(1, 20))
    def draw(self, batch_size: int) -> None:
        batch = sample(self.buffer, batch_size)
        for numbers_of, largest in zip(self.errors, self.largest, strict=True):
            self.settle(numbers_of, largest)
        everything = batch_size >= len(self.stored)
        taken = None if everything else self.stream.take(batch_size)
        expected = []
        for p, config in enumerate(self.configs):
            if taken is None:
                expected.append(list(self.stored))
                continue
            capacity = config.buffer_capacity
            by_slot = sorted(self.stored, key=lambda number: number % capacity)
            priorities = {
                k: (self.errors[p][k] + PRIORITY_FLOOR) ** config.priority_exponent for k in by_slot
            }
            total = sum(priorities.values())
            row = []
            for b in range(batch_size):
                target = (b + taken[p, b]) / batch_size * total
                for number in by_slot:
                    target -= priorities[number]
                    if target < 0:
                        break
                row.append(number)
            expected.append(row)
            share = min(1.0, self.pushed / config.total_steps)
            beta = config.importance_exponent + (1 - config.importance_exponent) * share
            raw = [(len(self.stored) * priorities[k] / total) ** -beta for k in row]
            assert batch.weights is not None
            assert batch.weights[p].tolist() == pytest.approx([w / max(raw) for w in raw])
        if everything:
            assert batch.weights is None
        assert numbers(batch).tolist() == expected
        assert batch.slots is not None
        assert batch.slots.tolist() == [
            [number % self.configs[0].buffer_capacity for number in row] for row in expected
        ]
        self.drawn = batch, expected

    @precondition(lambda self: self.drawn)
    @rule()
    def learn(self) -> None:
        """Maybe late: what was overwritten since has no error any more."""
        assert self.drawn
        batch, expected = self.drawn
        errors = self.chance.normal(size=np.shape(expected))
        # A transition that is twice in a batch has one error.
        errors = np.array(
            [[errors[p][row.index(k)] for k in row] for p, row in enumerate(expected)]
        )
        self.buffer.learnt(batch, torch.from_numpy(errors))
        for p, row in enumerate(expected):
            for number, error in zip(row, errors[p], strict=True):
                self.largest[p] = max(self.largest[p], abs(error))
                if number in self.stored:
                    self.errors[p][number] = abs(error)
        self.drawn = None


NaiveTwin.TestCase.settings = settings(max_examples=25, stateful_step_count=20)


TestAgreesWithPlainLoopsAtEveryStep = NaiveTwin.TestCase
