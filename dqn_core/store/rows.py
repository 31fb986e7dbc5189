"""The rows of a run's history in the database, exact to the last bit of a number."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from itertools import count, repeat
from typing import Any

import numpy as np

from dqn_core.history import CHANGES, EPISODES, EVALUATIONS, UPDATES

TABLES = {
    "episodes": EPISODES,
    "evaluations": EVALUATIONS,
    "updates": UPDATES,
    "changes": CHANGES,
}
"""The tables of a history with the types of their columns."""

_OF_ANY_TYPE = ("old", "new")
"""Columns whose values are numbers, texts or yes and no: written as JSON."""

_NO_END = 2**62


def append(
    connection: sqlite3.Connection,
    run: str,
    table: str,
    start: int,
    columns: Mapping[str, np.ndarray],
) -> None:
    """Write rows of ``table``, of which the first is row ``start`` of the run.

    A NaN becomes SQL's NULL.
    """
    names = list(TABLES[table])
    values = [_written(name, columns[name].tolist()) for name in names]
    marks = ", ".join("?" * (len(names) + 2))
    connection.executemany(
        f'INSERT INTO {table} (run, "row", {_quoted(names)}) VALUES ({marks})',
        zip(repeat(run), count(start), *values),
    )


def columns(
    connection: sqlite3.Connection,
    run: str,
    table: str,
    start: int = 0,
    end: int | None = None,
    names: Sequence[str] | None = None,
) -> dict[str, np.ndarray]:
    """What `append` wrote, from row ``start`` to before row ``end``; raises `ValueError`.

    Of all columns, or of those with these ``names``.
    """
    types = {name: TABLES[table][name] for name in names or TABLES[table]}
    found = connection.execute(
        f'SELECT {_quoted(types)} FROM {table} WHERE run = ? AND "row" >= ? AND "row" < ? '
        'ORDER BY "row"',
        (run, start, _NO_END if end is None else end),
    ).fetchall()
    of_each = zip(*found, strict=True) if found else ((),) * len(types)
    return {
        name: _array(name, kind, values)
        for (name, kind), values in zip(types.items(), of_each, strict=True)
    }


def cut(connection: sqlite3.Connection, run: str, lengths: Mapping[str, int]) -> None:
    """Delete what is beyond these numbers of rows."""
    for table, length in lengths.items():
        connection.execute(f'DELETE FROM {table} WHERE run = ? AND "row" >= ?', (run, length))


def length(connection: sqlite3.Connection, run: str, table: str) -> int:
    """How many rows there are."""
    query = f'SELECT COALESCE(MAX("row") + 1, 0) FROM {table} WHERE run = ?'
    return int(connection.execute(query, (run,)).fetchone()[0])


def _quoted(names: Any) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _written(name: str, values: Sequence[Any]) -> Sequence[Any]:
    return [json.dumps(value) for value in values] if name in _OF_ANY_TYPE else values


def _array(name: str, kind: Any, values: Sequence[Any]) -> np.ndarray:
    if name in _OF_ANY_TYPE:
        values = [json.loads(value) for value in values]
    array = np.empty(len(values), dtype=kind)
    array[:] = values  # item by item: NumPy would make one array of texts
    return array
