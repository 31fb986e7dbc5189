"""What the lake's experiment says of the best policies, by value iteration."""

from typing import Any

import gymnasium
import numpy as np
import pytest

from dqn_core.configuration.keyword_arguments import parsed
from dqn_core.experiments.of_the_task import FAR_GOAL

LIMIT = 100


@pytest.mark.parametrize(("gamma", "share", "value"), [(0.97, 0.590, 0.268), (0.995, 0.865, 0.753)])
def test_the_best_policies_do_as_well_as_the_experiment_says(
    gamma: float, share: float, value: float
) -> None:
    arguments: dict[str, Any] = dict(parsed(FAR_GOAL.config.env_kwargs))
    lake = gymnasium.make("FrozenLake-v1", **arguments).unwrapped
    n = lake.observation_space.n  # type: ignore[attr-defined]
    moves, rewards = np.zeros((n, 4, n)), np.zeros((n, 4))
    for state, actions in lake.P.items():  # type: ignore[attr-defined]
        for action, ways in actions.items():
            for probability, following, reward, terminated in ways:
                rewards[state, action] += probability * reward
                moves[state, action, following] += probability * (not terminated)
    q = rewards
    for _ in range(3_000):
        q = rewards + gamma * moves @ q.max(1)
    best = q.argmax(1)
    here, reached = np.eye(n)[0], 0.0
    for _ in range(LIMIT):
        reached += here @ rewards[range(n), best]
        here = here @ moves[range(n), best]
    assert reached == pytest.approx(share, abs=1e-3)
    assert q[0].max() == pytest.approx(value, abs=1e-3)
