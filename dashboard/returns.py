"""Returns of late, of each seed and over the seeds: the numbers that stand above the charts."""

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from dashboard.run import Run
from dqn_core.numbers import number
from dqn_core.statistics import interquartile_mean, smooth

NEGLIGIBLE = 1e-6
"""Weight of an episode so long ago that an average is as if it had not been."""

Columns = Callable[[int], Mapping[str, np.ndarray]]
"""A table's from a row on, counted from the end where it is negative."""


def average_returns(episodes: Columns, members: Sequence[int], smoothing: float) -> list[float]:
    """Each member's exponential average at its newest episode, as the chart's bold line ends.

    Those that have ended no episode yet are left out.
    """
    needed = math.ceil(math.log(NEGLIGIBLE) / math.log(smoothing)) if smoothing else 1
    of_each = _newest_of_each(episodes, "return", members, needed)
    return [float(smooth(returns, smoothing)[-1]) for returns in of_each if len(returns)]


def greedy_returns(run: Run) -> list[float]:
    """Each counted member's mean return in its newest greedy evaluation."""
    columns = run.history.evaluations.columns
    of_each = _newest_of_each(columns, "mean_return", run.trainer.counted, 1)
    return [float(returns[-1]) for returns in of_each if len(returns)]


def over_members(returns: Sequence[float]) -> str:
    """Their interquartile mean, written out."""
    return number(interquartile_mean(returns)) if returns else "–"


def kind_of_mean(members: int) -> str:
    """What a number over so many members is: of fewer than four none is cut off."""
    if members == 1:
        return "one seed"
    kind = "interquartile mean" if members >= 4 else "mean"
    return f"{kind} of {members} seeds"


def _newest_of_each(
    columns: Columns, name: str, members: Sequence[int], count: int
) -> list[np.ndarray]:
    """The newest ``count`` values of each member, or all: some end more episodes than others.

    No more of a long table is read than that takes.
    """
    wanted = count * len(members)
    while True:
        rows = columns(-wanted)
        of_each = [rows[name][rows["member"] == member][-count:] for member in members]
        if len(rows["member"]) < wanted or all(len(values) == count for values in of_each):
            return of_each
        wanted *= 2
