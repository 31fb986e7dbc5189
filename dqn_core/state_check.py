"""Whether a state from a file can be a trainer's: a file that someone sent may hold anything."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from dqn_core.config import HYPERPARAMETERS
from dqn_core.environment_check import MOST, check_environments
from dqn_core.trainer import Trainer

MOST_DRAWN_AHEAD = 2**20
LONGEST_REASON = 300


def check_state(state: Mapping[str, Any], trainer: Trainer) -> None:
    """Raise `ValueError` at the first thing in ``state`` that ``trainer`` could not go on from.

    ``trainer`` is a new one of the state's own configurations, and is left as it is.
    """
    new = trainer.state_dict()
    _check_form(
        {name: part for name, part in state.items() if name not in ("configs", "environments")},
        {name: part for name, part in new.items() if name not in ("configs", "environments")},
        "state",
    )
    for name in ("env_step", "gradient_updates"):
        _check_count(state[name], MOST, name)
    _check_count(state["updates_due"], trainer.config.gradient_steps, "updates_due")
    _check_count(state["evaluations"], 10**6, "evaluations")
    for episodes in state["episodes"]:
        _check_count(episodes, MOST, "episodes")
    for stream in (state["exploration"], state["replay"]["stream"]):
        _check_count(stream["width"], MOST_DRAWN_AHEAD, "width")
        _check_count(stream["next"], stream["width"], "next")
    _check_stops(state)
    _check_changes(state["history"]["changes"])
    _check_replay(state["replay"], trainer)
    _check_observations(torch.as_tensor(state["observations"]), trainer)
    config = trainer.config
    check_environments(
        state["environments"], config.env_id, config.max_episode_steps, state["observations"]
    )


def _check_form(found: Any, new: Any, path: str) -> None:
    """``found`` is built like ``new``; what is empty in a new trainer's state may have grown."""
    if new is None:
        ok = found is None or type(found) is int
    elif isinstance(new, dict):
        ok = isinstance(found, dict) and found.keys() == new.keys()
        for name in new if ok else ():
            _check_form(found[name], new[name], f"{path}/{name}")
    elif isinstance(new, list):
        ok = isinstance(found, list) and (not new or len(found) == len(new))
        for index, item in enumerate(found if ok else ()):
            if new:
                _check_form(item, new[index], f"{path}/{index}")
            else:
                ok = ok and isinstance(item, bool | int | float | str)
    elif isinstance(new, Tensor | np.ndarray):
        ok = (
            isinstance(found, Tensor if isinstance(new, Tensor) else np.ndarray)
            and found.dtype == new.dtype
            and found.ndim == new.ndim
            and all(was in (0, now) for now, was in zip(found.shape, new.shape, strict=True))
        )
    else:
        ok = type(found) is type(new)
    if not ok:
        raise ValueError(f"{path} is not what it should be")


def _check_count(count: int, most: int, name: str) -> None:
    if not 0 <= count <= most:
        raise ValueError(f"{name} cannot be {count}")


def _check_stops(state: Mapping[str, Any]) -> None:
    """A member has stopped at a step that was made, for a reason that is one short sentence."""
    for at, reason in zip(state["stopped_at"], state["stop_reasons"], strict=True):
        _check_count(at or 0, state["env_step"], "stopped_at")
        if (at is None) != (reason == "") or len(reason) > LONGEST_REASON:
            raise ValueError("it has members that stopped for no reason")


def _check_changes(changes: Mapping[str, Any]) -> None:
    """Every change is of a hyperparameter that can change, from a value of its own to another."""
    for name, old, new in zip(changes["name"], changes["old"], changes["new"], strict=True):
        declared = HYPERPARAMETERS.get(name)
        if declared is None or declared.applies == "restart":
            raise ValueError(f"it changes {name!r}, which nothing can")
        for value in (old, new):
            if type(declared.validated(value)) is not type(value):
                raise ValueError(f"it changes {name} with a value of another type")


def _check_replay(replay: Mapping[str, Any], trainer: Trainer) -> None:
    rows: Tensor = replay["rows"]
    if replay["capacity"] != trainer.config.buffer_capacity or rows.shape[1] > replay["capacity"]:
        raise ValueError("its replay buffer does not fit its configuration")
    _check_count(replay["pushed"], MOST, "pushed")
    d, actions = trainer.spec.observation_dim, rows[..., -4]
    if not torch.isin(actions, torch.arange(trainer.spec.n_actions).to(actions)).all():
        raise ValueError("its replay buffer has actions that do not exist")
    _check_observations(rows[..., : 2 * d], trainer)


def _check_observations(observations: Tensor, trainer: Trainer) -> None:
    """Observations that are indices have to be states that exist: they become one-hot."""
    n_states = trainer.spec.n_states
    if n_states and not torch.isin(observations, torch.arange(n_states).to(observations)).all():
        raise ValueError("it has observations that do not exist")
