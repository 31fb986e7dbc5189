"""When a run ends: by a budget, because it is solved, or because it gets no better."""

import math
from typing import TYPE_CHECKING

from dqn_core.environments import MOST_STEPS
from dqn_core.numbers import number
from dqn_core.scalars import finite, whole

if TYPE_CHECKING:
    from dqn_core.trainer import Trainer


def reason_to_end(run: "Trainer") -> str | None:
    """Why a run that is between two steps is over, in one sentence, or None while it is not."""
    config, evaluations = run.config, run.evaluations
    if run.env_step >= config.total_steps:
        return f"The step budget of {config.total_steps:,} environment steps is used up."
    if config.total_episodes and run.fewest_episodes >= config.total_episodes:
        return f"The episode budget of {config.total_episodes:,} episodes is used up."
    if config.stop_when_solved and evaluations.solved_at is not None:
        return f"Solved after {evaluations.solved_at:,} environment steps."
    if config.total_seconds and run.seconds >= config.total_seconds:
        return f"The time budget of {config.total_seconds:,} seconds is used up."
    if 0 < config.plateau_evaluations <= evaluations.since_best:
        return (
            f"No improvement in the last {evaluations.since_best} evaluations: the best mean "
            f"return is {number(evaluations.best_mean)}."
        )
    return None


def check_limits(
    max_steps: int | None,
    max_seconds: float | None,
    max_episodes: int | None,
    max_updates: int | None,
) -> None:
    """Refuse limits of a part of a run that are none; raises `ConfigurationError`."""
    limits = {"max_steps": max_steps, "max_episodes": max_episodes, "max_updates": max_updates}
    for name, limit in limits.items():
        if limit is not None:
            whole(name, limit, 0, MOST_STEPS)
    if max_seconds is not None and max_seconds != math.inf:
        finite("max_seconds", max_seconds, 0)
