"""What happened in a run, as growing columns."""

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


class Table:
    """Columns of equal length that only grow; one writer, any number of readers.

    A reader in another thread sees whole rows: the length is raised after the row is written.
    """

    def __init__(self, columns: Mapping[str, Any]) -> None:
        self._types = dict(columns)
        self._columns = {name: np.empty(64, dtype=kind) for name, kind in columns.items()}
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def append(self, **row: Any) -> None:
        """Add one row; every column must be given."""
        assert row.keys() == self._types.keys(), row.keys() ^ self._types.keys()
        if self._length == len(self._columns["member"]):
            self._columns = {
                name: np.concatenate([column, np.empty_like(column)])
                for name, column in self._columns.items()
            }
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
        self._columns = {
            name: np.array(state[name], dtype=kind) for name, kind in self._types.items()
        }
        if {column.shape for column in self._columns.values()} != {self._columns["member"].shape}:
            raise ValueError("the columns of its history differ in length")
        self._length = len(self._columns["member"])
        if not self._length:
            self._columns = {name: np.empty(64, dtype=kind) for name, kind in self._types.items()}


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
