"""ε schedules and the ε-greedy choice."""

import math

import numpy as np
import pytest

from dqn_core.configuration.config import DQNConfig
from dqn_core.exploration import EpsilonGreedy, Epsilons, epsilon_at, random_actions
from dqn_core.networks import NetworkShape, QNetwork
from dqn_core.presets import preset
from tests.core.chance import evenness


@pytest.mark.parametrize("step", [0, 1, 199, 200, 1_000, 10**6])
def test_the_exponential_schedule_is_the_notebooks_formula(step: int) -> None:
    config = preset("notebook")
    expected = 0.05 + (0.9 - 0.05) * math.exp(-1.0 * step / 200)
    assert epsilon_at(config, step) == pytest.approx(expected, abs=1e-15)


def test_the_linear_schedule_is_a_straight_line_that_then_stays() -> None:
    config = DQNConfig(epsilon_start=1.0, epsilon_end=0.2, epsilon_decay=100)
    expected = {0: 1.0, 25: 0.8, 50: 0.6, 100: 0.2, 101: 0.2, 10**9: 0.2}
    for step, epsilon in expected.items():
        assert epsilon_at(config, step) == pytest.approx(epsilon, abs=1e-12)


@pytest.mark.parametrize("schedule", ["linear", "exponential"])
def test_a_schedule_may_also_rise(schedule: str) -> None:
    config = DQNConfig(
        epsilon_schedule=schedule, epsilon_start=0.0, epsilon_end=1.0, epsilon_decay=10
    )
    values = [epsilon_at(config, step) for step in range(50)]
    assert values == sorted(values)
    assert values[0] == 0
    assert values[-1] == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("n_actions", [1, 2, 3, 7, 500])
def test_random_actions_are_equally_likely_and_never_out_of_range(n_actions: int) -> None:
    actions = random_actions(np.random.default_rng(0).random(100_000), n_actions)
    assert actions.dtype == np.int64
    counts = np.bincount(actions, minlength=n_actions)
    assert len(counts) == n_actions
    if n_actions > 1:
        assert evenness(counts) > 1e-3
    extremes = random_actions(np.array([0.0, np.nextafter(1.0, 0.0)]), n_actions)
    assert extremes.tolist() == [0, n_actions - 1]


def test_each_member_is_random_or_greedy_by_its_own_epsilon() -> None:
    network = QNetwork.initialised(NetworkShape(2, 3), [0, 1, 2])
    network.biases[-1][..., 2] = 100.0  # whatever they see, action 2 is greedy
    policy = EpsilonGreedy([0, 1, 2], n_actions=3)
    observations = np.zeros((3, 2), dtype=np.float32)
    epsilons = np.array([0.0, 0.5, 1.0])
    drawn = [policy.choose(network, observations, epsilons) for _ in range(600)]
    actions, exploring = (np.array(each) for each in zip(*drawn, strict=True))
    assert exploring.mean(0)[[0, 2]].tolist() == [0, 1], "never and always"
    assert exploring.mean(0)[1] == pytest.approx(0.5, abs=0.08)
    assert (actions[~exploring] == 2).all()
    assert np.bincount(actions[:, 2]) == pytest.approx([200] * 3, abs=50)


def test_members_with_one_schedule_share_it_and_each_has_its_own_epsilon() -> None:
    configs = [
        DQNConfig(seed=0, epsilon_decay=100),
        DQNConfig(seed=1, epsilon_decay=300),
        DQNConfig(seed=2, epsilon_decay=100, gamma=0.5),
        DQNConfig(seed=3, noisy=True, epsilon_decay=100),
    ]
    for step in (0, 7, 150, 1_000):
        expected = [epsilon_at(config, step) for config in configs]
        assert Epsilons(configs).at(step).tolist() == expected
