"""States of runs that earlier versions saved, made into those of this version."""

from typing import Any

import numpy as np

from dqn_core.history import OF_LAYERS


def upgraded(state: dict[str, Any]) -> dict[str, Any]:
    """``state`` with what a run saved by an earlier version does not have yet.

    It is checked only afterwards, so nothing in it can be relied on here.
    """
    history = state["history"]
    return {
        "updates_due": 0,  # before a round of updates had pauses
        # Before a member that diverged was stopped alone.
        "stopped_at": [None] * len(state["configs"]),
        "stop_reasons": [""] * len(state["configs"]),
        **state,
        "learner": _drawing_noise_ahead(state["learner"]),
        "history": {
            **history,
            "evaluations": _of_rewards_alone(history["evaluations"]),
            "updates": _with_columns(history["updates"], OF_LAYERS),
        },
        "replay": {"sampler": {}, **state["replay"]},  # before samplers that remember
        "environments": [_counting_its_steps(kept) for kept in state["environments"]],
    }


def _drawing_noise_ahead(learner: dict[str, Any]) -> dict[str, Any]:
    """Noise was once drawn when it was needed; before that there were neither noise nor heads."""
    noise = learner.get("noise")
    return {"head": {}, **learner, "noise": {"next": 0, **noise} if noise else {}}


def _of_rewards_alone(evaluations: dict[str, Any]) -> dict[str, Any]:
    """What was obtained once had the agent's own estimate in it: how much is not known any more."""
    if "truncated_share" in evaluations:
        return evaluations
    of_today = ("predicted", "obtained", "truncated_share")
    others = {name: column for name, column in evaluations.items() if name not in of_today}
    return _with_columns(others, of_today)


def _with_columns(table: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """``table`` with NaN in those of these columns that it does not have yet."""
    unknown = np.full(len(table["member"]), np.nan)
    return {**dict.fromkeys(names, unknown), **table}


def _counting_its_steps(environment: dict[str, Any] | None) -> dict[str, Any] | None:
    """Once a wrapper counted an episode's steps: now `Environment` does."""
    if environment is None or "steps" in environment:
        return environment
    layers = list(environment["layers"])
    wrapper = layers.pop(["_elapsed_steps" in layer for layer in layers].index(True))
    return {
        **environment,
        "layers": layers,
        "steps": wrapper["_elapsed_steps"] or 0,
        "time_limit": wrapper["_max_episode_steps"],
    }
