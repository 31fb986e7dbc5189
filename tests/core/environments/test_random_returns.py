"""What acting at random brings: constants against other ways to find out."""

from typing import Any

import gymnasium
import numpy as np
import pytest

from dqn_core.environments import environment_spec, known_environments
from dqn_core.environments.families import family
from dqn_core.environments.families.cart_pole import CART_POLE
from dqn_core.environments.random_returns import random_episodes, random_return


def test_every_environment_that_is_offered_has_its_constant() -> None:
    for spec in map(environment_spec, known_environments()):
        assert (spec.env_id, spec.max_episode_steps) in spec.family.random_returns


@pytest.mark.parametrize(
    ("env_id", "time_limit"), [("FrozenLake-v1", 100), ("FrozenLake8x8-v1", 200), ("Taxi-v4", 200)]
)
def test_exact_constants_are_what_the_spread_of_states_earns(env_id: str, time_limit: int) -> None:
    environment: Any = gymnasium.make(env_id).unwrapped
    n_states, n_actions = environment.observation_space.n, environment.action_space.n
    share, total = np.array(environment.initial_state_distrib), 0.0
    for _ in range(time_limit):
        after = np.zeros(n_states)
        for state in np.flatnonzero(share):
            for transitions in environment.P[state].values():
                for probability, following, reward, terminated in transitions:
                    weight = share[state] * probability / n_actions
                    total += weight * reward
                    after[following] += weight * (not terminated)
        share = after
    known = family(env_id).random_returns[env_id, time_limit]
    assert known.margin == 0
    assert known.mean == pytest.approx(total, rel=1e-5)


def test_the_measured_constant_of_cart_pole_is_what_gymnasium_gives() -> None:
    environment = gymnasium.make("CartPole-v1")
    environment.action_space.seed(5)
    returns = []
    for episode in range(2_000):
        environment.reset(seed=episode)
        total, over = 0.0, False
        while not over:
            _, reward, terminated, truncated, _ = environment.step(
                environment.action_space.sample()
            )
            total, over = total + float(reward), terminated or truncated
        returns.append(total)
    known = CART_POLE.random_returns["CartPole-v1", 500]
    assert abs(np.mean(returns) - known.mean) < 4 * np.std(returns) / 2_000**0.5
    assert 0 < known.margin < 0.2


def test_episodes_are_played_to_their_end_one_step_at_a_time() -> None:
    episodes = random_episodes("CartPole-v1", 5)
    steps = [next(episodes) for _ in range(15)]
    assert steps == ([None] * 4 + [5.0]) * 3


def test_a_margin_is_half_the_interval_of_the_mean() -> None:
    found = random_return([1.0, 3.0, 1.0, 3.0])
    assert found.mean == 2
    assert found.margin == pytest.approx(1.96 * (4 / 3) ** 0.5 / 2)
    assert random_return([-200.0] * 10).margin == 0
