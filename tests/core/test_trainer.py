"""The training loop: its clocks, history, limits and divergence."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest
import torch

from dqn_core import DQNConfig, LabError, Trainer, load_agent, save_run
from dqn_core.diagnostics import target_distance
from dqn_core.errors import ConfigurationError
from dqn_core.exploration import epsilon_at
from dqn_core.random_streams import seed_sequence, seeds_from
from dqn_core.trainer import STATISTICS_PERIOD
from tests.core.small_runs import (
    SMALL,
    a_look_takes_a_second,
    fingerprint,
    targets,
    trained,
    weights,
)

# --- the loop ---------------------------------------------------------------------------------


def test_a_new_trainer_has_done_nothing_yet() -> None:
    trainer = Trainer(SMALL)
    assert (trainer.env_step, trainer.gradient_updates, trainer.episodes) == (0, 0, [0])
    assert trainer.seconds == 0
    assert len(trainer.replay) == 0
    assert not trainer.finished()
    assert all(len(table) == 0 for table in trainer.history.tables().values())


@pytest.mark.parametrize(
    ("learning_starts", "train_frequency", "gradient_steps"),
    [(0, 1, 1), (1, 1, 1), (10, 1, 1), (10, 4, 1), (10, 4, 3), (12, 4, 8), (13, 5, 2), (100, 1, 1)],
)
def test_updates_come_exactly_when_the_clocks_say(
    learning_starts: int, train_frequency: int, gradient_steps: int
) -> None:
    trainer = Trainer(
        SMALL.replace(
            learning_starts=learning_starts,
            train_frequency=train_frequency,
            gradient_steps=gradient_steps,
        )
    )
    for step in range(1, 60):
        assert trainer.run(max_steps=1) == 1
        rounds = [
            s for s in range(1, step + 1) if s >= learning_starts and s % train_frequency == 0
        ]
        assert trainer.env_step == step
        assert trainer.gradient_updates == gradient_steps * len(rounds)


@pytest.mark.parametrize("tau", [1.0, 0.25])
@pytest.mark.parametrize("period", [1, 7, 20])
def test_the_target_moves_every_so_many_environment_steps(period: int, tau: float) -> None:
    trainer = trained(10, target_update_unit="env_steps", target_update_period=period, tau=tau)
    for step in range(11, 50):
        before = targets(trainer)
        trainer.run(max_steps=1)
        if step % period == 0:
            torch.testing.assert_close(targets(trainer), before.lerp(weights(trainer), tau))
        else:
            assert torch.equal(targets(trainer), before)


@pytest.mark.parametrize("tau", [1.0, 0.25])
@pytest.mark.parametrize(("period", "frequency"), [(1, 1), (5, 1), (5, 3)])
def test_the_target_moves_every_so_many_gradient_updates(
    period: int, frequency: int, tau: float
) -> None:
    trainer = trained(
        0,
        target_update_unit="gradient_updates",
        target_update_period=period,
        train_frequency=frequency,
        tau=tau,
    )
    for _ in range(60):
        before, updates = targets(trainer), trainer.gradient_updates
        trainer.run(max_steps=1)
        if trainer.gradient_updates > updates and trainer.gradient_updates % period == 0:
            torch.testing.assert_close(targets(trainer), before.lerp(weights(trainer), tau))
        else:
            assert torch.equal(targets(trainer), before)
    assert trainer.gradient_updates >= 15


@pytest.mark.parametrize("period", [1, 3])
def test_the_target_moves_every_so_many_episodes_as_the_notebooks(period: int) -> None:
    trainer = trained(
        0, target_update_unit="episodes", target_update_period=period, tau=1.0, learning_starts=1
    )
    moved = []
    for _ in range(300):
        before, episodes = targets(trainer), trainer.episodes[0]
        trainer.run(max_steps=1)
        if not torch.equal(targets(trainer), before):
            assert trainer.episodes[0] == episodes + 1
            moved.append(trainer.episodes[0])
    assert moved == list(range(period, trainer.episodes[0] + 1, period))
    assert len(moved) >= 3


def test_the_target_is_a_network_of_its_own_and_lags() -> None:
    trainer = trained(40, target_update_unit="env_steps", target_update_period=1_000)
    initial = Trainer(SMALL)
    assert torch.equal(targets(trainer), weights(initial))
    assert not torch.equal(weights(trainer), weights(initial))


def test_the_learning_rate_falls_to_its_end_over_the_budget() -> None:
    trainer = trained(
        300, total_steps=300, learning_rate=1e-2, learning_rate_end=1e-3, train_frequency=1
    )
    updates = trainer.history.updates.frame()
    expected = 1e-2 + (1e-3 - 1e-2) * updates["env_step"] / 300
    np.testing.assert_allclose(updates["learning_rate"], expected, rtol=1e-5)


def test_limits_of_run_count_steps_episodes_and_seconds() -> None:
    trainer = Trainer(SMALL)
    assert trainer.run(max_steps=0) == 0
    assert trainer.run(max_steps=17) == 17
    before = trainer.episodes[0]
    trainer.run(max_episodes=2)
    assert trainer.episodes[0] == before + 2
    assert trainer.history.episodes.frame()["env_step"].iloc[-1] == trainer.env_step
    assert trainer.run(max_seconds=0.0) == 0
    assert 0 < trainer.run(max_seconds=0.05) < 10_000
    assert trainer.seconds > 0.05


def test_slices_of_one_step_give_what_one_long_call_gives() -> None:
    whole, sliced = Trainer(SMALL.replace(evaluation_period=100)), None
    whole.run(max_steps=330)
    sliced = Trainer(SMALL.replace(evaluation_period=100))
    while sliced.env_step < 330:
        sliced.run(max_steps=1, max_seconds=100)
    assert fingerprint(whole) == fingerprint(sliced)


def test_a_round_of_updates_can_be_stopped_between_two_also_by_saving_and_comes_to_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = SMALL.replace(gradient_steps=30, train_frequency=10, total_steps=100)
    whole = Trainer(config)
    whole.run()
    a_look_takes_a_second(monkeypatch)
    sliced = Trainer(config)
    most = 0
    while not sliced.finished():
        before = sliced.gradient_updates
        sliced.run(max_seconds=8)
        most = max(most, sliced.gradient_updates - before)
        if not sliced.is_between_steps:
            sliced = Trainer.from_state(sliced.state_dict())
    assert most < 10
    assert fingerprint(whole) == fingerprint(sliced)


def test_fewer_gradient_steps_also_shorten_the_round_that_is_under_way() -> None:
    trainer = Trainer(SMALL.replace(gradient_steps=30, learning_starts=10))
    trainer.run(max_steps=9)
    trainer._step()
    trainer.change(gradient_steps=4)
    trainer.run(max_steps=0)
    assert trainer.gradient_updates == 1 + 4
    assert trainer.is_between_steps


def test_evaluating_in_the_middle_of_a_round_makes_its_updates_first_and_evaluates_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a_look_takes_a_second(monkeypatch)
    config = SMALL.replace(gradient_steps=30, evaluation_period=10, evaluation_episodes=1)
    trainer = Trainer(config)
    while trainer.env_step < 10:
        trainer.run(max_seconds=3)
    assert not trainer.is_between_steps
    trainer.evaluate()
    assert trainer.gradient_updates == 30
    assert trainer.history.evaluations.columns()["env_step"].tolist() == [10]


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


# --- the history ------------------------------------------------------------------------------


def test_episodes_in_the_history_add_up_to_the_steps_made() -> None:
    trainer = trained(400, max_episode_steps=20)
    frame = trainer.history.episodes.frame()
    assert frame["episode"].tolist() == list(range(1, len(frame) + 1))
    assert trainer.episodes == [len(frame)]
    assert frame["length"].cumsum().tolist() == frame["env_step"].tolist()
    assert frame["return"].tolist() == frame["length"].tolist()
    assert frame["length"].sum() + trainer.current_length() == 400
    assert (frame["length"][~frame["terminated"]] == 20).all()
    assert frame["seconds"].is_monotonic_increasing


def test_update_statistics_are_those_of_the_update_they_name() -> None:
    trainer = trained(10 + STATISTICS_PERIOD)
    frame = trainer.history.updates.frame()
    assert frame["gradient_update"].tolist() == [1, 1 + STATISTICS_PERIOD]
    learner, last = trainer.learner, trainer.learner.last
    assert last is not None
    final = frame.iloc[-1]
    assert final["env_step"] == trainer.env_step
    assert final["loss"] == pytest.approx(learner.loss().item(), rel=1e-6)
    assert final["mean_q"] == pytest.approx(last.q_values.amax(-1).mean().item(), rel=1e-6)
    assert final["gradient_norm"] == pytest.approx(learner.gradient.parameters.norm().item())
    quantiles = np.quantile(last.td_errors.abs().numpy(), [0.1, 0.5, 0.9])
    np.testing.assert_allclose(
        final[["td_error_p10", "td_error_p50", "td_error_p90"]].astype(float), quantiles, rtol=1e-5
    )


@pytest.mark.parametrize("period", [20, 50, 100])
def test_the_lag_of_a_target_that_is_copied_now_and_then_is_seen_at_all_its_sizes(
    period: int,
) -> None:
    copied = {"target_update_unit": "gradient_updates", "target_update_period": period}
    trainer = trained(10, **copied, tau=1.0)
    lags = []
    while trainer.env_step < 6_000:
        trainer.run(max_steps=1)
        lags.append(target_distance(trainer.learner).item())
    recorded = trainer.history.updates.columns()["target_distance"]
    assert np.mean(recorded) == pytest.approx(np.mean(lags), rel=0.3)


@pytest.mark.parametrize("clipping", ["norm", "value"])
def test_the_gradient_norm_is_that_before_clipping(clipping: str) -> None:
    free, clipped = (
        trained(11, gradient_clipping=way, gradient_clip=1e-3) for way in ("none", clipping)
    )
    norms = [run.history.updates.columns()["gradient_norm"].tolist() for run in (free, clipped)]
    assert norms[0] == norms[1]
    assert norms[0][0] > 1e-2


# --- the end ----------------------------------------------------------------------------------


def test_the_step_budget_ends_the_run_and_a_larger_one_lets_it_go_on() -> None:
    trainer = trained(1_000, total_steps=130)
    assert trainer.env_step == 130
    assert "130" in str(trainer.finished())
    assert trainer.run() == 0
    trainer.change(total_steps=150)
    assert trainer.run() == 20


def test_the_episode_budget_ends_the_run_with_the_last_step_of_an_episode() -> None:
    trainer = trained(5_000, total_episodes=4)
    assert trainer.episodes == [4]
    assert trainer.history.episodes.frame()["env_step"].iloc[-1] == trainer.env_step
    assert "4 episodes" in str(trainer.finished())


def test_the_time_budget_ends_the_run_and_counts_training_time_alone() -> None:
    trainer = Trainer(SMALL.replace(total_steps=10_000_000, learning_starts=100_000))
    trainer.run(max_seconds=0.1)
    assert not trainer.finished()
    trainer.change(total_seconds=1)
    trainer.run()
    assert "time budget of 1 second" in str(trainer.finished())
    assert 1 <= trainer.seconds < 5
    assert trainer.run() == 0


# --- arithmetic -------------------------------------------------------------------------------


def test_numbers_too_small_to_matter_are_zero_while_training_and_as_before_afterwards() -> None:
    """Silent units leave Adam moments at 1e-45, with which processors are much slower."""
    trainer = Trainer(DQNConfig(evaluation_period=0))
    moments = trainer.learner.first_moment
    moments[:] = 1e-38
    trainer.run(max_steps=trainer.config.learning_starts + 10)
    smallest = torch.finfo(torch.float32).tiny
    assert not ((moments != 0) & (moments.abs() < smallest)).any()
    assert np.float32(1e-38) * np.float32(0.1) > 0


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"max_steps": -1}, "max_steps must be a whole number from 0 to"),
        ({"max_steps": 1.5}, "not 1.5"),
        ({"max_steps": "10"}, "not '10'"),
        ({"max_episodes": -1}, "max_episodes must be a whole number from 0 to"),
        ({"max_seconds": -1}, "max_seconds must be a finite number from 0 on, not -1"),
        ({"max_seconds": float("nan")}, "not nan"),
    ],
    ids=str,
)
def test_a_limit_that_is_none_is_refused_in_one_sentence(limits: Any, said: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        Trainer(SMALL).run(**limits)
    assert said in str(refused.value)


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


def test_a_step_and_its_updates_can_be_made_apart() -> None:
    trainer, whole = (Trainer(SMALL.replace(gradient_steps=3)) for _ in range(2))
    for run in (trainer, whole):
        run.run(max_steps=SMALL.learning_starts)
    whole.run(max_steps=1)
    trainer.run(max_steps=1, max_updates=0)
    assert (trainer.env_step, trainer.gradient_updates) == (whole.env_step, 3)
    assert not trainer.is_between_steps
    trainer.run(max_steps=0, max_updates=2)
    assert trainer.gradient_updates == 5
    trainer.run(max_steps=0)
    assert fingerprint(trainer) == fingerprint(whole)
