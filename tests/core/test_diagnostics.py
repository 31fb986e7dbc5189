"""Signs of health against what they mean, worked out the slow way."""

import numpy as np
import pytest
import torch

from dqn_core import DQNConfig, Trainer
from dqn_core.diagnostics import (
    dormant_shares,
    health,
    recent_observations,
    spread_observations,
    target_distance,
    update_ratio,
)
from dqn_core.networks import NetworkShape, QNetwork
from dqn_core.random_streams import UniformStream
from dqn_core.replay import ReplayBuffer, Transitions


def filled(size: int, capacity: int = 50, members: int = 1) -> ReplayBuffer:
    """A replay whose observation in step t is (t, member)."""
    replay = ReplayBuffer(capacity, 2, UniformStream(list(range(members)), "replay"), members)
    flags, rewards = np.zeros(members, dtype=bool), np.zeros(members)
    for step in range(size):
        observations = np.array([[step, p] for p in range(members)])
        replay.push(Transitions(observations, flags, rewards, observations, flags, flags))
    return replay


def trained(members: int = 1, **changes: object) -> Trainer:
    config = DQNConfig(learning_starts=20, hidden_dims="16, 16", evaluation_period=0)
    config = config.replace(**changes)
    trainer = Trainer([config.replace(seed=p) for p in range(members)])
    trainer.run(max_steps=150)
    return trainer


def test_units_that_a_hand_made_network_silenced_are_dormant() -> None:
    shape = NetworkShape(observation_dim=1, n_actions=2, hidden_dims=(4, 4))
    network = QNetwork(shape, torch.zeros(1, shape.n_parameters))
    # On x = 1 and 3: two dead ReLUs, one just above the threshold's share, one that carries all.
    network.weights[0][0, :, 0] = torch.tensor([1.0, -1.0, 0.0, 0.01])
    # One unit at 0, one far below τ times the mean, two alike.
    network.weights[1][0, :, 0] = torch.tensor([1.0, 1.0, 0.001, -1.0])
    shares = dormant_shares(network, torch.tensor([[[1.0], [3.0]]]))
    # Mean activities 2, 0, 0, 0.02 have the scores 3.96, 0, 0, 0.0396 > τ;
    # 2, 2, 0.002, 0 have the scores 2, 2, 0.002, 0.
    torch.testing.assert_close(shares, torch.tensor([[0.5, 0.5]]))


def test_a_silent_layer_is_dormant_altogether() -> None:
    shape = NetworkShape(observation_dim=1, n_actions=2, hidden_dims=(4, 4))
    network = QNetwork(shape, torch.zeros(1, shape.n_parameters))
    assert dormant_shares(network, torch.ones(1, 3, 1)).tolist() == [[1.0, 1.0]]


def test_dormant_shares_equal_the_papers_equation_on_the_ordinary_module() -> None:
    shape = NetworkShape(observation_dim=3, n_actions=2, hidden_dims=(64, 64))
    network = QNetwork.initialised(shape, [0, 1])
    network.biases[1][1, 0, :20] = -100.0
    observations = torch.randn(2, 40, 3, generator=torch.Generator().manual_seed(0))
    shares = dormant_shares(network, observations)
    for p in range(2):
        module = network.to_module(p)
        fc1, fc2, _ = module.children()
        hidden = torch.relu(fc1(observations[p]))
        for layer, activations in enumerate((hidden, torch.relu(fc2(hidden)))):
            layer_mean = float(activations.detach().abs().mean())
            dormant = [
                float(activations[:, i].detach().abs().mean()) / layer_mean <= 0.025
                for i in range(64)
            ]
            assert float(shares[p, layer]) == pytest.approx(np.mean(dormant))
    assert float(shares[1, 1]) >= 20 / 64


def test_target_distance_is_relative_to_the_online_network() -> None:
    trainer = trained(members=2)
    distances = target_distance(trainer.learner)
    for p in range(2):
        online = trainer.learner.online.parameters[p].double().numpy()
        target = trainer.learner.target.parameters[p].double().numpy()
        naive = np.sqrt(((online - target) ** 2).sum()) / np.sqrt((online**2).sum())
        assert float(distances[p]) == pytest.approx(naive, rel=1e-5)
    trainer.learner.target.parameters.copy_(trainer.learner.online.parameters)
    assert target_distance(trainer.learner).tolist() == [0.0, 0.0]


def test_update_ratio_is_the_size_of_the_step_that_was_made() -> None:
    trainer = trained(members=2)
    learner = trainer.learner
    one, other = trainer.configs
    learner.configure([one, other.replace(learning_rate=3 * other.learning_rate)])
    batch = trainer.replay.sample(32, trainer.gamma)
    before = learner.online.parameters.clone()
    learner.update(batch)
    step = (learner.online.parameters - before).norm(dim=1)
    expected = step / learner.online.parameters.norm(dim=1)
    torch.testing.assert_close(update_ratio(learner), expected, rtol=1e-3, atol=0)


def test_recent_observations_are_the_newest_of_each_member_in_order() -> None:
    newest = recent_observations(filled(70, members=2), 3)
    assert newest.tolist() == [[[67, p], [68, p], [69, p]] for p in range(2)]
    assert recent_observations(filled(2), 5)[0, :, 0].tolist() == [0, 1]
    assert recent_observations(filled(0), 5).shape == (1, 0, 2)


def test_spread_observations_reach_over_the_whole_replay() -> None:
    spread = spread_observations(filled(120), 10)[0, :, 0]
    assert spread.tolist() == list(range(70, 120, 5))
    assert spread_observations(filled(4), 10)[0, :, 0].tolist() == [0, 1, 2, 3]


def test_looking_at_the_health_changes_nothing() -> None:
    trainer, untouched = trained(), trained()
    for _ in range(3):
        health(trainer.learner, trainer.replay)
    trainer.run(max_steps=50)
    untouched.run(max_steps=50)
    torch.testing.assert_close(
        trainer.learner.online.parameters, untouched.learner.online.parameters, rtol=0, atol=0
    )


def test_the_table_of_updates_has_the_signs_of_each_member() -> None:
    trainer = trained(members=2, learning_starts=50)
    updates = trainer.history.updates.frame()
    newest = updates[updates.gradient_update == updates.gradient_update.max()]
    assert newest.member.tolist() == [0, 1]
    assert newest[["dormant_1", "dormant_2"]].to_numpy().max() <= 1
    assert (newest[["target_distance", "update_ratio"]] > 0).all(axis=None)
