"""What happened in a run, as growing columns."""

import mmap
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

Columns = dict[str, Any]

WHEN: Columns = {"member": int, "env_step": int, "episode": int, "seconds": float}
"""Every row says whose it is and when it was; ``seconds`` counts training time alone."""

EPISODES: Columns = WHEN | {
    "return": float,
    "length": int,
    "epsilon": float,
    "exploration_share": float,
    "terminated": bool,
}
EVALUATIONS: Columns = WHEN | {"mean_return": float, "predicted": float, "obtained": float}
CHANGES: Columns = WHEN | {"name": object, "old": object, "new": object}
UPDATES: Columns = WHEN | {
    "gradient_update": int,
    "loss": float,
    "mean_q": float,
    "gradient_norm": float,
    "td_error_p10": float,
    "td_error_p50": float,
    "td_error_p90": float,
    "dormant_1": float,
    "dormant_2": float,
    "target_distance": float,
    "update_ratio": float,
    "epsilon": float,
    "learning_rate": float,
}


FIRST_ROOM = 512
"""Rows that a new table has room for: of numbers, a page of memory a column."""


class Table:
    """Columns of equal length that only grow; one writer, any number of readers.

    A reader in another thread sees whole rows: the length is raised after the row is written.
    """

    def __init__(self, columns: Mapping[str, Any]) -> None:
        self._types = dict(columns)
        self._columns = _room(self._types, FIRST_ROOM)
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def append(self, **row: Any) -> None:
        """Add one row; every column must be given."""
        assert row.keys() == self._types.keys(), row.keys() ^ self._types.keys()
        if self._length == len(self._columns["member"]):
            larger = _room(self._types, 2 * self._length)
            for name, column in self._columns.items():
                larger[name][: self._length] = column
            self._columns = larger
        for name, value in row.items():
            self._columns[name][self._length] = value
        self._length += 1

    def columns(self, start: int = 0) -> dict[str, np.ndarray]:
        """Every column from row ``start`` on, as views that must not be written.

        A negative ``start`` counts from the end, as far as there are so many rows.
        """
        end = self._length
        start = max(0, end + start) if start < 0 else start
        return {name: column[start:end] for name, column in self._columns.items()}

    def frame(self) -> pd.DataFrame:
        """A copy as a data frame."""
        return pd.DataFrame({name: column.copy() for name, column in self.columns().items()})

    def state_dict(self) -> dict[str, Any]:
        return {
            name: column.tolist() if column.dtype == object else column.copy()
            for name, column in self.columns().items()
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        loaded = {name: np.array(state[name], dtype=kind) for name, kind in self._types.items()}
        length = len(loaded["member"])
        if any(column.shape != (length,) for column in loaded.values()):
            raise ValueError("the columns of its history differ in length")
        columns = _room(self._types, max(FIRST_ROOM, length))
        for name, column in loaded.items():
            columns[name][:length] = column
        self._columns, self._length = columns, length


def _room(types: Mapping[str, Any], rows: int) -> Columns:
    """Columns for so many rows. Those of numbers lie in memory of their own.

    It is taken when it is written to and given back as a whole, whereas blocks that stay and grow
    among those that come and go leave holes in the heap.
    """
    return {
        name: np.empty(rows, dtype=object)
        if kind is object
        else np.frombuffer(
            mmap.mmap(-1, rows * np.dtype(kind).itemsize, access=mmap.ACCESS_COPY), dtype=kind
        )
        for name, kind in types.items()
    }


class History:
    """The four tables of a run."""

    def __init__(self) -> None:
        self.episodes = Table(EPISODES)
        self.evaluations = Table(EVALUATIONS)
        self.changes = Table(CHANGES)
        self.updates = Table(UPDATES)

    def tables(self) -> dict[str, Table]:
        """The tables by name."""
        return dict(vars(self))

    def frames(self) -> dict[str, pd.DataFrame]:
        """A copy of every table as a data frame."""
        return {name: table.frame() for name, table in self.tables().items()}

    def state_dict(self) -> dict[str, Any]:
        return {name: table.state_dict() for name, table in self.tables().items()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        for name, table in self.tables().items():
            table.load_state_dict(state[name])
