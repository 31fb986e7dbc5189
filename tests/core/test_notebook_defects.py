"""The notebook's defects: each test shows what the notebook's way gives, and that ours differs.

The notebook is the one this project implements; its pieces are repeated here as it has them.
"""

import os
import random

import gymnasium
import numpy as np
import pytest
import torch
from torch import nn

from dqn_core import Agent, DQNConfig, Trainer, evaluate, preset
from dqn_core.agent import network_shape
from dqn_core.base.statistics import smooth
from dqn_core.configuration.config import HYPERPARAMETERS
from dqn_core.environments import make_environment
from dqn_core.exploration import epsilon_at
from dqn_core.learner import Learner, bellman_target
from dqn_core.networks import MLP, NetworkShape, QNetwork
from dqn_core.random_streams import UniformStream
from dqn_core.replay import Batch, ReplayBuffer, Transitions

SMALL = DQNConfig(
    # Held fast here: the defaults are a recipe, and may change.
    gamma=0.99,
    n_step=1,
    tau=0.005,
    learning_rate=1e-3,
    learning_rate_end=1e-4,
    epsilon_end=0.05,
    hidden_dims="8, 8",
    batch_size=8,
    buffer_capacity=500,
    learning_starts=8,
    evaluation_period=0,
    total_steps=1_000,
)


def test_the_target_network_is_a_copy_and_not_a_second_name_for_one_network() -> None:
    model = MLP(NetworkShape(4, 2, (8, 8)))
    policy_net, target_net = model.to("cpu"), model.to("cpu")  # the notebook's two lines
    assert policy_net is target_net

    trainer = Trainer(SMALL.replace(target_update_unit="env_steps", target_update_period=10_000))
    initial = trainer.learner.target.parameters.clone()
    assert trainer.learner.target.parameters is not trainer.learner.online.parameters
    trainer.run(max_steps=60)
    assert torch.equal(trainer.learner.target.parameters, initial)
    assert not torch.equal(trainer.learner.online.parameters, initial)


def test_the_loss_compares_each_q_value_with_its_own_target_alone() -> None:
    shape = NetworkShape(4, 2, (8, 8))
    online = QNetwork.initialised(shape, [0], dtype=torch.float64)
    learner = Learner(online, [SMALL.replace(loss="mse", double_dqn=False)])
    generator = torch.Generator().manual_seed(0)
    observations = torch.randn(1, 16, 4, generator=generator, dtype=torch.float64)
    rewards = torch.randn(1, 16, generator=generator, dtype=torch.float64)
    actions = torch.zeros(1, 16, 1, dtype=torch.int64)
    batch = Batch(observations, actions, rewards, observations, torch.zeros(1, 16))
    targets = bellman_target(batch, learner.online, learner.target, False)[0]
    q_values = learner.online.q_values(observations)[0, :, 0]

    with pytest.warns(UserWarning, match="target size"):  # PyTorch says so itself
        notebooks = nn.MSELoss()(q_values, targets.unsqueeze(1))
    by_hand = ((q_values[None, :] - targets[:, None]) ** 2).mean()  # (B, B) differences
    torch.testing.assert_close(notebooks, by_hand)

    learner.update(batch)
    torch.testing.assert_close(learner.loss()[0], ((q_values - targets) ** 2).mean())
    assert abs(learner.loss()[0] - notebooks) > 0.03


def test_every_value_learns_its_own_target_where_the_notebooks_learns_the_mean_of_all() -> None:
    targets = torch.tensor([0.0, 10.0])
    learnt = torch.tensor([3.0, 4.0], requires_grad=True)
    (gradient,) = torch.autograd.grad(((learnt[None, :] - targets[:, None]) ** 2).mean(), learnt)
    # The minimum of the notebook's loss: both are 5.
    torch.testing.assert_close(learnt - gradient, torch.tensor([5.0, 5.0]))

    online = QNetwork.initialised(NetworkShape(2, 2, (8, 8)), [0])
    config = SMALL.replace(loss="mse", learning_rate=0.02, learning_rate_end=0.02)
    learner = Learner(online, [config])
    observations, actions = torch.eye(2)[None], torch.zeros(1, 2, 1, dtype=torch.int64)
    for _ in range(500):
        learner.update(Batch(observations, actions, targets[None], observations, torch.zeros(1, 2)))
    torch.testing.assert_close(online.q_values(observations)[0, :, 0], targets, atol=0.1, rtol=0)


def test_a_time_limit_does_not_cut_the_target_and_a_real_end_does() -> None:
    trainer = Trainer(SMALL.replace(env_id="MountainCar-v0", max_episode_steps=20))
    trainer.run(max_steps=100)
    rows = trainer.replay.state_dict()["rows"]
    truncated = rows[0, :, -1].bool()
    assert truncated.sum() == 5
    batch = trainer.replay.batch(np.arange(100)[None], trainer.gamma)
    assert (batch.discounts == torch.tensor(trainer.gamma, dtype=torch.float32)).all()
    done = truncated.numpy()  # what the notebook stores, and takes for the end of all reward
    notebooks = trainer.gamma * (1 - done)
    assert (notebooks == 0).sum() == 5

    cartpole = Trainer(SMALL)
    cartpole.run(max_steps=100)
    ends = cartpole.history.episodes.frame()
    batch = cartpole.replay.batch(np.arange(100)[None], cartpole.gamma)
    zero = (batch.discounts[0] == 0).nonzero().flatten() + 1
    assert zero.tolist() == ends.loc[ends["terminated"], "env_step"].tolist()


def test_an_end_by_the_loops_own_limit_is_seen_and_stored_with_its_true_next_observation() -> None:
    trainer = Trainer(SMALL.replace(env_id="MountainCar-v0", max_episode_steps=15))
    trainer.run(max_steps=45)
    rows = trainer.replay.state_dict()["rows"][0].numpy()
    observations, following, truncated = rows[:, :2], rows[:, 2:4], rows[:, -1]
    assert np.flatnonzero(truncated).tolist() == [14, 29, 44]
    for t in range(44):
        if truncated[t]:
            # The next row is a new episode's start, which did not follow from this action.
            assert not np.array_equal(following[t], observations[t + 1])
            assert abs(following[t] - observations[t]).max() < 0.1
        else:
            np.testing.assert_array_equal(following[t], observations[t + 1])


def test_gymnasiums_api_is_used_and_gyms_old_one_is_not_there() -> None:
    environment = make_environment("CartPole-v1")
    assert not hasattr(environment.env.unwrapped, "seed")
    np.testing.assert_array_equal(environment.reset(seed=0), environment.reset(seed=0))
    observation, reward, terminated, truncated = environment.step(0)
    assert (observation.shape, reward, terminated, truncated) == ((4,), 1.0, False, False)
    with pytest.raises(ValueError, match="too many values"):
        _, _, _, _ = environment.env.step(0)  # type: ignore[misc]  # the notebook's unpacking


def test_seed_0_is_a_seed_like_every_other() -> None:
    runs = []
    for _ in range(2):
        trainer = Trainer(SMALL.replace(seed=0))
        trainer.run(max_steps=60)
        runs.append(trainer.replay.state_dict()["rows"])
    assert torch.equal(*runs)
    assert HYPERPARAMETERS["seed"].validated(0) == 0


def test_seeding_sets_no_global_switch_and_no_global_generator() -> None:
    def switches() -> list[object]:
        return [
            os.environ.get("PYTHONHASHSEED"),
            torch.backends.cudnn.enabled,
            torch.backends.cudnn.deterministic,
            torch.backends.cudnn.benchmark,
            random.getstate(),
            torch.get_rng_state().tolist(),
            np.random.get_state()[1].tolist(),  # type: ignore[index]  # noqa: NPY002
        ]

    before = switches()
    trainer = Trainer(SMALL.replace(seed=5, evaluation_period=30, evaluation_episodes=1))
    trainer.run(max_steps=60)
    evaluate(trainer.agent(), episodes=1)
    assert switches() == before
    assert torch.backends.cudnn.enabled


def test_transitions_are_kept_in_memory_that_is_allocated_once() -> None:
    buffer = ReplayBuffer(50, 2, UniformStream([0], "replay"))
    memory = buffer._rows
    for k in range(120):
        row = np.full((1, 2), float(k))
        nothing = np.zeros(1, dtype=bool)
        buffer.push(Transitions(row, np.zeros(1), row[:, 0], row, nothing, nothing))
    assert buffer._rows is memory
    assert sorted(memory[:, 0, 0].tolist()) == list(range(70, 120))
    batch = buffer.sample(16, np.ones((1, 1)))
    assert isinstance(batch.observations, torch.Tensor)
    assert batch.observations.shape == (1, 16, 2)
    assert batch.observations.dtype == torch.float32
    assert len(buffer) == 50


def test_a_resumed_run_goes_on_exploring_where_it_was() -> None:
    config = preset("notebook").replace(evaluation_period=0)
    trainer = Trainer(config)
    trainer.run(max_steps=600)
    resumed = Trainer.from_state(trainer.state_dict())
    for run in (trainer, resumed):
        run.run(max_episodes=1)
    episodes = [run.history.episodes.frame().iloc[-1] for run in (trainer, resumed)]
    assert episodes[0]["epsilon"] == episodes[1]["epsilon"] == epsilon_at(config, resumed.env_step)
    notebooks = epsilon_at(config, 1)  # its sample count starts at 0 again
    assert notebooks > 0.89
    assert episodes[1]["epsilon"] < 0.1


def test_testing_an_agent_returns_its_rewards() -> None:
    spec = Trainer(SMALL).spec
    agent = Agent(SMALL, QNetwork.initialised(network_shape(spec, SMALL), [0]))
    result = evaluate(agent, episodes=3, seed=1)
    assert result.returns.shape == (3,)
    assert (result.returns == result.lengths).all()
    assert result.mean_return == result.returns.mean()


def notebooks_smooth(data: list[float], weight: float = 0.9) -> list[float]:
    last = data[0]
    smoothed = []
    for point in data:
        smoothed_val = last * weight + (1 - weight) * point
        smoothed.append(smoothed_val)
        last = smoothed_val
    return smoothed


def test_one_lucky_first_episode_does_not_tilt_the_whole_start() -> None:
    returns = [200.0] + [10.0] * 9
    assert notebooks_smooth(returns)[-1] > 80
    assert smooth(returns)[-1] < 25
    np.testing.assert_allclose(smooth(returns)[1], (0.9 * 200 + 10) / 1.9)


def test_smoothing_no_data_gives_no_data() -> None:
    with pytest.raises(IndexError):
        notebooks_smooth([])
    assert len(smooth([])) == 0


def test_the_default_environment_is_not_the_deprecated_one() -> None:
    assert DQNConfig().env_id == "CartPole-v1"
    assert preset("notebook").env_id == "CartPole-v0"
    with pytest.warns(DeprecationWarning, match="out of date"):
        gymnasium.make("CartPole-v0")


def test_the_notebooks_agent_put_right_does_learn() -> None:
    """As written it ends at a mean return of about 11 over its last 50 episodes."""
    trainer = Trainer(preset("notebook").replace(hidden_dims="64, 64", evaluation_period=0, seed=2))
    while trainer.episodes[0] < 200 and not trainer.finished():
        trainer.run(max_episodes=10)
        returns = trainer.history.episodes.frame()["return"]
        if len(returns) >= 60 and returns[-20:].mean() > 80:
            break
    assert returns[-20:].mean() > 80
