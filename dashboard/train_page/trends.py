"""The table of updates as the signs of health need it: thinned, and its newest rows."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from dashboard.session.run import Run

JUDGED = 10
"""Rows of the table of updates whose median is judged: single ones swing with the batch."""

TREND_POINTS = 60
"""At most so many rows make a trend, besides the newest."""


class Trend:
    """Rows at even distances from columns that grow; each is read once.

    Whoever reads all over a long history again and again keeps all of it in memory.
    """

    def __init__(self) -> None:
        self._distance = 1
        self._rows: dict[str, np.ndarray] = {}
        self._lock = threading.Lock()  # a page may ask again before it has its answer

    def of(self, columns: Mapping[str, np.ndarray], own: np.ndarray) -> dict[str, np.ndarray]:
        """At most ``TREND_POINTS`` of the rows ``own``, and the newest of them."""
        length = len(own)
        with self._lock:
            while length > TREND_POINTS * self._distance:
                self._distance *= 2
                self._rows = {name: rows[::2] for name, rows in self._rows.items()}
            known = len(self._rows.get("member", ())) * self._distance
            for name, column in columns.items():
                self._rows[name] = np.append(
                    self._rows.get(name, column[:0]), column[own[known :: self._distance]]
                )
            if (length - 1) % self._distance == 0:  # the newest is among them
                return dict(self._rows)
            return {
                name: np.append(rows, columns[name][own[-1:]]) for name, rows in self._rows.items()
            }


@lru_cache(256)
def _trend(_run_id: str, _member: int) -> Trend:
    """That member's, of a history that only grows."""
    return Trend()


@dataclass(frozen=True)
class Updates:
    """What is needed of one member's rows in the table of updates, however long that is."""

    trend: dict[str, np.ndarray]
    newest: dict[str, np.ndarray]  # the last JUDGED rows

    @classmethod
    def of(cls, run: Run, member: int) -> "Updates":
        trend = _trend(run.id, member)  # first: of a run that is rewound meanwhile it is given up
        columns = run.history.updates.columns()
        own = np.flatnonzero(columns["member"] == member)
        newest = {name: column[own[-JUDGED:]] for name, column in columns.items()}
        return cls(trend.of(columns, own), newest)


def judged(values: np.ndarray) -> float | None:
    """The median of the newest rows, or None while there are too few."""
    return float(np.median(values)) if len(values) == JUDGED else None
