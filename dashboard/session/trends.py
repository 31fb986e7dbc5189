"""Trends over a table that grows: its rows, thinned."""

import threading

import numpy as np

from dqn_core.history import Table

TREND_POINTS = 60
"""The most rows of a trend, besides the newest."""


class Trend:
    """Rows of one member at even distances in a table that grows; each is read once.

    Re-reading a long history would take time, and bring all of it back into memory.
    """

    def __init__(self, table: Table, member: int) -> None:
        self._table = table
        self._member = member
        self._seen = self._own = 0  # rows of the table, and the member's among them
        self._distance = 1
        self._rows = table.columns(0, 0)
        self._newest = self._rows
        self._lock = threading.Lock()  # a page may ask again before it has its answer

    def rows(self) -> dict[str, np.ndarray]:
        """At most ``TREND_POINTS`` of the member's rows so far, and the newest of them."""
        with self._lock:
            self._read()
            is_among_them = (self._own - 1) % self._distance == 0
            return dict(self._rows) if is_among_them else _together(self._rows, self._newest)

    def _read(self) -> None:
        columns = self._table.columns(self._seen)
        self._seen += len(columns["member"])
        own = np.flatnonzero(columns["member"] == self._member)
        if not len(own):
            return
        before, self._own = self._own, self._own + len(own)
        while self._own > TREND_POINTS * self._distance:
            self._distance *= 2
            self._rows = {name: rows[::2] for name, rows in self._rows.items()}
        added = own[-before % self._distance :: self._distance]
        added_rows = {name: column[added] for name, column in columns.items()}
        self._rows = _together(self._rows, added_rows)
        self._newest = {name: column[own[-1:]] for name, column in columns.items()}


def _together(first: dict[str, np.ndarray], then: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: np.append(rows, then[name]) for name, rows in first.items()}
