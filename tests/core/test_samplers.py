"""Prioritised replay against plain loops, and the properties that the paper gives it."""

from collections import Counter
from typing import Any

import numpy as np
import pytest
import torch

from dqn_core import Trainer
from dqn_core.diagnostics import shares_of_batch
from dqn_core.samplers import PRIORITY_FLOOR
from tests.core.chance import evenness
from tests.core.replay_buffers import CONFIG, buffer_of, learn, numbers, push, sample
from tests.core.small_runs import SMALL

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
    assert evenness(counts.values()) > 1e-3


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
        expected = buffer.batch(batch.slots, np.ones((1, 1)), 3)
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
