"""Prioritised replay against plain loops, and the properties that the paper gives it."""

from collections import Counter
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from scipy.stats import chisquare

from dqn_core import DQNConfig, Trainer
from dqn_core.diagnostics import shares_of_batch
from dqn_core.random_streams import UniformStream
from dqn_core.replay import Batch, ReplayBuffer
from dqn_core.samplers import FIRST_ERROR, PRIORITY_FLOOR
from tests.core.small_runs import SMALL

CONFIG = DQNConfig(sampling="prioritised", batch_size=1, buffer_capacity=16, total_steps=100)


def buffer_of(*configs: DQNConfig) -> ReplayBuffer:
    """Of members with these configurations."""
    stream = UniformStream([config.seed for config in configs], "replay")
    capacity = configs[0].buffer_capacity
    buffer = ReplayBuffer(capacity, 1, stream, len(configs), dtype=np.float64)
    buffer.configure(configs)
    return buffer


def push(buffer: ReplayBuffer, count: int = 1) -> None:
    """Transition number k has observation and reward k."""
    for _ in range(count):
        row = np.full((buffer.members, 1), float(buffer.pushed))
        nothing = np.zeros(buffer.members, dtype=bool)
        buffer.push(row, np.zeros(buffer.members), row[:, 0], row + 1, nothing, nothing)


def sample(buffer: ReplayBuffer, batch_size: int, n_step: int = 1) -> Batch:
    return buffer.sample(batch_size, np.ones((buffer.members, 1)), n_step)


def numbers(batch: Batch) -> np.ndarray:
    """Which transitions a batch starts from, `(P, B)`."""
    return batch.observations[..., 0].numpy().astype(int)


def learn(buffer: ReplayBuffer, errors: list[float]) -> None:
    """Let all that is stored be learnt from, with these TD errors from the oldest on."""
    everything = sample(buffer, len(errors))
    buffer.learnt(everything, torch.tensor([errors] * buffer.members, dtype=torch.float64))


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


# --- which transitions are drawn --------------------------------------------------------------


def test_equal_priorities_draw_uniformly_with_weights_of_1() -> None:
    buffer = buffer_of(CONFIG)
    push(buffer, 20)
    counts: Counter[int] = Counter()
    for _ in range(500):
        batch = sample(buffer, 5)
        assert batch.weights is not None
        assert (batch.weights == 1).all()
        counts.update(numbers(batch)[0].tolist())
    assert set(counts) == set(range(4, 20))
    assert chisquare(list(counts.values())).pvalue > 1e-3


# The priorities and the exponent of dqn_zoo's PrioritizedDistributionTest.test_sample_distribution
def test_shares_of_a_batch_are_those_of_the_priorities() -> None:
    buffer = buffer_of(CONFIG.replace(priority_exponent=0.8))
    push(buffer, 3)
    learn(buffer, [1.0, -4.0, 3.0])
    expected = np.array([1.0, 4.0, 3.0]) ** 0.8
    counts = np.bincount(np.concatenate([numbers(sample(buffer, 2))[0] for _ in range(2_000)]))
    np.testing.assert_allclose(counts / counts.sum(), expected / expected.sum(), atol=0.02)


def test_a_draw_takes_one_from_each_equal_part_of_the_total() -> None:
    buffer = buffer_of(CONFIG.replace(priority_exponent=1.0))
    push(buffer, 8)
    learn(buffer, [7.0] + [1.0] * 7)
    for _ in range(100):
        counts = Counter(numbers(sample(buffer, 4))[0].tolist())
        assert counts[0] == 2, "half of the total is two of the four parts"


def test_weighted_means_are_the_uniform_mean_at_beta_1() -> None:
    buffer = buffer_of(CONFIG.replace(importance_exponent=1.0))
    push(buffer, 10)
    errors = np.random.default_rng(0).exponential(size=10)
    learn(buffer, errors.tolist())
    priorities = (errors + PRIORITY_FLOOR) ** CONFIG.priority_exponent
    means = []
    for _ in range(1_500):
        batch = sample(buffer, 4)
        drawn = numbers(batch)[0]
        assert batch.weights is not None
        # The division by the batch's largest weight, taken back.
        largest = priorities.sum() / (10 * priorities[drawn].min())
        means.append((batch.weights[0].numpy() * largest * drawn**2).mean())
    assert np.mean(means) == pytest.approx(np.mean(np.arange(10) ** 2), rel=0.05)


def test_the_exponent_is_applied_once_and_beta_rises_to_1_over_the_step_budget() -> None:
    buffer = buffer_of(CONFIG.replace(buffer_capacity=400, priority_exponent=0.5))
    push(buffer, 2)
    for pushed, beta in ((2, 0.412), (50, 0.7), (100, 1.0), (300, 1.0)):
        push(buffer, pushed - buffer.pushed)
        learn(buffer, [4.0, 1.0] + [0.0] * (pushed - 2))
        seen: dict[int, float] = {}
        for _ in range(50):
            batch = sample(buffer, 1 if pushed == 2 else 40)
            assert batch.weights is not None
            seen |= dict(zip(numbers(batch)[0], batch.weights[0].tolist(), strict=True))
            if batch.weights.shape[1] == 40 and {0, 1} <= set(numbers(batch)[0]):
                assert seen[0] / seen[1] == pytest.approx((4 / 1) ** (-0.5 * beta), rel=1e-3)


def test_an_n_step_return_is_that_of_the_slot_that_was_drawn() -> None:
    buffer = buffer_of(CONFIG)
    push(buffer, 21)
    learn(buffer, np.arange(16.0).tolist())
    for _ in range(20):
        batch = sample(buffer, 6, n_step=3)
        assert batch.slots is not None
        order = (batch.slots - 21 % 16) % 16
        expected = buffer.batch(order, np.ones((1, 1)), 3)
        for mine, theirs in zip(batch[:5], expected[:5], strict=True):
            assert torch.equal(mine, theirs)
        starts = numbers(batch)[0]
        ends = np.minimum(starts + 3, 21)
        assert batch.rewards[0].tolist() == [
            sum(range(start, end)) for start, end in zip(starts, ends, strict=True)
        ]


def test_a_transition_that_overwrites_another_does_not_inherit_its_priority() -> None:
    buffer = buffer_of(CONFIG.replace(priority_exponent=1.0))
    push(buffer, 16)
    learn(buffer, [0.0] * 15 + [1e6])
    learn(buffer, [0.0] * 16)
    push(buffer)
    assert (numbers(sample(buffer, 4)) == 16).all(), "it has the largest error of the run"
    learn(buffer, [0.0] * 16)
    shares = Counter(np.concatenate([numbers(sample(buffer, 8))[0] for _ in range(200)]).tolist())
    assert set(shares) == set(range(1, 17))


def test_an_alpha_that_is_changed_holds_for_what_is_stored() -> None:
    changed, always = buffer_of(CONFIG), buffer_of(CONFIG.replace(priority_exponent=1.0))
    for buffer in (changed, always):
        push(buffer, 12)
        learn(buffer, np.arange(12.0).tolist())
    changed.configure([CONFIG.replace(priority_exponent=1.0)])
    for _ in range(5):
        mine, theirs = sample(changed, 7), sample(always, 7)
        assert torch.equal(mine.observations, theirs.observations)
        assert mine.weights is not None
        assert theirs.weights is not None
        assert torch.equal(mine.weights, theirs.weights)


# --- members ----------------------------------------------------------------------------------


def test_a_member_draws_among_others_to_the_bit_what_it_draws_alone() -> None:
    configs = [
        CONFIG.replace(seed=p, priority_exponent=0.3 + p / 5, importance_exponent=p / 2)
        for p in range(3)
    ]
    together, alone = buffer_of(*configs), [buffer_of(config) for config in configs]
    chance = np.random.default_rng(0)
    for _ in range(20):
        for buffer in (together, *alone):
            push(buffer, 2)
        batch = sample(together, 5)
        errors = torch.from_numpy(chance.normal(size=batch.rewards.shape))
        together.learnt(batch, errors)
        for p, buffer in enumerate(alone):
            own = sample(buffer, 5)
            assert torch.equal(own.observations[0], batch.observations[p])
            if own.weights is not None and batch.weights is not None:
                assert torch.equal(own.weights[0], batch.weights[p])
            buffer.learnt(own, errors[p : p + 1])


@pytest.mark.parametrize("error", [float("nan"), float("inf"), -float("inf"), 1e38])
def test_errors_of_a_member_that_diverges_neither_stop_it_nor_reach_the_others(
    error: float,
) -> None:
    configs = [CONFIG, CONFIG.replace(seed=1)]
    both, alone = buffer_of(*configs), buffer_of(configs[1])
    for buffer in (both, alone):
        push(buffer, 16)
    for _ in range(3):
        batch, own = sample(both, 4), sample(alone, 4)
        assert torch.equal(batch.observations[1], own.observations[0])
        both.learnt(batch, torch.tensor([[error, 1, error, 2], [1, 2, 3, 4]]))
        alone.learnt(own, torch.tensor([[1, 2, 3, 4]]))
        assert batch.weights is not None
        assert batch.weights.isfinite().all()


# --- in a run ---------------------------------------------------------------------------------


def run_of(**values: Any) -> Trainer:
    return Trainer(SMALL.replace(**values))


def test_the_sampling_changes_in_mid_run_and_forgets_priorities_when_it_changes_back() -> None:
    trainer = run_of(importance_exponent=1.0)
    trainer.run(max_steps=60)

    def weights_after(steps: int, sampling: str) -> list[float]:
        trainer.change(sampling=sampling)
        trainer.run(max_steps=steps)
        assert trainer.learner.last is not None
        weights = trainer.learner.last.batch.weights
        return [] if weights is None else weights[0].tolist()

    assert set(weights_after(1, "prioritised")) == {1}
    later = weights_after(9, "prioritised")
    assert min(later) < max(later) == 1
    assert weights_after(5, "uniform") == []
    assert set(weights_after(1, "prioritised")) == {1}


def test_each_stored_transition_knows_the_error_that_was_found_last() -> None:
    trainer = run_of(sampling="prioritised")
    trainer.run(max_steps=80)
    last = trainer.learner.last
    assert last is not None
    assert last.batch.slots is not None
    errors = trainer.replay.state_dict()["sampler"]["errors"]
    assert torch.equal(errors[0, last.batch.slots[0]], last.td_errors[0].abs().double())


def test_the_step_budgets_beta_counts_the_environment_steps_of_the_run() -> None:
    trainer = run_of(sampling="prioritised")
    trainer.run(max_steps=57)
    assert trainer.replay.pushed == trainer.env_step == 57


def test_shares_of_a_batch_by_age_and_error_add_up_and_follow_the_priorities() -> None:
    buffer = buffer_of(CONFIG.replace(buffer_capacity=40, priority_exponent=1.0))
    assert shares_of_batch(buffer, 0) is None, "nothing is stored"
    push(buffer, 50)
    equal = shares_of_batch(buffer, 0)
    assert equal is not None
    for shares in equal:
        assert shares.tolist() == pytest.approx([0.1] * 10)
    learn(buffer, [9.0] * 4 + [1.0] * 36)
    by_age, by_error = shares_of_batch(buffer, 0) or ((), ())
    assert list(by_age) == pytest.approx([0.5] + [0.5 / 9] * 9, abs=1e-4)
    assert list(by_error) == pytest.approx([0.5 / 9] * 9 + [0.5], abs=1e-4)
    buffer.configure([CONFIG.replace(buffer_capacity=40, sampling="uniform")])
    assert shares_of_batch(buffer, 0) is None, "priorities play no part"
