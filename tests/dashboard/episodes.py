"""Agents, episodes and runs for the tests of what the Test page shows."""

import pytest

from dashboard.session.agents import Chosen
from dashboard.session.run import Run
from dashboard.test_page.showing import Showing
from dqn_core import Agent, DQNConfig
from dqn_core.configuration.hyperparameter import Value
from tests.balancing import balancing_agent

SMALL = DQNConfig(env_id="CartPole-v1", hidden_dims="8, 8", learning_starts=10, batch_size=8)


def chosen(agent: Agent | None = None) -> Chosen:
    return Chosen("Balancer", "balancer", agent or balancing_agent())


def finished(showing: Showing) -> Showing:
    for _ in range(100):
        showing.film.wait_beyond(10**6, 1)
        if showing.film.complete:
            return showing
    pytest.fail("The episode was not filmed.")


def trained_run(members: int = 1, **values: Value) -> Run:
    run = Run([SMALL.replace(seed=seed, **values) for seed in range(members)])
    run.trainer.run(max_steps=200)
    return run
