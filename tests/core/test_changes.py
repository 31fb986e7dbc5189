"""Every hyperparameter has an effect, and a new value in mid-run is the one that is used."""

from functools import cache
from typing import Any

import gymnasium
import numpy as np
import pytest
import torch

from dqn_core import Trainer
from dqn_core.base.errors import ConfigurationError
from dqn_core.configuration.config import HYPERPARAMETERS
from dqn_core.configuration.hyperparameter import Value
from tests.core.small_runs import fingerprint, targets, trained, weights


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
    assert (np.diff(frame["episode"]) >= 0).all()
    assert frame["episode"].iloc[-1] == trainer.episodes[0]
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


def test_a_new_time_limit_is_what_the_run_is_described_with() -> None:
    trainer = trained(20)
    trainer.change(max_episode_steps=30)
    assert trainer.spec.max_episode_steps == 30
    assert trainer.spec.return_range == (0, 30)
    resumed = Trainer.from_state(trainer.state_dict())
    assert resumed.spec == trainer.spec


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
        ({"hidden_dims": "16, 16"}, "hidden_dims cannot change"),
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
    "env_kwargs": ("sutton_barto_reward=True", {}),
    "action_masks": (True, {"env_id": "Taxi-v4"}),
    "max_episode_steps": (9, {}),
    "seed": (1, {}),
    "epsilon_schedule": ("exponential", {}),
    "epsilon_start": (0.3, {}),
    "epsilon_end": (0.9, {}),
    "epsilon_decay": (20, {}),
    "noisy": (True, {}),
    "noisy_sigma": (0.1, {"noisy": True}),
    "buffer_capacity": (50, {}),
    "learning_starts": (60, {}),
    "sampling": ("sequential", {}),
    "priority_exponent": (0.1, {"sampling": "prioritised"}),
    "importance_exponent": (1.0, {"sampling": "prioritised"}),
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
    "hidden_dims": ("16, 16", {}),
    "layer_norm": (True, {}),
    "dueling": (True, {}),
    "munchausen": (True, {}),
    "munchausen_share": (0.1, {"munchausen": True}),
    "munchausen_temperature": (1.0, {"munchausen": True}),
    "head": ("quantile", {}),
    "n_atoms": (21, {"head": "categorical"}),
    "value_low": (-10.0, {"head": "categorical"}),
    "value_high": (50.0, {"head": "categorical"}),
    "n_quantiles": (9, {"head": "quantile"}),
    "total_steps": (100, {}),
    "total_episodes": (3, {}),
    "evaluation_period": (45, {}),
    "evaluation_episodes": (2, {"evaluation_period": 45}),
    "plateau_evaluations": (2, {"evaluation_period": 20, "evaluation_episodes": 1}),
    "stop_when_solved": (True, {"env_id": "Acrobot-v1", "evaluation_period": 45}),
}


def test_every_hyperparameter_is_covered_by_the_next_test() -> None:
    elsewhere = {"device", "total_seconds"}
    assert set(OTHER) | elsewhere == set(HYPERPARAMETERS)


@cache
def usual(steps: int, given: tuple[tuple[str, Any], ...]) -> tuple[Any, list[float]]:
    """The fingerprint and the mean returns of a run that several of the next tests compare with."""
    trainer = trained(steps, **dict(given))
    return fingerprint(trainer), means(trainer)


def means(trainer: Trainer) -> list[float]:
    """Those of its greedy evaluations."""
    found: list[float] = trainer.history.evaluations.columns()["mean_return"].tolist()
    return found


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
        as_it_was, _ = usual(110, tuple(given.items()))
        changed = trained(110, **given, **{name: value})
    finally:
        gymnasium.registry.pop("Solved-v0", None)
    assert as_it_was != fingerprint(changed)


@pytest.mark.parametrize(
    "name",
    # An environment that is solved at once is registered in the test above.
    [n for n in OTHER if HYPERPARAMETERS[n].applies != "restart" and n != "stop_when_solved"],
)
def test_every_live_hyperparameter_changes_what_happens_next(name: str) -> None:
    value, given = OTHER[name]
    changed = trained(50, **given)
    change: dict[str, Any] = {name: value}
    changed.change(**change)
    assert changed.history.changes.frame()["name"].tolist() == [name]
    changed.run(max_steps=60)
    as_it_was, means_as_it_was = usual(110, tuple(given.items()))
    if name.startswith("evaluation"):
        assert means_as_it_was != means(changed)
    else:
        # All but the history, in which the change itself is recorded.
        assert as_it_was[:-1] != fingerprint(changed)[:-1]
