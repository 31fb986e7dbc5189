"""The training loop: its clocks, live changes, history, limits and divergence."""

import itertools
from typing import Any

import gymnasium
import numpy as np
import pytest
import torch

from dqn_core import DQNConfig, LabError, Trainer
from dqn_core.config import HYPERPARAMETERS
from dqn_core.errors import ConfigurationError, DivergenceError
from dqn_core.exploration import epsilon_at
from dqn_core.hyperparameter import Value
from dqn_core.random_streams import seed_sequence, seeds_from
from dqn_core.trainer import STATISTICS_PERIOD

SMALL = DQNConfig(
    # Held fast here: the defaults are a recipe, and may change.
    gamma=0.99,
    n_step=1,
    train_frequency=1,
    tau=0.005,
    learning_rate=1e-3,
    learning_rate_end=1e-4,
    gradient_clip=10.0,
    epsilon_end=0.05,
    hidden_dim=8,
    batch_size=8,
    buffer_capacity=200,
    learning_starts=10,
    epsilon_decay=100,
    evaluation_period=0,
    total_steps=10_000,
)


def trained(steps: int, **values: Any) -> Trainer:
    trainer = Trainer(SMALL.replace(**values))
    trainer.run(max_steps=steps)
    return trainer


def weights(trainer: Trainer) -> torch.Tensor:
    return trainer.learner.online.parameters.clone()


def targets(trainer: Trainer) -> torch.Tensor:
    return trainer.learner.target.parameters.clone()


def fingerprint(trainer: Trainer) -> list[Any]:
    """Whatever of a run can be observed from outside, without the time it took."""
    frames = {
        name: frame.drop(columns="seconds").to_dict("list")
        for name, frame in trainer.history.frames().items()
    }
    return [
        weights(trainer).tolist(),
        targets(trainer).tolist(),
        trainer.env_step,
        trainer.gradient_updates,
        trainer.replay.capacity,
        len(trainer.replay),
        trainer.finished(),
        repr(frames),
    ]


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


@pytest.mark.parametrize("period", [50, 77])
def test_evaluations_never_disturb_the_training(period: int) -> None:
    with_them = trained(200, evaluation_period=period, evaluation_episodes=2, max_episode_steps=40)
    without = trained(200, max_episode_steps=40)
    assert torch.equal(weights(without), weights(with_them))
    assert torch.equal(without.replay.state_dict()["rows"], with_them.replay.state_dict()["rows"])
    assert len(with_them.history.evaluations) == 200 // period


def test_evaluations_play_other_episodes_each_time() -> None:
    trainer = Trainer(SMALL.replace(evaluation_episodes=3))
    trainer.run(max_steps=5)
    for _ in range(3):
        trainer.evaluate()
    frame = trainer.history.evaluations.frame()
    assert frame["env_step"].tolist() == [5, 5, 5]
    assert frame["predicted"].nunique() == 3


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


def test_a_run_can_stop_at_a_plateau_of_its_evaluations() -> None:
    # A learning rate that changes no action: no evaluation is ever better than the first.
    still = {"learning_rate": 1e-6, "learning_rate_end": 1e-6, "env_id": "MountainCar-v0"}
    values = {"max_episode_steps": 20, "evaluation_period": 30, "evaluation_episodes": 1}
    trainer = trained(1_000, **still, **values, plateau_evaluations=3)
    assert len(trainer.history.evaluations) == 1 + 3
    assert trainer.env_step == 30 * 4
    assert "plateau" in str(trainer.finished())
    resumed = Trainer.from_state(trainer.state_dict())
    assert resumed.finished() == trainer.finished()


def test_a_run_can_stop_when_it_is_solved() -> None:
    gymnasium.register(
        "Easy-v0",
        "gymnasium.envs.classic_control:CartPoleEnv",
        max_episode_steps=50,
        reward_threshold=5,
    )
    try:
        values = {"env_id": "Easy-v0", "evaluation_period": 60, "evaluation_episodes": 2}
        stops = trained(1_000, **values, stop_when_solved=True)
        assert stops.env_step == stops.solved_at == 60
        assert "Solved after 60" in str(stops.finished())
        goes_on = trained(200, **values)
        assert goes_on.env_step == 200
        assert goes_on.solved_at == 60
    finally:
        gymnasium.registry.pop("Easy-v0")


# --- live changes -----------------------------------------------------------------------------


def test_a_change_is_recorded_with_the_step_its_member_and_both_values() -> None:
    trainer = trained(33)
    trainer.change(gamma=0.5, batch_size=16)
    trainer.run(max_steps=4)
    trainer.change(gamma=0.5)  # no change
    trainer.change(loss="mse")
    frame = trainer.history.changes.frame()
    assert frame[["env_step", "member", "name", "old", "new"]].to_numpy().tolist() == [
        [33, 0, "batch_size", 8, 16],
        [33, 0, "gamma", 0.99, 0.5],
        [37, 0, "loss", "huber", "mse"],
    ]
    assert (frame["episode"] == frame["episode"].iloc[0]).all() or trainer.episodes[0] > 0
    assert trainer.config.gamma == 0.5


@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0])
def test_a_new_gamma_is_in_the_next_updates_target(gamma: float) -> None:
    trainer = trained(50)
    trainer.change(gamma=gamma)
    trainer.run(max_steps=1)
    assert trainer.learner.last is not None
    discounts = set(trainer.learner.last.batch.discounts.flatten().tolist())
    assert discounts <= {0.0, np.float32(gamma).item()}
    assert np.float32(gamma).item() in discounts


def test_a_new_learning_rate_is_what_the_next_update_makes_its_step_with() -> None:
    moved = []
    for rate in (1e-6, 1e-3, 1e-1):
        trainer = trained(50)
        trainer.change(learning_rate=rate, learning_rate_end=rate)
        before = weights(trainer)
        trainer.run(max_steps=1)
        moved.append((weights(trainer) - before).abs().max().item() / rate)
    # Adam's step is linear in its rate; the rounding of float32 is all that differs.
    assert moved[1] == pytest.approx(moved[2], rel=0.01)
    assert moved[0] == pytest.approx(moved[2], rel=0.2)


def test_a_new_batch_size_is_the_size_of_the_next_batch() -> None:
    trainer = trained(100)
    for batch_size in (1, 3, 64):
        trainer.change(batch_size=batch_size)
        trainer.run(max_steps=1)
        assert trainer.learner.last is not None
        assert trainer.learner.last.td_errors.shape == (1, batch_size)


def test_a_new_epsilon_schedule_decides_the_next_action() -> None:
    trainer = trained(200, epsilon_start=1.0, epsilon_end=1.0)
    trainer.change(epsilon_start=0.0, epsilon_end=0.0)
    start = trainer.env_step
    trainer.run(max_steps=60)
    episodes = trainer.history.episodes.frame()
    late = episodes[episodes["env_step"] - episodes["length"] >= start]
    assert len(late) > 0
    assert (late["exploration_share"] == 0).all()
    assert (late["epsilon"] == 0).all()


def test_a_smaller_buffer_keeps_the_newest_transitions() -> None:
    trainer = trained(150)
    before = trainer.replay.state_dict()["rows"]
    trainer.change(buffer_capacity=40)
    assert trainer.replay.capacity == 40
    assert torch.equal(trainer.replay.state_dict()["rows"], before[:, -40:])
    trainer.run(max_steps=3)
    assert torch.equal(trainer.replay.state_dict()["rows"][:, :37], before[:, -37:])
    trainer.change(buffer_capacity=60)
    trainer.run(max_steps=30)
    assert len(trainer.replay) == 60


def test_a_new_target_period_counts_from_the_next_step_on() -> None:
    trainer = trained(50, target_update_unit="env_steps", target_update_period=1_000, tau=1.0)
    trainer.change(target_update_period=4)
    moved = []
    for _ in range(12):
        before = targets(trainer)
        trainer.run(max_steps=1)
        if not torch.equal(before, targets(trainer)):
            moved.append(trainer.env_step)
    assert moved == [52, 56, 60]


def test_a_new_time_limit_holds_from_the_next_episode_on() -> None:
    trainer = trained(3, max_episode_steps=30, epsilon_end=1.0)
    assert trainer.current_length() == 3
    trainer.change(max_episode_steps=2)
    trainer.run(max_episodes=3)
    lengths = trainer.history.episodes.frame()["length"].tolist()
    assert lengths[0] > 3
    assert lengths[1:] == [2, 2]
    trainer.change(max_episode_steps=0)
    trainer.run(max_episodes=30)
    assert max(trainer.history.episodes.frame()["length"].tolist()[4:]) > 15


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"gamma": 1.5}, "gamma must be 0 to 1, not 1.5"),
        ({"gamma": float("nan")}, "gamma must be"),
        ({"gama": 0.5}, "did you mean gamma"),
        ({"batch_size": 201}, "batch_size 201"),
        ({"buffer_capacity": 16, "batch_size": 17}, "buffer_capacity 16"),
        ({"learning_rate": 1e-4, "gamma": -1.0}, "gamma must be"),
        ({"env_id": "Acrobot-v1"}, "env_id cannot change"),
        ({"hidden_dim": 16}, "hidden_dim cannot change"),
        ({"gamma": 0.5, "seed": 3}, "seed cannot change"),
    ],
    ids=str,
)
def test_a_bad_change_is_refused_in_one_sentence_and_leaves_everything_as_it_was(
    changes: dict[str, Any], said: str
) -> None:
    trainer, twin = trained(60), trained(60)
    with pytest.raises(ConfigurationError, match=said) as refusal:
        trainer.change(**changes)
    assert "\n" not in str(refusal.value)
    assert trainer.config == twin.config
    trainer.run(max_steps=60)
    twin.run(max_steps=60)
    assert fingerprint(trainer) == fingerprint(twin)


def test_changing_a_value_and_back_at_once_changes_nothing_but_the_record() -> None:
    trainer, twin = trained(60), trained(60)
    old = trainer.config
    trainer.change(gamma=0.1, learning_rate=0.5, batch_size=1, double_dqn=False, n_step=5)
    trainer.change(
        gamma=old.gamma,
        learning_rate=old.learning_rate,
        batch_size=old.batch_size,
        double_dqn=old.double_dqn,
        n_step=old.n_step,
    )
    trainer.run(max_steps=60)
    twin.run(max_steps=60)
    assert len(trainer.history.changes) == 10
    assert torch.equal(weights(trainer), weights(twin))


# --- no dead hyperparameter -------------------------------------------------------------------

OTHER: dict[str, tuple[Value, dict[str, Value]]] = {
    # name: (another value, what else is set in both runs so that it can be seen)
    "env_id": ("Acrobot-v1", {}),
    "max_episode_steps": (9, {}),
    "seed": (1, {}),
    "epsilon_schedule": ("exponential", {}),
    "epsilon_start": (0.3, {}),
    "epsilon_end": (0.9, {}),
    "epsilon_decay": (20, {}),
    "buffer_capacity": (50, {}),
    "learning_starts": (60, {}),
    "sampling": ("sequential", {}),
    "batch_size": (4, {}),
    "train_frequency": (3, {}),
    "gradient_steps": (2, {}),
    "gamma": (0.5, {}),
    "n_step": (5, {}),
    "double_dqn": (False, {"target_update_period": 20, "learning_rate": 0.05}),
    "loss": ("mse", {}),
    "learning_rate": (0.02, {}),
    "learning_rate_end": (0.02, {"total_steps": 400}),
    "gradient_clipping": ("none", {"gradient_clip": 0.01}),
    "gradient_clip": (0.01, {}),
    "target_update_period": (7, {}),
    "target_update_unit": ("episodes", {"target_update_period": 2}),
    "tau": (0.5, {}),
    "hidden_dim": (16, {}),
    "dueling": (True, {}),
    "total_steps": (150, {}),
    "total_episodes": (3, {}),
    "evaluation_period": (90, {}),
    "evaluation_episodes": (2, {"evaluation_period": 90}),
    "plateau_evaluations": (2, {"evaluation_period": 20, "evaluation_episodes": 1}),
    "stop_when_solved": (True, {"env_id": "Acrobot-v1", "evaluation_period": 90}),
}


def test_every_hyperparameter_is_covered_by_the_next_test() -> None:
    elsewhere = {"device", "total_seconds"}
    assert set(OTHER) | elsewhere == set(HYPERPARAMETERS)


@pytest.mark.parametrize("name", OTHER)
def test_every_hyperparameter_changes_what_the_run_does(name: str) -> None:
    value, given = OTHER[name]
    if name == "stop_when_solved":
        gymnasium.register(
            "Solved-v0",
            "gymnasium.envs.classic_control:CartPoleEnv",
            max_episode_steps=50,
            reward_threshold=1,
        )
        given = given | {"env_id": "Solved-v0"}
    try:
        as_it_was = trained(200, **given)
        changed = trained(200, **given, **{name: value})
    finally:
        gymnasium.registry.pop("Solved-v0", None)
    assert fingerprint(as_it_was) != fingerprint(changed)


@pytest.mark.parametrize(
    "name",
    # An environment that is solved at once is registered in the test above.
    [n for n in OTHER if HYPERPARAMETERS[n].applies != "restart" and n != "stop_when_solved"],
)
def test_every_live_hyperparameter_changes_what_happens_next(name: str) -> None:
    value, given = OTHER[name]
    as_it_was, changed = trained(50, **given), trained(50, **given)
    changed.change(**{name: value})
    assert changed.history.changes.frame()["name"].tolist() == [name]
    for trainer in (as_it_was, changed):
        trainer.run(max_steps=200)
    if name.startswith("evaluation"):
        evaluations = [t.history.evaluations.frame() for t in (as_it_was, changed)]
        means = [frame["mean_return"].tolist() for frame in evaluations]
        assert means[0] != means[1]
    else:
        # All but the history, in which the change itself is recorded.
        assert fingerprint(as_it_was)[:-1] != fingerprint(changed)[:-1]


# --- divergence -------------------------------------------------------------------------------


def test_divergence_stops_the_run_with_its_likely_cause_and_everything_kept() -> None:
    trainer = Trainer(
        SMALL.replace(
            learning_rate=1.0, learning_rate_end=1.0, loss="mse", gradient_clipping="none", tau=1.0
        )
    )
    with pytest.raises(DivergenceError) as stopped:
        trainer.run(max_steps=5_000)
    message = str(stopped.value)
    assert isinstance(stopped.value, LabError)
    assert "\n" not in message
    assert "learning_rate 1 is very high" in message
    assert f"step {trainer.env_step:,}" in message
    assert trainer.gradient_updates > 0
    assert len(trainer.history.episodes) > 0
    assert trainer.history.updates.frame()["env_step"].iloc[-1] == trainer.env_step
    trainer.state_dict()


def test_values_that_are_not_numbers_stop_the_run() -> None:
    trainer = trained(50)
    trainer.learner.online.parameters.fill_(torch.nan)
    with pytest.raises(DivergenceError, match="no longer finite"):
        trainer.run(max_steps=2 * STATISTICS_PERIOD)


def test_gamma_1_is_named_when_values_grow_without_end() -> None:
    trainer = trained(50, gamma=1.0)
    trainer.learner.online.parameters.mul_(1e4)
    with pytest.raises(DivergenceError, match="gamma 1"):
        trainer.run(max_steps=2 * STATISTICS_PERIOD)


def test_a_sound_run_never_counts_as_diverged() -> None:
    trainer = trained(2_000, learning_rate=1e-2, learning_rate_end=1e-2, gamma=0.999)
    assert trainer.env_step == 2_000


def test_the_best_agent_is_that_of_the_best_evaluation_and_part_of_the_state() -> None:
    trainer = Trainer(SMALL.replace(evaluation_period=50, evaluation_episodes=2, total_steps=400))
    policies = {}
    while not trainer.finished():
        trainer.run(max_steps=50)
        policies[trainer.env_step] = trainer.agent().network.parameters
    frame = trainer.history.evaluations.frame()
    best = frame[frame["mean_return"] == frame["mean_return"].max()]["env_step"].iloc[-1]
    for run in (trainer, Trainer.from_state(trainer.state_dict())):
        assert run.best_agent().env_steps == best
        assert torch.equal(run.best_agent().network.parameters, policies[best])


def test_numbers_too_small_to_matter_are_zero_while_training_and_as_before_afterwards() -> None:
    """Silent units leave Adam moments at 1e-45, with which processors are much slower."""
    trainer = Trainer(DQNConfig(evaluation_period=0))
    moments = trainer.learner.first_moment
    moments[:] = 1e-38
    trainer.run(max_steps=trainer.config.learning_starts + 10)
    smallest = torch.finfo(torch.float32).tiny
    assert not ((moments != 0) & (moments.abs() < smallest)).any()
    assert np.float32(1e-38) * np.float32(0.1) > 0


def test_an_evaluation_can_be_stopped_in_the_middle_also_by_saving_and_comes_to_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = SMALL.replace(evaluation_period=50, evaluation_episodes=3, total_steps=100)
    whole = Trainer(config)
    whole.run()
    clock = itertools.count()  # every look at it is a second later
    monkeypatch.setattr("dqn_core.trainer.time.perf_counter", lambda: float(next(clock)))
    sliced = Trainer(config)
    stopped_in_the_middle = 0
    while not sliced.finished():
        sliced.run(max_seconds=4)
        if sliced._evaluation and sliced.env_step == 50:
            stopped_in_the_middle += 1
            if stopped_in_the_middle == 3:
                sliced = Trainer.from_state(sliced.state_dict())
    assert stopped_in_the_middle > 3
    expected, found = (t.history.evaluations.frame() for t in (whole, sliced))
    assert expected.drop(columns="seconds").equals(found.drop(columns="seconds"))
    assert torch.equal(whole.learner.online.parameters, sliced.learner.online.parameters)


def test_a_change_in_the_middle_of_an_evaluation_holds_for_it() -> None:
    trainer = Trainer(SMALL.replace(evaluation_period=50, evaluation_episodes=3))
    trainer.run(max_steps=49)
    trainer._step()
    trainer._go_on_evaluating(trainer._evaluation)
    trainer.change(max_episode_steps=5)
    trainer.run(max_steps=0)
    assert trainer.history.evaluations.columns()["mean_return"].tolist() == [5.0]
