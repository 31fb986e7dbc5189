"""Runs that take milliseconds, and what can be read off them."""

import itertools
import threading
import time
from typing import Any

import numpy as np
import pytest
import torch

from dqn_core import DQNConfig, Trainer

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
    hidden_dims="8, 8",
    batch_size=8,
    buffer_capacity=200,
    learning_starts=10,
    epsilon_decay=100,
    evaluation_period=0,
    total_steps=10_000,
)


def a_look_takes_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each look of a trainer's at its clock be a second after the one before.

    In this thread: those of other tests look at the clock, too.
    """
    clock, thread, true_clock = itertools.count(), threading.get_ident(), time.perf_counter

    def look() -> float:
        return float(next(clock)) if threading.get_ident() == thread else true_clock()

    monkeypatch.setattr("time.perf_counter", look)


def trained(steps: int, **values: Any) -> Trainer:
    """A small run after so many environment steps."""
    trainer = Trainer(SMALL.replace(**values))
    trainer.run(max_steps=steps)
    return trainer


def weights(trainer: Trainer) -> torch.Tensor:
    """The online network's parameters, copied."""
    return trainer.learner.online.parameters.clone()


def targets(trainer: Trainer) -> torch.Tensor:
    """The target network's parameters, copied."""
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


def without_seconds(state: dict[str, Any]) -> dict[str, Any]:
    """A state without the only thing that may differ: how long the training took."""
    tables = {
        name: {column: values for column, values in table.items() if column != "seconds"}
        for name, table in state["history"].items()
    }
    return {n: part for n, part in state.items() if n != "seconds"} | {"history": tables}


def assert_bit_equal(mine: Any, theirs: Any, path: str = "state") -> None:
    assert type(mine) is type(theirs), path
    if isinstance(mine, dict):
        assert mine.keys() == theirs.keys(), path
        for name in mine:
            assert_bit_equal(mine[name], theirs[name], f"{path}/{name}")
    elif isinstance(mine, list | tuple):
        assert len(mine) == len(theirs), path
        for index, pair in enumerate(zip(mine, theirs, strict=True)):
            assert_bit_equal(*pair, f"{path}/{index}")
    elif isinstance(mine, torch.Tensor | np.ndarray):
        assert mine.dtype == theirs.dtype, path
        assert mine.shape == theirs.shape, path
        np.testing.assert_array_equal(mine, theirs, path)  # NaN equals NaN
    else:
        assert mine == theirs, path
