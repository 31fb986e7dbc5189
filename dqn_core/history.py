"""What happened in a run, as growing columns."""

import mmap
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

Columns = dict[str, Any]

WHEN: Columns = {"member": int, "env_step": int, "episode": int, "seconds": float}
"""The columns of every table: whose row it is, and when it was. ``seconds`` is training time."""

EPISODES: Columns = WHEN | {
    "return": float,
    "length": int,
    "epsilon": float,
    "exploration_share": float,
    "terminated": bool,
}
EVALUATIONS: Columns = WHEN | {
    "mean_return": float,
    "predicted": float,
    "obtained": float,
    "truncated_share": float,
}
CHANGES: Columns = WHEN | {"name": object, "old": object, "new": object}
UPDATES: Columns = WHEN | {
    "gradient_update": int,
    "loss": float,
    "mean_q": float,
    "gradient_norm": float,
    "td_error_p10": float,
    "td_error_p50": float,
    "td_error_p90": float,
    **{f"dormant_{layer}": float for layer in range(1, 5)},
    **{f"noise_{layer}": float for layer in range(1, 6)},
    "target_distance": float,
    "update_ratio": float,
    "epsilon": float,
    "learning_rate": float,
}

OF_LAYERS = tuple(name for name in UPDATES if name.startswith(("dormant_", "noise_")))
"""Columns of the table of updates that are NaN where the network has no such layer."""

MEANINGS = {
    "member": "which of the agents trained side by side, from 0",
    "seed": "that member's seed",
    "env_step": "environment steps that each member had made",
    "episode": "episodes that the member had ended",
    "seconds": "time that the training had taken, evaluations on the way included",
    "return": "sum of the episode's rewards",
    "length": "environment steps in the episode",
    "epsilon": "epsilon, the probability of a random action at that step",
    "exploration_share": "share of the episode's actions that were random",
    "terminated": "whether the environment ended the episode, and not its time limit",
    "mean_return": "mean sum of rewards of the greedy episodes",
    "predicted": "mean over them of the largest Q-value of their first state",
    "obtained": "mean over them of the discounted sum of rewards",
    "truncated_share": "share of them that the time limit cut",
    "name": "the hyperparameter that was changed",
    "old": "its value before",
    "new": "its value from that step on",
    "gradient_update": "gradient updates made so far, including this one; the other columns "
    "describe this one",
    "loss": "mean loss of its batch, before the step",
    "mean_q": "mean over its batch of the largest Q-value",
    "gradient_norm": "length of the gradient before it was clipped",
    "td_error_p10": "absolute TD error that a tenth of its batch is below",
    "td_error_p50": "absolute TD error that half of its batch is below",
    "td_error_p90": "absolute TD error that nine tenths of its batch are below",
    "dormant_1": "share of the units of the first hidden layer that are hardly active in stored "
    "states",
    "dormant_2": "the same for the second hidden layer; empty where there is none",
    "dormant_3": "the same for the third",
    "dormant_4": "the same for the fourth",
    "noise_1": "mean size of the noise of the first linear layer's weights; empty where a network "
    "has no noise",
    **{
        f"noise_{layer}": f"the same for linear layer {layer}; empty where there is none"
        for layer in range(2, 6)
    },
    "target_distance": "length of the weights minus the target network's, divided by the length of "
    "the weights",
    "update_ratio": "length of the step that Adam made, divided by the length of the weights",
    "learning_rate": "Adam's step size in it",
}
"""The meaning of each column, and of ``seed``, which exported tables have, too."""


ROOM = 4096
"""A table grows by this many rows, so that each column of numbers fills whole pages of memory."""

HELD = 4 * ROOM
"""The newest rows that stay in memory when earlier ones are kept elsewhere."""

Reader = Callable[[int, int], Mapping[str, np.ndarray]]
"""Gives the columns of the rows from the first number to before the second."""


class _Rows(NamedTuple):
    """A table at one moment: rows from ``first`` on are in memory, ``earlier`` reads the others."""

    columns: Columns
    first: int
    length: int
    earlier: Reader | None = None

    def of(self, start: int, end: int) -> Columns:
        """The columns of the rows from ``start`` to before ``end``; those in memory are views."""
        begin = max(start, self.first)
        held = slice(begin - self.first, max(begin, end) - self.first)
        columns = {name: column[held] for name, column in self.columns.items()}
        if self.earlier is None or start >= min(end, self.first):
            return columns
        earlier = self.earlier(start, min(end, self.first))
        return {name: np.concatenate([earlier[name], columns[name]]) for name in columns}


class Table:
    """Columns of equal length that only grow; one writer, any number of readers.

    A reader in another thread sees whole rows: the length is raised after the row is written.
    """

    def __init__(self, columns: Mapping[str, Any]) -> None:
        self._types = dict(columns)
        none = {name: np.empty(0, dtype=kind) for name, kind in columns.items()}
        self._rows = _Rows(_room(none), 0, 0)

    def __len__(self) -> int:
        return self._rows.length

    def append(self, **row: Any) -> None:
        """Add one row; every column must be given."""
        assert row.keys() == self._types.keys(), row.keys() ^ self._types.keys()
        rows = self._rows
        place = rows.length - rows.first
        if place == len(rows.columns["member"]):
            rows = rows._replace(columns=_room(rows.columns))
        for name, value in row.items():
            rows.columns[name][place] = value
        self._rows = rows._replace(length=rows.length + 1)

    def columns(self, start: int = 0, end: int | None = None) -> dict[str, np.ndarray]:
        """The columns of the rows from ``start`` on, or to before ``end``; not to be written.

        A negative ``start`` counts from the end. The newest `HELD` rows are always in memory.
        Earlier ones may be read from elsewhere, and that may raise an error.
        """
        rows = self._rows
        start = max(0, rows.length + start) if start < 0 else start
        return rows.of(start, rows.length if end is None else min(end, rows.length))

    def hand_over(self, earlier: Reader) -> None:
        """Free the memory of all rows but the newest: from now on ``earlier`` reads them.

        To be called by the thread that appends.
        """
        rows = self._rows
        first = (rows.length - HELD) // ROOM * ROOM
        if first > rows.first:
            held = _room(rows.of(first, rows.length))
            self._rows = _Rows(held, first, rows.length, earlier)

    def frame(self) -> "pd.DataFrame":
        """A copy as a data frame."""
        import pandas as pd  # a third of a second, which a page or a command seldom needs

        return pd.DataFrame({name: column.copy() for name, column in self.columns().items()})

    def state_dict(self) -> dict[str, Any]:
        return as_state(self.columns())

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        loaded = {name: np.array(state[name], dtype=kind) for name, kind in self._types.items()}
        length = len(loaded["member"])
        if any(column.shape != (length,) for column in loaded.values()):
            raise ValueError("the columns of its history differ in length")
        self._rows = _Rows(_room(loaded), 0, length)


def _room(kept: Columns) -> Columns:
    """These columns with room for more rows.

    Columns of numbers lie outside the heap, which blocks that grow and stay would fragment.
    """
    length = len(kept["member"])
    rows = (length + max(ROOM, length // 8)) // ROOM * ROOM
    numbers = [column for column in kept.values() if column.dtype != object]
    size = rows * sum(column.itemsize for column in numbers)
    memory = mmap.mmap(-1, size, access=mmap.ACCESS_COPY)  # a forked process has its own
    columns, start = {}, 0
    for name, column in kept.items():
        if column.dtype == object:
            columns[name] = np.append(column, np.empty(rows - length, dtype=object))
            continue
        columns[name] = np.frombuffer(memory, column.dtype, rows, start)
        columns[name][:length] = column
        start += columns[name].nbytes
    return columns


def as_state(columns: Mapping[str, np.ndarray]) -> Columns:
    """A copy of a table's columns as a state has them: those of any type are lists."""
    return {
        name: column.tolist() if column.dtype == object else column.copy()
        for name, column in columns.items()
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

    def frames(self) -> "dict[str, pd.DataFrame]":
        """A copy of every table as a data frame."""
        return {name: table.frame() for name, table in self.tables().items()}

    def state_dict(self) -> dict[str, Any]:
        return {name: table.state_dict() for name, table in self.tables().items()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        for name, table in self.tables().items():
            table.load_state_dict(state[name])
