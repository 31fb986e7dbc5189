"""The clocks of the training loop: when it updates, when the target moves."""

import numpy as np
import pytest
import torch

from dqn_core import Trainer
from tests.core.small_runs import SMALL, targets, trained, weights


@pytest.mark.parametrize(
    ("learning_starts", "train_frequency", "gradient_steps"),
    [(0, 1, 1), (1, 1, 1), (10, 1, 1), (10, 4, 1), (10, 4, 3), (12, 4, 8), (13, 5, 2), (100, 1, 1)],
)
def test_updates_come_exactly_when_the_clocks_say(
    learning_starts: int, train_frequency: int, gradient_steps: int
) -> None:
    trainer = Trainer(
        SMALL.replace(
            learning_starts=learning_starts,
            train_frequency=train_frequency,
            gradient_steps=gradient_steps,
        )
    )
    for step in range(1, 60):
        assert trainer.run(max_steps=1) == 1
        rounds = [
            s for s in range(1, step + 1) if s >= learning_starts and s % train_frequency == 0
        ]
        assert trainer.env_step == step
        assert trainer.gradient_updates == gradient_steps * len(rounds)


@pytest.mark.parametrize("tau", [1.0, 0.25])
@pytest.mark.parametrize("period", [1, 7, 20])
def test_the_target_moves_every_so_many_environment_steps(period: int, tau: float) -> None:
    trainer = trained(10, target_update_unit="env_steps", target_update_period=period, tau=tau)
    for step in range(11, 50):
        before = targets(trainer)
        trainer.run(max_steps=1)
        if step % period == 0:
            torch.testing.assert_close(targets(trainer), before.lerp(weights(trainer), tau))
        else:
            assert torch.equal(targets(trainer), before)


@pytest.mark.parametrize("tau", [1.0, 0.25])
@pytest.mark.parametrize(("period", "frequency"), [(1, 1), (5, 1), (5, 3)])
def test_the_target_moves_every_so_many_gradient_updates(
    period: int, frequency: int, tau: float
) -> None:
    trainer = trained(
        0,
        target_update_unit="gradient_updates",
        target_update_period=period,
        train_frequency=frequency,
        tau=tau,
    )
    for _ in range(60):
        before, updates = targets(trainer), trainer.gradient_updates
        trainer.run(max_steps=1)
        if trainer.gradient_updates > updates and trainer.gradient_updates % period == 0:
            torch.testing.assert_close(targets(trainer), before.lerp(weights(trainer), tau))
        else:
            assert torch.equal(targets(trainer), before)
    assert trainer.gradient_updates >= 15


@pytest.mark.parametrize("period", [1, 3])
def test_the_target_moves_every_so_many_episodes_as_the_notebooks(period: int) -> None:
    trainer = trained(
        0, target_update_unit="episodes", target_update_period=period, tau=1.0, learning_starts=1
    )
    moved = []
    for _ in range(300):
        before, episodes = targets(trainer), trainer.episodes[0]
        trainer.run(max_steps=1)
        if not torch.equal(targets(trainer), before):
            assert trainer.episodes[0] == episodes + 1
            moved.append(trainer.episodes[0])
    assert moved == list(range(period, trainer.episodes[0] + 1, period))
    assert len(moved) >= 3


def test_the_target_is_a_network_of_its_own_and_lags() -> None:
    trainer = trained(40, target_update_unit="env_steps", target_update_period=1_000)
    initial = Trainer(SMALL)
    assert torch.equal(targets(trainer), weights(initial))
    assert not torch.equal(weights(trainer), weights(initial))


def test_the_learning_rate_falls_to_its_end_over_the_budget() -> None:
    trainer = trained(
        300, total_steps=300, learning_rate=1e-2, learning_rate_end=1e-3, train_frequency=1
    )
    updates = trainer.history.updates.frame()
    expected = 1e-2 + (1e-3 - 1e-2) * updates["env_step"] / 300
    np.testing.assert_allclose(updates["learning_rate"], expected, rtol=1e-5)
