"""Whether a state from a file can be a trainer's: a file that someone sent may hold anything."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from dqn_core.base.errors import excerpt
from dqn_core.base.phrases import Phrase, read
from dqn_core.base.scalars import shown
from dqn_core.configuration.config import HYPERPARAMETERS
from dqn_core.environments import MOST_STEPS
from dqn_core.environments.check import check_environments
from dqn_core.heads import Head
from dqn_core.noise import Factors
from dqn_core.random_streams import UniformStream
from dqn_core.samplers import LARGEST_ERROR
from dqn_core.trainer import Trainer

MOST_EVALUATIONS = 10**6
MOST_DRAWN_AHEAD = max(UniformStream.BLOCK, int(HYPERPARAMETERS["batch_size"].high))
LONGEST_REASON = 300
LONGEST_WRITTEN = 1_000
"""Characters of such a sentence with its template and its values."""


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
    _check_counts(state, trainer)
    _check_stops(state)
    _check_optimizer(state["learner"])
    check_head(state["learner"]["head"], trainer.learner.online.head)
    check_history(state["history"], trainer.members, state["env_step"])
    _check_replay(state["replay"], trainer)
    _check_episodes(state)
    _check_observations(torch.as_tensor(state["observations"]), trainer)
    if "allowed" in state and not state["allowed"].any(1).all():
        raise ValueError(Phrase("it has agents that may take no action"))
    if not np.isfinite(state["observations"]).all():
        raise ValueError(Phrase("its agents see what is not finite"))
    check_environments(
        state["environments"], trainer.spec, state["observations"], _allowed_actions(state, trainer)
    )


def _allowed_actions(state: Mapping[str, Any], trainer: Trainer) -> list[int]:
    """An action of each member that its environment allows."""
    if "allowed" not in state:
        return [0] * trainer.members
    actions: list[int] = state["allowed"].argmax(1).tolist()
    return actions


def _check_counts(state: Mapping[str, Any], trainer: Trainer) -> None:
    for name in ("env_step", "gradient_updates", "seconds"):
        _check_count(state[name], MOST_STEPS, name)
    _check_count(state["updates_due"], trainer.config.gradient_steps, "updates_due")
    for name in ("evaluations", "evaluations_since_best"):
        _check_count(state[name], MOST_EVALUATIONS, name)
    _check_count(state["solved_at"] or 0, state["env_step"], "solved_at")
    for name in ("episodes", "best_steps"):
        for count in state[name]:
            _check_count(count, state["env_step"], name)
    for stream in (state["exploration"], state["replay"]["stream"]):
        _check_count(stream["width"], MOST_DRAWN_AHEAD, "width")
        _check_count(stream["next"], stream["width"], "next")
    _check_count(state["learner"]["noise"].get("next", 0), Factors.AHEAD, "next")


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
        raise ValueError(Phrase("{path} is not what it should be", path=path))


def _check_count(count: float, most: int, name: str) -> None:
    if not 0 <= count <= most:  # NaN is neither
        raise ValueError(Phrase("{name} cannot be {count}", name=name, count=shown(count)))


def _check_stops(state: Mapping[str, Any]) -> None:
    """A member has stopped at a step that was made, for a reason that is one short sentence."""
    for at, reason in zip(state["stopped_at"], state["stop_reasons"], strict=True):
        _check_count(at or 0, state["env_step"], "stopped_at")
        words = read(reason)
        is_sentence = len(reason) <= LONGEST_WRITTEN and words == excerpt(words, LONGEST_REASON)
        if (at is None) != (reason == "") or not is_sentence:
            raise ValueError(Phrase("it has members that stopped for no reason"))


def _check_optimizer(learner: Mapping[str, Any]) -> None:
    _check_count(float(learner["adam_steps"]), MOST_STEPS, "adam_steps")
    if (learner["second_moment"] < 0).any():
        raise ValueError(Phrase("squares of its gradient are negative"))


def check_head(state: Mapping[str, Any], head: Head) -> None:
    """What was saved of a head is what ``head`` can take over; raises `ValueError`."""
    _check_form(state, head.state_dict(), "head")
    if "value_range" in state:
        low, high = state["value_range"].T
        # The distance is finite too, and `not (low < high)` also refuses NaN.
        if state["value_range"].numel() == 0 or not ((low < high) & (high - low).isfinite()).all():
            raise ValueError(Phrase("its lowest return is not below its highest"))


def check_history(history: Mapping[str, Any], members: int, env_step: int) -> None:
    """Every row is of a member that there is, of a moment that was, and of a change that can be."""
    for name, table in history.items():
        for column, most in (
            ("member", members - 1),
            ("env_step", env_step),
            ("seconds", MOST_STEPS),
        ):
            values = table[column]
            if not ((values >= 0) & (values <= most)).all():
                raise ValueError(
                    Phrase(
                        "its table of {name} has rows of no such {column}", name=name, column=column
                    )
                )
    _check_changes(history["changes"])


def _check_episodes(state: Mapping[str, Any]) -> None:
    """An episode under way has steps of the run, the newest of which is in the replay buffer."""
    lengths, explored = state["lengths"], state["explored"]
    _check_count(int(lengths.min()), state["env_step"], "lengths")
    _check_count(int(lengths.max()), state["env_step"], "lengths")
    if not ((explored >= 0) & (explored <= lengths)).all():
        raise ValueError(Phrase("an episode has explored more often than it has steps"))
    if lengths.any() and not state["replay"]["rows"].shape[1]:
        raise ValueError(Phrase("its replay buffer lacks the steps of its episode"))


def _check_changes(changes: Mapping[str, Any]) -> None:
    """Every change is of a hyperparameter that can change, from a value of its own to another."""
    for name, old, new in zip(changes["name"], changes["old"], changes["new"], strict=True):
        declared = HYPERPARAMETERS.get(name)
        if declared is None or declared.applies == "restart":
            raise ValueError(Phrase("it changes {name}, which nothing can", name=shown(name)))
        for value in (old, new):
            if type(declared.validated(value)) is not type(value):
                raise ValueError(
                    Phrase("it changes {name} with a value of another type", name=name)
                )


def _check_replay(replay: Mapping[str, Any], trainer: Trainer) -> None:
    rows: Tensor = replay["rows"]
    if replay["capacity"] != trainer.config.buffer_capacity or rows.shape[1] > replay["capacity"]:
        raise ValueError(Phrase("its replay buffer does not fit its configuration"))
    _check_count(replay["pushed"], MOST_STEPS, "pushed")
    d, m, actions = trainer.spec.observation_dim, trainer.replay.n_masked, rows[..., -4]
    _check_sampler(replay["sampler"], rows)
    if not _are_below(actions, trainer.spec.n_actions):
        raise ValueError(Phrase("its replay buffer has actions that do not exist"))
    if not torch.isin(rows[..., -2:], rows.new_tensor([0.0, 1.0])).all():
        raise ValueError(
            Phrase("its replay buffer has steps that neither end an episode nor go on")
        )
    _check_observations(rows[..., : 2 * d], trainer)
    for masks in rows[..., 2 * d : -4].split(m, -1) if m else ():
        if not torch.isin(masks, rows.new_tensor([0.0, 1.0])).all() or not masks.any(-1).all():
            raise ValueError(Phrase("its replay buffer has action masks that cannot be"))


def _check_sampler(sampler: Mapping[str, Tensor], rows: Tensor) -> None:
    """Every transition has an error of which no sum is infinite, and a new one would get one."""
    if sampler and sampler["errors"].shape != rows.shape[:2]:
        raise ValueError(Phrase("its replay buffer has transitions without a priority"))
    for name, errors in sampler.items():
        if not ((errors >= 0) & (errors <= LARGEST_ERROR)).all():
            raise ValueError(Phrase("its replay buffer has {name} that cannot be", name=name))


def _check_observations(observations: Tensor, trainer: Trainer) -> None:
    """Observations that are indices have to be states that exist: they become one-hot."""
    n_states = trainer.spec.n_states
    if n_states and not _are_below(observations, n_states):
        raise ValueError(Phrase("it has observations that do not exist"))


def _are_below(values: Tensor, count: int) -> bool:
    """Whether all are whole numbers from 0 to ``count`` - 1."""
    return bool(torch.isin(values, torch.arange(count, device="cpu").to(values)).all())
