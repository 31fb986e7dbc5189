"""An episode step by step is what the bare environment gives for the same actions."""

import numpy as np
import pytest

from dqn_core import Conditions, Push
from dqn_core.base.errors import ConfigurationError
from dqn_core.environments import make_environment
from dqn_core.episodes.episode import Episode


def played(conditions: Conditions, seed: int = 3) -> tuple[Episode, list[int]]:
    """An episode of CartPole in which the greedy policy always pushes to the left."""
    episode = Episode(make_environment("CartPole-v1"), seed, conditions)
    actions: list[int] = []
    while not episode.is_over:
        actions.append(episode.explore(0))
        episode.step(actions[-1])
    return episode, actions


def test_an_episode_counts_what_its_environment_gave() -> None:
    episode, actions = played(Conditions(epsilon=0.5))
    environment = make_environment("CartPole-v1")
    environment.reset(3)
    for action in actions:
        observation, _, terminated, truncated = environment.step(action)
    np.testing.assert_array_equal(episode.observation, observation)
    assert (episode.terminated, episode.truncated) == (terminated, truncated)
    assert episode.total == episode.steps == len(actions)


def test_the_share_of_random_actions_is_epsilon_and_half_of_them_are_greedy_by_chance() -> None:
    episode = Episode(make_environment("CartPole-v1"), 0, Conditions(epsilon=0.4))
    others = np.mean([episode.explore(0) for _ in range(10_000)])
    assert others == pytest.approx(0.2, abs=0.02)
    greedy = Episode(make_environment("CartPole-v1"), 0)
    assert {greedy.explore(1) for _ in range(100)} == {1}


def test_a_push_comes_before_the_action_of_its_step_and_never_again() -> None:
    episode = Episode(make_environment("CartPole-v1"), 0, Conditions(push=Push(2, 1, 0.5)))
    environment = make_environment("CartPole-v1")
    environment.reset(0)
    for step in range(4):
        if step == 2:
            environment.nudge(1, 0.5)
        episode.step(step % 2)
        np.testing.assert_array_equal(episode.observation, environment.step(step % 2)[0])


def test_conditions_are_a_value_that_nobody_changes_later() -> None:
    parameters = {"gravity": 12.0}
    conditions = Conditions(0.1, parameters)
    parameters["gravity"] = 1.0
    assert conditions == Conditions(0.1, {"gravity": 12.0}) != Conditions(0.1, parameters)
    with pytest.raises(TypeError):
        conditions.parameters["gravity"] = 1.0  # type: ignore[index]


def test_a_share_of_random_actions_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="epsilon must be 0 to 1, not 2"):
        Conditions(epsilon=2)
