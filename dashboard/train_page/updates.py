"""What the signs of health need of the table of updates: its trend, and its newest rows."""

from dataclasses import dataclass

import numpy as np

from dashboard.session.returns import newest_of_each
from dashboard.session.run import Run
from dqn_core.history import UPDATES

JUDGED = 10
"""Rows of the table of updates whose median is judged: single ones swing with the batch."""


@dataclass(frozen=True)
class Updates:
    """What is needed of one member's rows in the table of updates, however long that is."""

    trend: dict[str, np.ndarray]
    newest: dict[str, np.ndarray]  # the last JUDGED rows

    @classmethod
    def of(cls, run: Run, member: int) -> "Updates":
        (newest,) = newest_of_each(run.history.updates.columns, tuple(UPDATES), [member], JUDGED)
        return cls(run.trend(member).rows(), newest)


def judged(values: np.ndarray) -> float | None:
    """The median of the newest rows, or None while there are too few."""
    return float(np.median(values)) if len(values) == JUDGED else None
