"""Trends over a table that grows: its rows, thinned."""

import threading
from collections.abc import Mapping

import numpy as np

TREND_POINTS = 60
"""At most so many rows make a trend, besides the newest."""


class Trend:
    """Rows at even distances from columns that grow; each is read once.

    Re-reading the whole history would page all of it back into memory.
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
