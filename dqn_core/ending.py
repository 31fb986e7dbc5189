"""When a run ends, by a budget, because it is solved or gets no better; and a part of it."""

import math
import time
from typing import TYPE_CHECKING

from dqn_core.base.numbers import number
from dqn_core.base.phrases import Phrase
from dqn_core.base.scalars import finite, whole
from dqn_core.environments import MOST_STEPS

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


class Limits:
    """How far one call of `Trainer.run` goes, counted from where ``run`` is when it begins.

    Raises `ConfigurationError` for a limit that is not allowed; None is no limit.
    """

    def __init__(
        self,
        run: "Trainer",
        max_steps: int | None,
        max_seconds: float | None,
        max_episodes: int | None,
        max_updates: int | None,
    ) -> None:
        steps = _most("max_steps", max_steps)
        episodes = _most("max_episodes", max_episodes)
        updates = _most("max_updates", max_updates)
        if max_seconds is not None and max_seconds != math.inf:
            finite("max_seconds", max_seconds, 0)
        self._run = run
        self._began, self._seconds_before = time.perf_counter(), run.seconds
        self._last_step = run.env_step + steps
        self._last_second = run.seconds + (math.inf if max_seconds is None else max_seconds)
        self._last_episodes = [ended + episodes for ended in run.episodes]
        self._last_update = run.gradient_updates + updates

    @property
    def seconds(self) -> float:
        """The run's training time by now."""
        return self._seconds_before + time.perf_counter() - self._began

    def forbid_more(self) -> bool:
        """Whether what ``run`` has to do next is beyond one of them."""
        run = self._run
        if run.seconds >= self._last_second:
            return True
        if run.updates_due:
            return run.gradient_updates >= self._last_update
        if run.evaluations.is_under_way:
            return False
        ended, last = run.episodes[run.first], self._last_episodes[run.first]
        return run.env_step >= self._last_step or ended >= last


def _most(name: str, limit: int | None) -> float:
    return math.inf if limit is None else whole(name, limit, 0, MOST_STEPS)
