"""Munchausen targets: their closed form, their limits, and what they do not go together with."""

import pytest
import torch

from dqn_core.learner import bellman_target
from dqn_core.munchausen import munchausen_target, scaled_log_policy
from dqn_core.networks import NetworkShape, QNetwork
from dqn_core.replay import Batch
from tests.core.oracle import ACTIONS, DIM, as_batch, transitions


def network_and_batch() -> tuple[QNetwork, Batch]:
    network = QNetwork.initialised(NetworkShape(DIM, ACTIONS, (8,)), [0], torch.float64)
    network.parameters.mul_(3)
    return network, as_batch([transitions(torch.Generator().manual_seed(0))], [0.9])


def column(value: float) -> torch.Tensor:
    return torch.tensor([[value]], dtype=torch.float64)


@pytest.mark.parametrize("temperature", [0.03, 1.0, 10.0])
def test_what_follows_is_the_soft_maximum_in_closed_form(temperature: float) -> None:
    network, batch = network_and_batch()
    target = munchausen_target(batch, network, column(0.0), column(temperature))
    q_values = network.q_values(batch.next_observations)
    soft = temperature * torch.logsumexp(q_values / temperature, -1)
    torch.testing.assert_close(target, batch.rewards + batch.discounts * soft)


def test_without_a_share_and_temperature_it_is_plain_dqns_target() -> None:
    network, batch = network_and_batch()
    target = munchausen_target(batch, network, column(0.0), column(1e-9))
    torch.testing.assert_close(target, bellman_target(batch, network, network, double_dqn=False))


def test_a_share_takes_away_from_actions_that_the_policy_hardly_takes_but_at_most_its_limit() -> (
    None
):
    network, batch = network_and_batch()
    temperature = column(0.2)
    without = munchausen_target(batch, network, column(0.0), temperature)
    penalty = (munchausen_target(batch, network, column(0.9), temperature) - without) / 0.9
    q_values = network.q_values(batch.observations)
    log_policy = torch.distributions.Categorical(logits=q_values / 0.2).logits.gather(
        -1, batch.actions
    )
    expected = (0.2 * log_policy).clamp(-1, 0).squeeze(-1)
    torch.testing.assert_close(penalty, expected)
    assert expected.min() == -1
    assert expected.max() > -1


def test_the_log_policy_of_large_values_is_finite() -> None:
    q_values = torch.tensor([[[1e4, -1e4, 0.0]]])
    log_policy = scaled_log_policy(q_values, torch.full((1, 1, 1), 1e-4))
    assert log_policy.tolist() == [[[0.0, -2e4, -1e4]]]
