"""The rows of a run's history in the database; every number comes back exactly."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from itertools import count, repeat
from typing import Any

import numpy as np

from dqn_core.base.errors import reason_of
from dqn_core.history import CHANGES, EPISODES, EVALUATIONS, UPDATES
from dqn_core.store.record import of_kind

TABLES = {
    "episodes": EPISODES,
    "evaluations": EVALUATIONS,
    "updates": UPDATES,
    "changes": CHANGES,
}
"""The tables of a history with the types of their columns."""

_OF_ANY_TYPE = ("old", "new")
"""Columns with numbers, texts and truth values: written as JSON."""

_NO_END = 2**62

_AT_ONCE = 4096
"""Rows converted at a time: the Python objects of more rows do not fit the processor's caches."""


def append(
    connection: sqlite3.Connection,
    run: str,
    table: str,
    start: int,
    columns: Mapping[str, np.ndarray],
) -> None:
    """Write rows of ``table``, the first as row ``start`` of the run; a NaN becomes NULL."""
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

    ``names`` are the columns to read, by default all.
    """
    types = {name: TABLES[table][name] for name in names or TABLES[table]}
    cursor = connection.cursor()
    cursor.row_factory = None  # plain tuples are read twice as fast
    cursor.execute(
        f'SELECT {_quoted(types)} FROM {table} WHERE run = ? AND "row" >= ? AND "row" < ? '
        'ORDER BY "row"',
        (run, start, _NO_END if end is None else end),
    )
    parts = {name: [np.empty(0, dtype=kind)] for name, kind in types.items()}
    while found := cursor.fetchmany(_AT_ONCE):
        for (name, kind), values in zip(types.items(), zip(*found, strict=True), strict=True):
            parts[name].append(_array(name, kind, values))
    return {name: np.concatenate(arrays) for name, arrays in parts.items()}


def cut(connection: sqlite3.Connection, run: str, lengths: Mapping[str, int]) -> None:
    """Delete the rows of each table beyond its length."""
    for table, length in lengths.items():
        connection.execute(f'DELETE FROM {table} WHERE run = ? AND "row" >= ?', (run, length))


def length(connection: sqlite3.Connection, run: str, table: str) -> int:
    """The number of rows of ``table``."""
    query = f'SELECT COALESCE(MAX("row") + 1, 0) FROM {table} WHERE run = ?'
    return int(connection.execute(query, (run,)).fetchone()[0])


def _quoted(names: Any) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _written(name: str, values: Sequence[Any]) -> Sequence[Any]:
    return [json.dumps(value) for value in values] if name in _OF_ANY_TYPE else values


def _array(name: str, kind: Any, values: Sequence[Any]) -> np.ndarray:
    """Raises `ValueError` for what is no value of that column: SQLite does not check it."""
    array = np.empty(len(values), dtype=kind)
    try:
        if name in _OF_ANY_TYPE:
            values = [json.loads(value) for value in values]
        elif kind is object:
            values = [of_kind(value, str) for value in values]
        array[:] = values  # item by item: NumPy would make one array of texts
    except (ArithmeticError, RecursionError, TypeError) as error:
        raise ValueError(reason_of(error)) from error
    return array
