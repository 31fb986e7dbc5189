"""An agent that somebody else asks: what it is shown has to be an observation."""

from typing import Any

import numpy as np
import pytest
import torch

from dqn_core import Trainer
from dqn_core.base.errors import ConfigurationError
from tests.core.small_runs import SMALL


@pytest.mark.parametrize(
    "odd",
    [
        *(np.zeros(3), np.zeros((2, 4)), np.full(4, np.nan), [0, 0, 0, 1e400], "left", None, 3),
        *([1e39] * 4, [10**400] * 4, ["0"] * 4, [1j] * 4),
    ],
)
def test_what_is_no_observation_is_refused_in_a_sentence(odd: Any) -> None:
    agent: Any = Trainer(SMALL).agent()
    for ask in (agent.predict, lambda odd: agent.q_values([odd])):
        with pytest.raises(ConfigurationError, match=r"CartPole-v1 is 4 finite numbers, not .*\.$"):
            ask(odd)
    for zeros in ([0, 0, 0, 0], torch.zeros(4, requires_grad=True), np.zeros(4, bool)):
        assert agent.predict(zeros) == agent.predict(np.zeros(4, np.float32))


def test_a_state_is_one_that_there_is() -> None:
    agent = Trainer(SMALL.replace(env_id="FrozenLake-v1")).agent()
    state: Any = 3  # as the environment itself gives it
    assert agent.predict(state) == agent.predict(np.array([3], np.float32))
    for odd in (16, -1):
        with pytest.raises(ConfigurationError, match="FrozenLake-v1"):
            agent.predict(np.array([odd]))


@pytest.mark.parametrize(
    "odd", [[0, 0], [False, False], [True], True, [1, 2], ["a", "b"], [[1, 0], [0, 1]], [np.nan, 1]]
)
def test_a_mask_that_allows_nothing_or_is_none_is_refused_in_a_sentence(odd: Any) -> None:
    agent = Trainer(SMALL.replace(head="quantile")).agent()
    state = np.zeros(4)
    for ask in (agent.predict, lambda state, mask: agent.distributions(state[None], mask)):
        with pytest.raises(ConfigurationError, match=r"mask of CartPole-v1 is 2 times true or fa"):
            ask(state, odd)
    masks: list[Any] = [[1, 0], np.array([False, True])]
    assert [agent.predict(state, mask) for mask in masks] == [0, 1]
