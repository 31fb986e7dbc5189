"""The duel: the agent's start, physics and episode."""

import json

import numpy as np

from dashboard.test_page.duel import can_duel, prepare
from dqn_core import Conditions, Push, record
from tests.balancing import balancing_agent
from tests.dashboard.episodes import chosen


def test_the_duel_has_the_agents_start_physics_and_episode() -> None:
    conditions = Conditions(parameters={"masspole": 0.3}, push=Push(9, 3, 0.2))
    given = prepare(chosen(), 11, conditions)
    expected = record(balancing_agent(), 11, conditions)
    np.testing.assert_array_equal(np.float32(given["state"]), expected.observations[0])
    assert given["physics"]["masspole"] == 0.3
    assert given["physics"]["time_limit"] == 500
    assert given["physics"]["push"] == {"step": 9, "component": 3, "amount": 0.2}
    np.testing.assert_allclose(given["agent"]["angles"], expected.observations[:, 2], atol=1e-5)
    assert given["agent"]["return"] == expected.total
    assert json.loads(json.dumps(given, allow_nan=False)) == given
    assert can_duel("CartPole-v0")
    assert not can_duel("Acrobot-v1")
