"""When a run ends: by a budget, because it is solved, or because it gets no better."""

import math
from typing import TYPE_CHECKING

from dqn_core.environments import MOST_STEPS
from dqn_core.numbers import number
from dqn_core.phrases import Phrase
from dqn_core.scalars import finite, whole

if TYPE_CHECKING:
    from dqn_core.trainer import Trainer


def reason_to_end(run: "Trainer") -> Phrase | None:
    """Why a run that is between two steps is over, in one sentence, or None while it is not."""
    config, evaluations = run.config, run.evaluations
    if run.env_step >= config.total_steps:
        return Phrase(
            "The step budget of {steps:,} environment steps is used up.", steps=config.total_steps
        )
    if config.total_episodes and run.fewest_episodes >= config.total_episodes:
        return Phrase(
            "The episode budget of {episodes:,} episodes is used up.",
            episodes=config.total_episodes,
        )
    if config.stop_when_solved and evaluations.solved_at is not None:
        return Phrase("Solved after {steps:,} environment steps.", steps=evaluations.solved_at)
    if config.total_seconds and run.seconds >= config.total_seconds:
        return Phrase(
            "The time budget of {seconds:,} seconds is used up.", seconds=config.total_seconds
        )
    if 0 < config.plateau_evaluations <= evaluations.since_best:
        return Phrase(
            "No improvement in the last {count} evaluations: the best mean return is {best}.",
            count=evaluations.since_best,
            best=number(evaluations.best_mean),
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
