"""Recent returns, of each seed and over the seeds: the numbers above the charts."""

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from dashboard.session.run import Run
from dqn_core import Trainer
from dqn_core.base.phrases import Phrase
from dqn_core.base.statistics import interquartile_mean, smooth

NEGLIGIBLE = 1e-6
"""Weight of an episode so long ago that an average is as if it had not been."""

Columns = Callable[[int], Mapping[str, np.ndarray]]
"""A table's from a row on, counted from the end where it is negative."""


def average_returns(episodes: Columns, members: Sequence[int], smoothing: float) -> list[float]:
    """Each member's exponential average at its newest episode, as the chart's bold line ends.

    Those that have ended no episode yet are left out.
    """
    needed = math.ceil(math.log(NEGLIGIBLE) / math.log(smoothing)) if smoothing else 1
    of_each = newest_of_each(episodes, ["return"], members, needed)
    returns = [rows["return"] for rows in of_each]
    return [float(smooth(values, smoothing)[-1]) for values in returns if len(values)]


def greedy_returns(run: Run, members: Sequence[int]) -> list[float]:
    """The mean return of each of these members in its newest greedy evaluation."""
    columns = run.history.evaluations.columns
    of_each = newest_of_each(columns, ["mean_return"], members, 1)
    return [float(value) for rows in of_each for value in rows["mean_return"]]


def counted_rows(trainer: Trainer, table: str, names: Sequence[str]) -> dict[str, np.ndarray]:
    """These columns of a table, with the rows of the members that are counted."""
    rows = trainer.history.tables()[table].columns()
    counts = np.isin(rows["member"], trainer.counted)
    return {name: rows[name][counts] for name in names}


def over_members(returns: Sequence[float]) -> float:
    """Their interquartile mean, NaN of none."""
    return interquartile_mean(returns) if returns else math.nan


def kind_of_mean(members: int) -> Phrase:
    """The kind of mean over so many members; with fewer than four an IQM cuts none off."""
    if members == 1:
        return Phrase("one seed")
    return Phrase(
        "interquartile mean of {count} seeds" if members >= 4 else "mean of {count} seeds",
        count=members,
    )


def newest_of_each(
    columns: Columns, names: Sequence[str], members: Sequence[int], count: int
) -> list[dict[str, np.ndarray]]:
    """The newest ``count`` rows of each member, or all: some end more episodes than others.

    No more of a long table is read than that takes.
    """
    wanted = count * len(members)
    while True:
        rows = columns(-wanted)
        of_each = [np.flatnonzero(rows["member"] == member)[-count:] for member in members]
        if len(rows["member"]) < wanted or all(len(own) == count for own in of_each):
            return [{name: rows[name][own] for name in names} for own in of_each]
        wanted *= 2
