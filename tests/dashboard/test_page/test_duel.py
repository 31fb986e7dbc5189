"""The duel: the agent's start, physics and episode."""

import json

import numpy as np

from dashboard.test_page.duel import can_duel
from dashboard.test_page.match import prepared
from dqn_core import Conditions, Push, record
from dqn_core.environments import environment_spec
from tests.balancing import balancing_agent
from tests.dashboard.episodes import chosen


def test_the_duel_has_the_agents_start_physics_and_episode() -> None:
    conditions = Conditions(parameters={"masspole": 0.3}, push=Push(9, 3, 0.2))
    given = prepared(chosen(), 11, conditions)
    expected = record(balancing_agent(), 11, conditions)
    np.testing.assert_array_equal(np.array(given["state"], np.float32), expected.observations[0])
    assert given["physics"]["masspole"] == 0.3
    assert given["physics"]["time_limit"] == 500
    assert given["physics"]["push"] == {"step": 9, "component": 3, "amount": 0.2}
    np.testing.assert_allclose(given["agent"]["angles"], expected.observations[:, 2], atol=1e-5)
    assert given["agent"]["total"] == expected.total
    assert json.loads(json.dumps(given, allow_nan=False)) == given


def test_the_browser_plays_what_it_knows_the_physics_and_rewards_of() -> None:
    assert can_duel(environment_spec("CartPole-v0"))
    assert not can_duel(environment_spec("Acrobot-v1"))
    other_rewards = environment_spec("CartPole-v1", env_kwargs="sutton_barto_reward=True")
    assert not can_duel(other_rewards)
