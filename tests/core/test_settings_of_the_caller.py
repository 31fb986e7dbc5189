"""What somebody has set for NumPy, PyTorch or Python in the same program changes nothing here."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from dqn_core import (
    Conditions,
    Trainer,
    evaluate,
    load_agent,
    load_run,
    record,
    save_agent,
    save_run,
)
from dqn_core.environments import make_environment
from tests.core.foreign import Foreign, registered
from tests.core.small_runs import SMALL, fingerprint


@contextmanager
def default_dtype() -> Iterator[None]:
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(torch.float32)


@contextmanager
def default_device() -> Iterator[None]:
    torch.set_default_device("meta")
    try:
        yield
    finally:
        torch.set_default_device(None)


@contextmanager
def warnings_as_errors() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@contextmanager
def deterministic() -> Iterator[None]:
    torch.use_deterministic_algorithms(True)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(False)


SETTINGS: dict[str, Callable[[], AbstractContextManager[Any]]] = {
    "NumPy raises": lambda: np.errstate(all="raise"),
    "warnings raise": warnings_as_errors,
    "float64": default_dtype,
    "another device": default_device,
    "deterministic": deterministic,
    "no gradients": torch.no_grad,
    "inference": torch.inference_mode,
}


def what_comes_of_it(folder: Path, env_id: str) -> list[Any]:
    """Whatever a run, an evaluation and a recording give, saved and loaded on the way."""
    config = SMALL.replace(env_id=env_id, evaluation_period=20, evaluation_episodes=2, n_step=3)
    trainer = Trainer([config, config.replace(seed=1)])
    trainer.run(max_steps=30)
    trainer.change(gamma=0.5, buffer_capacity=100)
    trainer.run(max_steps=30)
    save_run(folder / "run", trainer)
    loaded = load_run(folder / "run")
    loaded.run(max_steps=30)
    save_agent(folder / "agent", loaded.agent(1))
    agent = load_agent(folder / "agent")
    result, recording = evaluate(agent, 3, 5, Conditions(0.1)), record(agent, 7)
    return [
        fingerprint(loaded),
        result.returns.tolist(),
        result.predicted.tolist(),
        recording.rewards.tolist(),
        recording.q_values.tolist(),
    ]


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    return what_comes_of_it(tmp_path_factory.mktemp("usual"), "CartPole-v1")


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
def test_what_is_set_outside_changes_nothing(
    tmp_path: Path, setting: Callable[[], AbstractContextManager[Any]], usual: list[Any]
) -> None:
    with setting():
        assert what_comes_of_it(tmp_path, "CartPole-v1") == usual


@pytest.mark.parametrize("env_id", ["FrozenLake-v1", "Acrobot-v1", "MountainCar-v0"])
def test_arithmetic_that_raises_stops_no_environment(tmp_path: Path, env_id: str) -> None:
    with np.errstate(all="raise"):
        assert what_comes_of_it(tmp_path, env_id)


def test_numbers_too_small_for_float32_are_no_failure_of_an_environment() -> None:
    tiny = np.array([1e-60, -1e-60])
    outcome = lambda usual, _: (tiny, 1e-60, *usual[2:])  # noqa: E731
    with registered("Tiny-v0", lambda **_: Foreign(outcome=outcome)), np.errstate(all="raise"):
        trainer = Trainer(SMALL.replace(env_id="Tiny-v0"))
        assert trainer.run(max_steps=40) == 40
        environment = make_environment("Tiny-v0")
        environment.reset()
        assert environment.step(0)[0].tolist() == [0, 0]
