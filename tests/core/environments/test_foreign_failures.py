"""An environment that somebody else wrote fails: what is said, what is kept, how it goes on."""

from asyncio import CancelledError
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from dqn_core import Trainer, load_run, save_run
from dqn_core.base.errors import EnvironmentFailure
from dqn_core.environments import make_environment
from tests.core.foreign import Foreign, Register, fails_at, failure_of, told
from tests.core.small_runs import SMALL, fingerprint


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("boom\nsecond line"),
        KeyError("boom"),
        SystemExit("boom"),
        StopIteration("boom"),
        AssertionError("boom."),
        MemoryError("boom"),
    ],
    ids=repr,
)
def test_whatever_a_step_raises_becomes_one_sentence(register: Register, error: Any) -> None:
    sentence = failure_of(register(kwargs={"outcome": fails_at(5, error)}))
    assert sentence.startswith("Foreign-v0 failed at step 5 of an episode: ")
    assert type(error).__name__ in sentence
    assert "boom" in sentence


class SaysNothing(Exception):  # noqa: N818 - as somebody may call it
    def __str__(self) -> str:
        raise ValueError("its words cannot be put together")


class PanicException(BaseException):
    """What a failure in Rust is in Python."""


@pytest.mark.parametrize(
    "error",
    [
        SaysNothing(),
        CancelledError(),
        PanicException(),
        GeneratorExit(),
        BaseExceptionGroup("", [KeyboardInterrupt()]),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_of_any_kind_becomes_a_sentence(register: Register, error: BaseException) -> None:
    sentence = failure_of(register(kwargs={"outcome": fails_at(5, error)}))
    assert sentence.startswith(f"Foreign-v0 failed at step 5 of an episode: {type(error).__name__}")


def test_ctrl_c_in_an_environment_is_no_failure_of_it(register: Register) -> None:
    environment = make_environment(register(kwargs={"outcome": fails_at(1, KeyboardInterrupt())}))
    environment.reset()
    with pytest.raises(KeyboardInterrupt):
        environment.step(0)


def test_a_run_that_ctrl_c_left_in_a_step_can_be_saved_and_goes_on(
    register: Register, tmp_path: Any
) -> None:
    """As a script does it: an episode that had explored in the step was refused when loaded."""
    pressed = iter([fails_at(45, KeyboardInterrupt())])
    env_id = register(lambda **_: Foreign(outcome=next(pressed, None)))
    trainer = Trainer(SMALL.replace(env_id=env_id, epsilon_end=1.0))
    with pytest.raises(KeyboardInterrupt):
        trainer.run()
    save_run(tmp_path / "run", trainer)
    for run in (trainer, load_run(tmp_path / "run")):
        assert run.env_step == 44
        run.run(max_steps=10)
        assert run.history.episodes.columns()["length"].tolist() == [10] * 5


def test_nobody_presses_ctrl_c_in_a_thread(register: Register) -> None:
    env_id = register(kwargs={"outcome": fails_at(5, KeyboardInterrupt())})
    with ThreadPoolExecutor(1) as thread:
        assert "KeyboardInterrupt" in thread.submit(failure_of, env_id).result()


def test_an_environment_that_closes_with_any_error_costs_nothing(register: Register) -> None:
    class Panics(Foreign):
        def close(self) -> None:
            raise PanicException

    make_environment(register(Panics)).close()


@pytest.mark.parametrize("members", [1, 3])
def test_a_step_that_fails_is_not_made_and_the_run_goes_on_from_new_episodes(
    register: Register, members: int
) -> None:
    made: list[Foreign] = []

    def point(**_: Any) -> Foreign:
        # Only the second of three fails, after the first has made its step.
        fails = len(made) == members // 2
        made.append(Foreign(outcome=fails_at(45) if fails else None))
        return made[-1]

    env_id = register(point)
    trainer = Trainer([SMALL.replace(env_id=env_id, seed=seed) for seed in range(members)])
    with pytest.raises(EnvironmentFailure) as failed:
        trainer.run(max_steps=1_000)
    whose = " of seed 1" if members > 1 else ""
    assert told(failed.value) == (
        f"Environment step 45{whose}: Foreign-v0 failed at step 5 of an episode: "
        "RuntimeError: boom."
    )
    assert (trainer.env_step, len(trainer.replay), trainer.episodes) == (44, 44, [4] * members)
    assert trainer.gradient_updates == 44 - 9
    assert [trainer.current_length(p) for p in range(members)] == [0] * members
    trainer.run(max_steps=20)
    columns = trainer.history.episodes.columns()
    assert columns["length"].tolist() == [10] * (6 * members)
    assert sorted(set(columns["env_step"].tolist())) == [10, 20, 30, 40, 54, 64]
    assert columns["exploration_share"].max() <= 1


def test_no_return_is_summed_over_a_step_that_failed(register: Register) -> None:
    env_id = register(kwargs={"outcome": fails_at(25)})
    trainer = Trainer(SMALL.replace(env_id=env_id, n_step=3))
    with pytest.raises(EnvironmentFailure):
        trainer.run()
    trainer.run(max_steps=10)
    batch = trainer.replay.batch(np.array([[22, 23, 24]]), np.array([[1.0]]), 3)
    assert batch.rewards.tolist() == [[2, 1, 3]]


def test_a_reset_that_fails_loses_nothing_of_the_step_before_it(register: Register) -> None:
    sound = register(env_id="Sound-v0")
    fragile = register(kwargs={"start": fails_at(4)})  # the first is at the start of the run
    values = {"evaluation_period": 30, "evaluation_episodes": 2, "target_update_unit": "episodes"}
    mine, twin = (Trainer(SMALL.replace(env_id=e, **values)) for e in (fragile, sound))
    mine.evaluations.begin()  # its environments have resets of their own
    twin.evaluations.begin()
    with pytest.raises(EnvironmentFailure, match="Environment step 30: Foreign-v0 failed at reset"):
        mine.run(max_steps=1_000)
    assert (mine.env_step, mine.episodes, len(mine.history.evaluations)) == (30, [3], 1)
    mine.run(max_steps=20)
    twin.run(max_steps=50)
    assert fingerprint(mine) == fingerprint(twin)


def test_an_environment_that_keeps_failing_is_told_each_time(register: Register) -> None:
    env_id = register(kwargs={"start": lambda usual, calls: usual if calls == 1 else None})
    trainer = Trainer(SMALL.replace(env_id=env_id))
    for _ in range(3):
        with pytest.raises(EnvironmentFailure, match="Environment step 10: Foreign-v0 gave None"):
            trainer.run(max_steps=100)
    assert trainer.env_step == 10


def test_a_run_that_an_environment_broke_off_can_be_saved_and_goes_on_with_a_new_episode(
    register: Register, tmp_path: Any
) -> None:
    made: list[Foreign] = []

    def point(**_: Any) -> Foreign:
        made.append(Foreign(outcome=None if made else fails_at(45)))
        return made[-1]

    trainer = Trainer(SMALL.replace(env_id=register(point)))
    with pytest.raises(EnvironmentFailure):
        trainer.run()
    save_run(tmp_path / "run", trainer)
    loaded = load_run(tmp_path / "run")
    assert "a new episode" in loaded.notice
    assert (loaded.env_step, len(loaded.replay), loaded.current_length()) == (44, 44, 0)
    loaded.run(max_steps=10)
    assert loaded.history.episodes.columns()["length"].tolist() == [10] * 5


@pytest.mark.parametrize("failing", ["outcome", "start"])
def test_a_run_whose_environment_always_fails_by_now_is_loaded_and_goes_on_once_that_is_mended(
    register: Register, tmp_path: Any, failing: str
) -> None:
    is_broken = False

    def answer(usual: Any, _: int) -> Any:
        if is_broken:
            raise RuntimeError("boom")
        return usual

    answers: dict[str, Any] = {failing: answer}
    trainer = Trainer(SMALL.replace(env_id=register(lambda **_: Foreign(**answers))))
    trainer.run(max_steps=25)
    save_run(tmp_path / "run", trainer)
    is_broken = True
    loaded = load_run(tmp_path / "run")
    assert len(loaded.history.episodes) == 2
    for _ in range(2):
        with pytest.raises(EnvironmentFailure, match="boom"):
            loaded.run(max_steps=10)
    is_broken = False
    loaded.run(max_steps=10)
    assert loaded.env_step == 35


@pytest.mark.parametrize("failing", ["outcome", "start", "observation_space"])
def test_an_evaluation_that_fails_is_made_again(register: Register, failing: str) -> None:
    made: list[Foreign] = []

    def point(**_: Any) -> Foreign:
        answers: dict[str, Any] = {failing: fails_at(1)} if len(made) == 1 else {}
        made.append(Foreign(**answers))
        return made[-1]

    config = SMALL.replace(evaluation_period=20, evaluation_episodes=3)
    trainer = Trainer(config.replace(env_id=register(point)))
    with pytest.raises(
        EnvironmentFailure,
        match=r"evaluation at environment step 20: .*\. With evaluation_period 0 there is none",
    ):
        trainer.run(max_steps=30)
    assert (trainer.env_step, len(trainer.history.evaluations)) == (20, 0)
    assert not trainer.is_between_steps
    trainer.run(max_steps=20)
    twin = Trainer(config.replace(env_id=register(env_id="Sound-v0")))
    twin.run(max_steps=40)
    assert fingerprint(trainer) == fingerprint(twin)
