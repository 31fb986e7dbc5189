"""Greedy episodes: what is reported is what was played."""

from typing import Any

import gymnasium
import numpy as np
import pytest
import torch

from dqn_core import Agent, Conditions, DQNConfig, Push, Trainer, evaluate, record
from dqn_core.agent import network_shape
from dqn_core.base.errors import ConfigurationError
from dqn_core.environments import environment_spec, make_environment
from dqn_core.episodes.evaluation import ROWS, most_steps, playing, to_the_end
from dqn_core.networks import QNetwork
from tests.balancing import balancing_agent


def agent_for(env_id: str, seed: int = 0, **values: object) -> Agent:
    config = DQNConfig(env_id=env_id, hidden_dims="16, 16", **values)  # type: ignore[arg-type]
    spec = environment_spec(env_id)
    return Agent(config, QNetwork.initialised(network_shape(spec, config), [seed]))


@pytest.mark.parametrize("env_id", ["CartPole-v1", "Acrobot-v1", "FrozenLake-v1"])
@pytest.mark.parametrize("limit", [0, 12])
def test_episodes_played_side_by_side_are_those_played_one_by_one_by_hand(
    env_id: str, limit: int
) -> None:
    agent = agent_for(env_id, seed=3, max_episode_steps=limit, gamma=0.9)
    result = evaluate(agent, episodes=6, seed=40)
    env = gymnasium.make(env_id, max_episode_steps=limit or None)
    for e in range(6):
        observation, _ = env.reset(seed=40 + e)
        rewards, over = [], False
        start = np.atleast_1d(np.asarray(observation, np.float32))
        while not over:
            flat = np.atleast_1d(np.asarray(observation, np.float32))
            observation, reward, terminated, truncated, _ = env.step(agent.predict(flat))
            rewards.append(float(reward))
            over = terminated or truncated
        assert result.seeds[e] == 40 + e
        assert result.returns[e] == pytest.approx(sum(rewards))
        assert result.lengths[e] == len(rewards)
        assert bool(result.terminated[e]) == terminated
        assert result.predicted[e] == pytest.approx(agent.q_values(start[None]).max(), abs=1e-5)
        discounted = sum(0.9**t * reward for t, reward in enumerate(rewards))
        assert result.obtained[e] == pytest.approx(discounted)


def test_an_episodes_result_does_not_depend_on_how_many_are_played_beside_it() -> None:
    agent = agent_for("CartPole-v1")
    many, few = evaluate(agent, episodes=8, seed=5), evaluate(agent, episodes=2, seed=5)
    assert many.returns[:2].tolist() == few.returns.tolist()
    assert evaluate(agent, episodes=1, seed=6).returns[0] == many.returns[1]


def test_the_same_seed_gives_the_same_episodes_also_with_random_actions() -> None:
    agent = agent_for("CartPole-v1")
    first, again = (evaluate(agent, 5, 1, Conditions(epsilon=0.5)) for _ in range(2))
    assert first.returns.tolist() == again.returns.tolist()
    greedy = evaluate(agent, episodes=5, seed=1)
    assert first.returns.tolist() != greedy.returns.tolist()


def test_members_play_with_their_own_networks() -> None:
    agents = [agent_for("CartPole-v1", seed) for seed in (0, 1)]
    network = QNetwork(agents[0].network.shape, torch.cat([a.network.parameters for a in agents]))
    environments = [[make_environment("CartPole-v1") for _ in range(3)] for _ in agents]
    results = to_the_end(playing(network, environments, [[7, 8, 9]] * 2, [0.99] * 2))
    for agent, result in zip(agents, results, strict=True):
        assert result.returns.tolist() == evaluate(agent, episodes=3, seed=7).returns.tolist()


def test_what_was_obtained_has_no_estimate_of_the_agents_in_it() -> None:
    agent = balancing_agent(max_episode_steps=60, gamma=0.9)
    agent.network.biases[2][:] += 1_000  # it promises far more than there is
    result = evaluate(agent, episodes=3)
    assert result.truncated_share == 1, "the case is that of a time limit"
    assert (result.predicted > 900).all()
    assert result.obtained == pytest.approx((1 - 0.9**60) / (1 - 0.9))


def test_the_share_of_episodes_that_the_time_limit_cut_is_told() -> None:
    result = evaluate(agent_for("FrozenLake-v1", max_episode_steps=4), 40, 0, Conditions(1.0))
    assert 0 < result.truncated_share < 1
    ended_early = (result.lengths < 4) | result.terminated
    assert result.truncated_share == pytest.approx(1 - ended_early.mean())


def test_evaluating_an_agent_leaves_it_and_its_run_alone() -> None:
    trainer, twin = (
        Trainer(
            DQNConfig(hidden_dims="8, 8", batch_size=8, learning_starts=10, evaluation_period=0)
        )
        for _ in range(2)
    )
    for run in (trainer, twin):
        run.run(max_steps=50)
    agent = trainer.agent()
    before = agent.network.parameters.clone()
    evaluate(agent, 3, 0, Conditions(0.3))
    assert torch.equal(agent.network.parameters, before)
    for run in (trainer, twin):
        run.run(max_steps=50)
    assert torch.equal(trainer.learner.online.parameters, twin.learner.online.parameters)


def test_a_policy_that_never_arrives_is_cut_off_where_there_is_no_time_limit() -> None:
    result = evaluate(agent_for("CliffWalking-v1"), episodes=2)
    assert (result.lengths <= 1_000).all()


def test_changed_physics_change_the_return() -> None:
    agent = agent_for("CartPole-v1")
    usual = evaluate(agent, 4, 0, Conditions(1.0))
    heavy = evaluate(agent, 4, 0, Conditions(1.0, {"gravity": 40.0}))
    assert heavy.mean_return < usual.mean_return


def test_whoever_waits_for_an_evaluation_is_told_its_steps() -> None:
    told: list[int] = []
    agent = agent_for("CartPole-v1", max_episode_steps=20)
    evaluation = evaluate(agent, 3, watcher=told.append)
    assert told == list(range(1, evaluation.lengths.max() + 1))


def test_the_steps_told_are_never_more_than_there_can_be() -> None:
    spec = environment_spec("MountainCar-v0", 20)  # no episode ends before
    agent = agent_for("MountainCar-v0", max_episode_steps=20)
    for episodes in (1, ROWS, 2 * ROWS + 1):
        told: list[int] = []
        evaluate(agent, episodes, watcher=told.append)
        assert told == list(range(1, most_steps(spec, episodes) + 1))


@pytest.mark.parametrize("env_id", ["CartPole-v1", "FrozenLake-v1"])
def test_episodes_in_several_rounds_are_the_same_to_the_bit(
    env_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = agent_for(env_id, max_episode_steps=30)
    whole = evaluate(agent, 20, 3, Conditions(0.2))
    monkeypatch.setattr("dqn_core.episodes.evaluation.MOST_ENVIRONMENTS", 7)
    rounds = evaluate(agent, 20, 3, Conditions(0.2))
    assert rounds.seeds == whole.seeds
    for name in ("returns", "lengths", "terminated", "predicted", "obtained"):
        np.testing.assert_array_equal(getattr(rounds, name), getattr(whole, name))


def test_a_round_is_as_many_rows_as_there_were_before(monkeypatch: pytest.MonkeyPatch) -> None:
    many = evaluate(agent_for("CartPole-v1"), 2 * ROWS, seed=3)
    monkeypatch.setattr("dqn_core.episodes.evaluation.ROWS", 2 * ROWS)
    monkeypatch.setattr("dqn_core.episodes.evaluation.MOST_ENVIRONMENTS", 2 * ROWS)
    at_once = evaluate(agent_for("CartPole-v1"), 2 * ROWS, seed=3)
    assert many.returns.tolist() == at_once.returns.tolist()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"episodes": 0}, "episodes must be a whole number from 1 to 1,000,000, not 0"),
        ({"episodes": -1}, "not -1"),
        ({"episodes": 2.5}, "not 2.5"),
        ({"episodes": True}, "not True"),
        ({"episodes": None}, "not None"),
        ({"seed": -1}, "seed must be 0 to"),
        ({"seed": None}, "seed must be 0 to"),
        ({"seed": 1.5}, "seed must be a whole number, not 1.5"),
        ({"seed": float("nan")}, "seed must be 0 to"),
        ({"seed": "7"}, "not '7'"),
        ({"epsilon": 2}, "epsilon must be 0 to 1, not 2"),
        ({"epsilon": -0.1}, "not -0.1"),
        ({"epsilon": float("nan")}, "not nan"),
        ({"epsilon": None}, "not None"),
        ({"parameters": {"mass": 1.0}}, "has no parameter 'mass'"),
        ({"parameters": {"gravity": np.inf}}, "gravity must be a finite number, not inf"),
        ({"push": Push(0, 7, 1.0)}, "CartPole-v1 cannot be pushed: it has no inner component 7"),
    ],
    ids=str,
)
@pytest.mark.parametrize("play", [evaluate, record])
def test_arguments_out_of_range_are_refused_in_one_sentence(
    play: Any, arguments: dict[str, Any], said: str
) -> None:
    if play is record and "episodes" in arguments:
        return
    arguments = dict(arguments)
    conditions = {name: arguments.pop(name) for name in {*arguments} - {"episodes", "seed"}}
    with pytest.raises(ConfigurationError) as refused:
        play(agent_for("CartPole-v1"), **arguments, conditions=Conditions(**conditions))
    assert said in str(refused.value)


@pytest.mark.parametrize("values", [(-1, 0, 1.0), (0, 1.5, 1.0), (0, 0, np.nan), ("1", 0, 1.0)])
def test_a_push_is_a_step_a_component_and_an_amount(values: Any) -> None:
    with pytest.raises(ConfigurationError, match="push"):
        Push(*values)


def test_arguments_of_numpy_are_taken() -> None:
    agent = agent_for("CartPole-v1")
    three: Any = np.int64(3)
    five: Any = np.int32(5)
    half: Any = np.float32(0.5)
    mine = evaluate(agent, three, five, Conditions(half))
    assert mine.seeds == [5, 6, 7]
    assert mine.returns.tolist() == evaluate(agent, 3, 5, Conditions(0.5)).returns.tolist()


def test_an_environment_without_an_inner_state_cannot_be_pushed() -> None:
    with pytest.raises(ConfigurationError, match="FrozenLake-v1 cannot be pushed"):
        evaluate(agent_for("FrozenLake-v1"), 1, conditions=Conditions(push=Push(0, 0, 1.0)))
