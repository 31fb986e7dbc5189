"""A member that diverges is stopped alone: the others go on as if it had never been there."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from gymnasium.spaces import Box

from dqn_core import LabError, Trainer, load_run, save_run
from dqn_core.base.errors import CheckpointError, DivergenceError, EnvironmentFailure
from dqn_core.base.phrases import Phrase
from dqn_core.files.packing import pack
from dqn_core.history import OF_LAYERS
from dqn_core.trainer import STATISTICS_PERIOD
from tests.core.foreign import registered
from tests.core.small_runs import SMALL, fingerprint, trained

RUN = SMALL.replace(evaluation_period=100, evaluation_episodes=2, max_episode_steps=60)
A, B = RUN.replace(seed=1), RUN.replace(seed=3, gamma=0.9, learning_rate=2e-3)
WILD = RUN.replace(
    seed=2,
    learning_rate=1.0,
    learning_rate_end=1.0,
    loss="mse",
    gradient_clipping="none",
    target_update_unit="env_steps",
    tau=1.0,
)
"""It diverges within a few hundred updates."""

PLANE = Box(-np.inf, np.inf, (2,))


def stopped(*configs: Any) -> Trainer:
    """A run of these members in which the one that diverges has just stopped."""
    trainer = Trainer(configs)
    while len(trainer.going_on) == len(configs):
        trainer.run(max_steps=1)
    return trainer


def of_member(trainer: Trainer, p: int) -> dict[str, Any]:
    """All of a member that can be observed, without its number and the time it took."""
    learner, state = trainer.learner.state_dict(), trainer.state_dict()
    tables = {
        name: frame[frame["member"] == p].drop(columns=["member", "seconds"]).to_csv(index=False)
        for name, frame in trainer.history.frames().items()
    }
    of_members = ("online", "target", "first_moment", "second_moment")
    weights = [learner[name][p].tolist() for name in of_members]
    names = ("observations", "returns", "lengths", "explored", "episodes", "environments")
    return {
        "weights": weights,
        "replay": state["replay"]["rows"][p].tolist(),
        "tables": tables,
        "best": trainer.best_agent(p).network.parameters.tolist(),
        **{name: repr(state[name][p]) for name in names},
    }


def judged(trainer: Trainer) -> tuple[Any, ...]:
    evaluations = trainer.evaluations
    return evaluations.solved_at, evaluations.best_mean, evaluations.since_best


# --- the others ---------------------------------------------------------------------------------


def test_the_others_go_on_to_the_bit_as_if_the_diverged_member_had_never_been_there() -> None:
    together = stopped(A, WILD, B)
    assert together.going_on == [0, 2]
    together.run(max_steps=600)
    without = Trainer([A, B])
    without.run(max_steps=together.env_step)
    assert of_member(together, 0) == of_member(without, 0)
    assert of_member(together, 2) == of_member(without, 1)
    assert judged(together) == judged(without)
    for p, config in ((0, A), (2, B)):
        alone = Trainer(config)
        alone.run(max_steps=together.env_step)
        assert of_member(together, p) == of_member(alone, 0)


def test_neither_does_it_matter_to_them_that_its_numbers_are_none() -> None:
    runs = [Trainer([A, RUN.replace(seed=2), B]) for _ in range(2)]
    for trainer in runs:
        trainer.run(max_steps=150)
    runs[0].learner.online.parameters[1] = torch.nan
    for trainer in runs:
        trainer.run(max_steps=300)
    assert runs[0].going_on == [0, 2]
    for p in (0, 2):
        assert of_member(runs[0], p) == of_member(runs[1], p)


def test_evaluations_are_judged_again_without_whoever_stopped() -> None:
    """What it obtained while it was there would hide that the others had solved it."""
    trainer = Trainer([A, RUN.replace(seed=2)])
    trainer.evaluations._threshold = 30.0
    history = {
        "member": np.array([0, 1, 0, 1, 0, 1]),
        "env_step": np.array([100, 100, 200, 200, 300, 300]),
        "mean_return": np.array([40.0, 5.0, 20.0, 90.0, 35.0, 5.0]),
    }
    trainer.evaluations.judge_anew(history)
    assert judged(trainer) == (200, 55.0, 1)
    trainer.evaluations.going_on = [0]
    trainer.evaluations.judge_anew(history)
    assert judged(trainer) == (100, 40.0, 2)


def test_budgets_of_episodes_wait_for_nobody_who_stopped() -> None:
    trainer = stopped(A, WILD, B)
    trainer.change(total_episodes=trainer.episodes[1] + 20)
    trainer.run()
    assert "episode budget" in str(trainer.finished())
    assert trainer.episodes[1] + 20 == trainer.fewest_episodes
    assert trainer.env_step < trainer.config.total_steps


def test_an_episode_is_counted_of_the_first_member_that_goes_on() -> None:
    trainer = stopped(WILD, A)
    assert trainer.first == 1
    before = trainer.episodes[1]
    trainer.run(max_episodes=2)
    assert trainer.episodes[1] == before + 2


# --- the one that stopped -----------------------------------------------------------------------


def test_it_stays_as_it_was_when_it_stopped() -> None:
    trainer = stopped(A, WILD, B)
    stop = trainer.stops[1]
    assert stop is not None
    assert trainer.stops == [None, stop, None]
    assert stop.env_step == trainer.env_step
    assert f"at step {stop.env_step:,}; most likely learning_rate 1 is very high" in stop.reason
    before, moment, agent = of_member(trainer, 1), trainer.current_episode(1), trainer.agent(1)
    trainer.run(max_steps=400)
    after = of_member(trainer, 1)
    assert before.pop("replay") != after.pop("replay"), "only its newest transition, repeated"
    assert before == after
    later = trainer.current_episode(1)
    assert (later.length, later.action, later.reward) == (
        moment.length,
        moment.action,
        moment.reward,
    )
    assert trainer.agent(1).env_steps == agent.env_steps == stop.env_step
    assert trainer.agent(0).env_steps == trainer.env_step


def test_neither_does_it_begin_anew_where_an_environment_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trainer = stopped(A, WILD, B)
    before = of_member(trainer, 1)

    def fails(action: int) -> None:
        raise EnvironmentFailure("away")

    monkeypatch.setattr(trainer.environments[2], "step", fails)
    with pytest.raises(EnvironmentFailure, match="of seed 3: away"):
        trainer.run(max_steps=1)
    monkeypatch.undo()
    assert trainer.current_length(0) == trainer.current_length(2) == 0
    trainer.run(max_steps=5)
    after = of_member(trainer, 1)
    assert before.pop("replay") != after.pop("replay")
    assert before == after


def test_it_is_still_stopped_in_a_saved_run_and_the_run_goes_on_to_the_same(
    tmp_path: Path,
) -> None:
    trainer = stopped(A, WILD, B)
    trainer.run(max_steps=30)
    save_run(tmp_path / "run.safetensors", trainer)
    resumed = load_run(tmp_path / "run.safetensors")
    assert resumed.stops == trainer.stops
    (stop,) = filter(None, resumed.stops)
    assert isinstance(stop.reason, Phrase), "it can be said in another language"
    for run in (trainer, resumed):
        run.run(max_steps=200)
    assert fingerprint(trainer) == fingerprint(resumed)
    assert judged(trainer) == judged(resumed)


def test_back_before_it_diverged_it_goes_on_again() -> None:
    trainer = Trainer([A, WILD, B])
    trainer.run(max_steps=RUN.learning_starts - 1)
    before = trainer.state_dict()
    trainer.run(max_steps=1_000)
    assert trainer.going_on == [0, 2]
    trainer.load_state_dict(before)
    assert trainer.going_on == [0, 1, 2]
    trainer.change(learning_rate=1e-3, learning_rate_end=1e-3, loss="huber", tau=0.01)
    trainer.run(max_steps=500)
    assert trainer.going_on == [0, 1, 2]


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        (None, "because"),
        (10, ""),
        (11, "because"),
        (-1, "b"),
        (3, "b" * 301),
        (3, '{"template": "{a.__doc__}", "values": {"a": 1}}'),
    ],
)
def test_a_file_in_which_a_member_stopped_as_none_can_is_refused(at: Any, reason: str) -> None:
    state = trained(10).state_dict() | {"stopped_at": [at], "stop_reasons": [reason]}
    with pytest.raises(CheckpointError, match="damaged"):
        load_run(pack("run", state))


# --- numbers that are none ------------------------------------------------------------------------


@pytest.mark.parametrize("period", [20, 1_000])
def test_numbers_that_are_none_reach_neither_history_nor_best_agent(period: int) -> None:
    """They may arise at any of the updates between two looks; the run acts on meanwhile."""
    trainer = Trainer([A.replace(evaluation_period=period), WILD.replace(evaluation_period=period)])
    trainer.run(max_steps=40)
    trainer.learner.online.parameters[1] = torch.nan
    trainer.run(max_steps=2 * STATISTICS_PERIOD)
    stop = trainer.stops[1]
    assert stop is not None
    assert "no longer finite" in stop.reason
    for table in trainer.history.tables().values():
        for name, column in table.columns().items():
            # Of a layer that the network lacks there is nothing to tell.
            is_absent = name in OF_LAYERS and np.isnan(column).all()
            assert is_absent or column.dtype.kind != "f" or np.isfinite(column).all(), name
    assert torch.isfinite(trainer.best_agent(1).network.parameters).all()


# --- the end --------------------------------------------------------------------------------------


def test_with_the_last_member_the_run_ends_with_its_likely_cause_and_everything_kept() -> None:
    trainer = Trainer(WILD.replace(evaluation_period=0))
    with pytest.raises(DivergenceError) as ended:
        trainer.run(max_steps=5_000)
    message = str(ended.value)
    assert isinstance(ended.value, LabError)
    assert "\n" not in message
    assert "learning_rate 1 is very high" in message
    assert f"step {trainer.env_step:,}" in message
    assert trainer.gradient_updates > 0
    assert len(trainer.history.episodes) > 0
    assert trainer.history.updates.frame()["env_step"].iloc[-1] == trainer.env_step
    assert trainer.state_dict()["updates_due"] == 0, "the update that diverged was made"


def test_a_run_whose_members_have_all_stopped_goes_no_further(tmp_path: Path) -> None:
    trainer = Trainer([WILD, WILD.replace(seed=5)])
    with pytest.raises(DivergenceError) as ended:
        trainer.run()
    assert trainer.going_on == []
    assert trainer.finished() == str(ended.value)
    save_run(tmp_path / "run.safetensors", trainer)
    for run in (trainer, load_run(tmp_path / "run.safetensors")):
        before = fingerprint(run)
        for go_on in (run.run, run.evaluate):
            with pytest.raises(DivergenceError) as again:
                go_on()
            assert str(again.value) == str(ended.value)
        assert fingerprint(run) == before


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


@pytest.mark.parametrize("evaluation_period", [0, 1])
def test_observations_that_are_too_large_are_blamed_rather_than_the_target(
    evaluation_period: int,
) -> None:
    far = {"observation_space": PLANE, "outcome": lambda usual, _: (np.full(2, 1e30), *usual[1:])}
    with registered("Far-v0", kwargs=far) as env_id:
        trainer = Trainer(SMALL.replace(env_id=env_id, evaluation_period=evaluation_period))
        with pytest.raises(DivergenceError, match=r"observations as large as 1e\+30 are too large"):
            trainer.run()


def test_observations_that_an_evaluation_alone_has_met_are_blamed_for_what_they_did() -> None:
    first_states = iter([0.0, 3e38])
    far = {
        "observation_space": PLANE,
        "start": lambda usual, _: (np.full(2, next(first_states)), usual[1]),
    }
    with registered("Far-v0", kwargs=far) as env_id:
        trainer = Trainer(SMALL.replace(env_id=env_id, evaluation_episodes=1))
        trainer.run(max_steps=5)
        with pytest.raises(DivergenceError, match=r"observations as large as 3e\+38 are too large"):
            trainer.evaluate()


@pytest.mark.parametrize("loss", ["mse", "huber"])
def test_rewards_that_are_too_large_are_blamed_rather_than_the_target(loss: str) -> None:
    rich = {"outcome": lambda usual, _: (usual[0], 3e38, *usual[2:])}
    with registered("Rich-v0", kwargs=rich) as env_id:
        trainer = Trainer(SMALL.replace(env_id=env_id, n_step=3, loss=loss))
        with pytest.raises(DivergenceError, match=r"rewards as large as 3e\+38 are too large"):
            trainer.run(max_steps=500)


def test_a_sound_run_never_counts_as_diverged() -> None:
    trainer = trained(2_000, learning_rate=1e-2, learning_rate_end=1e-2, gamma=0.999)
    assert trainer.env_step == 2_000
