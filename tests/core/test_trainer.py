"""The training loop: what it plays, stores and draws by chance, and what it refuses."""

from collections.abc import Callable
from pathlib import Path

import gymnasium
import numpy as np
import pytest
import torch

from dqn_core import DQNConfig, LabError, Trainer, load_agent, save_run
from dqn_core.exploration import epsilon_at
from dqn_core.random_streams import seed_sequence, seeds_from
from tests.core.small_runs import SMALL, fingerprint, trained, weights


def test_a_new_trainer_has_done_nothing_yet() -> None:
    trainer = Trainer(SMALL)
    assert (trainer.env_step, trainer.gradient_updates, trainer.episodes) == (0, 0, [0])
    assert trainer.seconds == 0
    assert len(trainer.replay) == 0
    assert not trainer.finished()
    assert all(len(table) == 0 for table in trainer.history.tables().values())


def test_the_same_seed_is_bit_equal_and_another_is_not() -> None:
    first, again, other = trained(300), trained(300), trained(300, seed=1)
    assert fingerprint(first) == fingerprint(again)
    assert not torch.equal(weights(first), weights(other))
    assert not torch.equal(first.replay.state_dict()["rows"], other.replay.state_dict()["rows"])


def test_no_global_generator_is_read_or_set() -> None:
    torch.manual_seed(1)
    np.random.seed(1)  # noqa: NPY002
    first = trained(100)
    torch_state = torch.get_rng_state()
    torch.manual_seed(1)
    assert torch.equal(torch_state, torch.get_rng_state())
    torch.manual_seed(2)
    np.random.seed(2)  # noqa: NPY002
    assert fingerprint(first) == fingerprint(trained(100))


def test_the_transitions_stored_are_those_of_the_environment_played_by_hand() -> None:
    trainer = trained(120, max_episode_steps=15)
    rows = trainer.replay.state_dict()["rows"][0].numpy()
    observations, following = rows[:, :4], rows[:, 4:8]
    actions, rewards, terminated, truncated = rows[:, 8:].T
    env = gymnasium.make("CartPole-v1", max_episode_steps=15)
    first = observations[0]
    # The seed of the first episode is the run's own; from then on the generator goes on.
    observation, _ = env.reset(seed=seeds_from(seed_sequence(0, "environment"), 1)[0])
    np.testing.assert_array_equal(observation, first)
    for t in range(120):
        np.testing.assert_array_equal(observations[t], observation)
        observation, reward, ended, cut, _ = env.step(int(actions[t]))
        np.testing.assert_array_equal(following[t], observation)
        assert (rewards[t], terminated[t], truncated[t]) == (reward, ended, cut)
        if ended or cut:
            observation, _ = env.reset()
    assert truncated.any()
    assert terminated.any()


def test_actions_are_greedy_when_epsilon_is_0_and_equally_likely_when_it_is_1() -> None:
    greedy = trained(60, epsilon_start=0.0, epsilon_end=0.0, learning_starts=1_000)
    rows = greedy.replay.state_dict()["rows"][0].numpy()
    agent = greedy.agent()
    assert [agent.predict(row[:4]) for row in rows] == rows[:, 8].tolist()
    assert (greedy.history.episodes.frame()["exploration_share"] == 0).all()

    uniform = trained(
        2_000, epsilon_start=1.0, epsilon_end=1.0, learning_starts=10_000, buffer_capacity=2_000
    )
    actions = uniform.replay.state_dict()["rows"][0, :, 8]
    assert abs(actions.mean().item() - 0.5) < 0.04
    assert (uniform.history.episodes.frame()["exploration_share"] == 1).all()


def test_epsilon_falls_by_the_step_and_the_share_of_random_actions_follows() -> None:
    trainer = trained(1_500, epsilon_decay=1_000, epsilon_end=0.1)
    episodes = trainer.history.episodes.frame()
    expected = [epsilon_at(trainer.config, step) for step in episodes["env_step"]]
    np.testing.assert_allclose(episodes["epsilon"], expected)
    late = episodes[episodes["env_step"] > 1_000]
    share = (late["exploration_share"] * late["length"]).sum() / late["length"].sum()
    assert share == pytest.approx(0.1, abs=0.06)


def test_numbers_too_small_to_matter_are_zero_while_training_and_as_before_afterwards() -> None:
    """Silent units leave Adam moments at 1e-45, with which processors are much slower."""
    trainer = Trainer(DQNConfig(evaluation_period=0))
    moments = trainer.learner.first_moment
    moments[:] = 1e-38
    trainer.run(max_steps=trainer.config.learning_starts + 10)
    smallest = torch.finfo(torch.float32).tiny
    assert not ((moments != 0) & (moments.abs() < smallest)).any()
    assert np.float32(1e-38) * np.float32(0.1) > 0


def test_a_member_that_there_is_not_is_refused_in_one_sentence(tmp_path: Path) -> None:
    trainer = Trainer([SMALL, SMALL.replace(seed=1)])
    trainer.run(max_steps=5)
    save_run(tmp_path / "run", trainer)
    asked: list[Callable[[int], object]] = [
        trainer.agent,
        trainer.best_agent,
        trainer.current_episode,
        trainer.current_length,
        lambda member: trainer.change(member, gamma=0.5),
        lambda member: load_agent(tmp_path / "run", member),
    ]
    for ask in asked:
        ask(1)
        for member in (2, -1, 0.5):
            with pytest.raises(LabError, match="member must be a whole number from 0 to 1, not"):
                ask(member)  # type: ignore[arg-type]
