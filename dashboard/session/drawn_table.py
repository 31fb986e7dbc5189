"""A table of a run's history as charts have it."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from dashboard.session.words import change_label
from dqn_core.history import Table


class DrawnTable:
    """Its rows, with members numbered from ``first_member`` on and a label for every change."""

    def __init__(self, table: Table, first_member: int) -> None:
        self._table = table
        self._first_member = first_member

    def __len__(self) -> int:
        return len(self._table)

    def columns(self, start: int = 0) -> dict[str, np.ndarray]:
        """Every column from row ``start`` on."""
        columns = self._table.columns(start)
        columns["member"] = columns["member"] + self._first_member
        if "old" in columns:
            columns["label"] = np.array(change_labels(columns), dtype=object)
        return columns


def change_labels(changes: Mapping[str, Any]) -> list[str]:
    """What was changed, one short text a row of the table of changes."""
    rows = zip(changes["name"], changes["old"], changes["new"], strict=True)
    return [change_label(name, old, new) for name, old, new in rows]
