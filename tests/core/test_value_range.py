"""Between which returns C51 lays its atoms in an environment."""

from dataclasses import replace
from typing import Any

import pytest

from dqn_core import Trainer
from dqn_core.configuration.config import DQNConfig
from dqn_core.environments import environment_spec
from dqn_core.files.checkpoint import agent_bytes, read_agents
from dqn_core.value_range import value_range
from tests.core.small_runs import trained


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"env_id": "CartPole-v1"}, (0, 100)),
        ({"env_id": "Acrobot-v1"}, (-100, 0)),
        ({"env_id": "Acrobot-v1", "gamma": 1.0}, (-500, 0)),
        ({"env_id": "Acrobot-v1", "gamma": 0.9999}, (-500, 0)),
        ({"env_id": "MountainCar-v0", "gamma": 0.5}, (-2, 0)),
        ({"env_id": "FrozenLake-v1"}, (0, 1)),
        # Not all that a random policy loses, but the worst step once: a wrong pick-up, a fall.
        ({"env_id": "Taxi-v4", "gamma": 0.95}, (-30, 20)),
        ({"env_id": "CliffWalking-v1", "gamma": 0.98}, (-150, 0)),
        ({"env_id": "CartPole-v1", "value_low": -3.0, "value_high": 7.0}, (-3, 7)),
        ({"env_id": "CartPole-v1", "value_low": -3.0}, (-3, 0)),
    ],
)
def test_it_is_as_long_as_the_discount_looks_ahead(
    values: dict[str, Any], expected: tuple[float, float]
) -> None:
    config = DQNConfig().replace(**values)
    assert value_range(environment_spec(config.env_id), config) == expected


def test_where_nothing_is_known_each_step_may_be_worth_minus_one_to_one() -> None:
    spec = replace(environment_spec("CartPole-v1"), return_range=None)
    assert value_range(spec, DQNConfig(gamma=0.98)) == (-50, 50)


def test_an_agent_keeps_the_range_that_its_run_began_with_whatever_the_discount_is_now() -> None:
    trainer = trained(20, head="categorical")
    trainer.change(gamma=0.5)
    opened = Trainer.from_state(trainer.state_dict())
    for learner in (trainer.learner, opened.learner):
        assert learner.target.head.state_dict()["value_range"].tolist() == [[0.0, 100.0]]
    agent = read_agents(agent_bytes(opened.agent())).agent()
    assert agent.network.head.state_dict()["value_range"].tolist() == [[0.0, 100.0]]
