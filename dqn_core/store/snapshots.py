"""Snapshots: files with the complete state of a run, without the rows of its history."""

import os
import secrets
import sqlite3
from collections.abc import Container
from contextlib import suppress
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from dqn_core.base.errors import CheckpointError
from dqn_core.base.phrases import Phrase
from dqn_core.base.scalars import shown
from dqn_core.base.whole_files import whole_file
from dqn_core.history import as_state
from dqn_core.store.rows import TABLES, columns

if TYPE_CHECKING:
    from dqn_core.files.packing import Source
    from dqn_core.trainer import Trainer

FOLDER = "snapshots"


class Kind(StrEnum):
    """Why a snapshot was made."""

    START = "start"
    CHANGE = "change"  # just before a change of a hyperparameter
    BEST = "best"  # after the best greedy evaluation so far
    PERIODIC = "periodic"
    LATEST = "latest"  # to continue from if the process is killed
    END = "end"


_REPLACED = {Kind.BEST: (Kind.BEST, Kind.LATEST), Kind.END: (Kind.END, Kind.LATEST)}
"""The kinds of snapshots that a new one of a kind replaces; by default only `Kind.LATEST`."""


@dataclass(frozen=True)
class Snapshot:
    """One snapshot of a run."""

    id: int  # the larger one is the newer of two with the same ``env_step``
    run: str
    env_step: int
    changes: int  # rows in the history's table of changes
    kind: Kind
    bytes: int
    file: str


def content_of(trainer: "Trainer") -> bytes:
    """The content of a snapshot's file; raises `CheckpointError`."""
    from dqn_core.files.packing import pack

    lengths = {name: len(table) for name, table in trainer.history.tables().items()}
    return pack("snapshot", {**trainer.state_without_history(), "rows": lengths})


def write(folder: Path, content: bytes, kind: Kind) -> str:
    """Write a new file in the store's ``folder``, whole or not at all; returns its name.

    Only the last snapshot of a run is flushed to the disk: if a power cut damages another one, the
    run continues from the one before it. Raises `CheckpointError`.
    """
    name = f"{secrets.token_hex(12)}.safetensors"
    with whole_file(path_of(folder, name), survives_power_cut=kind is Kind.END) as part:
        part.write_bytes(content)
    return name


def path_of(folder: Path, file: str) -> Path:
    """The path of a snapshot's file; always in ``folder``, whatever a foreign database says."""
    return folder / FOLDER / Path(file).name


def remove(folder: Path, files: list[str]) -> None:
    """Delete files of snapshots that the database no longer knows."""
    for name in files:
        with suppress(OSError):  # a file that stays only takes space
            path_of(folder, name).unlink(missing_ok=True)


def remove_unknown(folder: Path, known: Container[str], since: float, before: float) -> None:
    """Delete files of that time that belong to no run: a killed process left them."""
    for entry in os.scandir(folder / FOLDER):
        with suppress(OSError):  # gone meanwhile
            if entry.name not in known and since <= entry.stat().st_mtime < before:
                remove(folder, [entry.name])


def add(
    connection: sqlite3.Connection,
    run: str,
    place: tuple[int, int],
    kind: Kind,
    size: int,
    file: str,
) -> list[str]:
    """Enter a file into the database; returns the files that it replaces.

    ``place`` is the step of its state and the number of changes until then.
    """
    replaced = _REPLACED.get(kind, (Kind.LATEST,))
    rows = connection.execute(
        f"DELETE FROM snapshots WHERE run = ? AND kind IN ({', '.join('?' * len(replaced))}) "
        "RETURNING file",
        (run, *replaced),
    )
    files = [row["file"] for row in rows.fetchall()]
    connection.execute(
        "INSERT INTO snapshots (run, env_step, changes, kind, bytes, file) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (run, *place, kind, size, file),
    )
    return files


_COLUMNS = ", ".join(field.name for field in fields(Snapshot))


def snapshots_of(connection: sqlite3.Connection, run: str) -> list[Snapshot]:
    """The snapshots of a run, oldest state first; raises `ValueError` for a damaged row."""
    query = f"SELECT {_COLUMNS} FROM snapshots WHERE run = ? ORDER BY env_step, id"
    return [_snapshot(row) for row in connection.execute(query, (run,)).fetchall()]


def snapshots_of_all(connection: sqlite3.Connection) -> list[Snapshot]:
    """The snapshots of all runs, without damaged rows, so that one run cannot harm the others."""
    found = []
    for row in connection.execute(f"SELECT {_COLUMNS} FROM snapshots").fetchall():
        with suppress(ValueError):
            found.append(_snapshot(row))
    return found


def _snapshot(row: sqlite3.Row) -> Snapshot:
    snapshot = Snapshot(**{**dict(row), "kind": Kind(row["kind"])})
    numbers = (snapshot.id, snapshot.env_step, snapshot.changes, snapshot.bytes)
    texts = (snapshot.run, snapshot.file)
    # SQLite does not check the types.
    if not all(type(one) is int for one in numbers) or not all(type(one) is str for one in texts):
        raise ValueError(Phrase("{file} is not described as it should be", file=shown(row["file"])))
    return snapshot


def restored(connection: sqlite3.Connection, name: str, source: "Source", run: str) -> "Trainer":
    """A trainer with the state in ``source`` and the history of ``run`` up to that state.

    ``name`` is how error messages call the snapshot. Raises `CheckpointError`.
    """
    # imports PyTorch, which a list of runs must not wait for
    from dqn_core.files.checkpoint import trainer_from
    from dqn_core.files.packing import unpack

    kind, saved = unpack(source)
    lengths = saved.pop("rows", None)
    if kind != "snapshot" or not isinstance(lengths, dict) or lengths.keys() != TABLES.keys():
        raise CheckpointError("{name} is damaged: it is no snapshot.", name=name)
    try:
        history = {
            table: as_state(columns(connection, run, table, 0, length))
            for table, length in lengths.items()
        }
    except (TypeError, ValueError) as error:
        raise CheckpointError("The history of {run} is damaged.", run=run) from error
    if any(len(history[table]["member"]) != length for table, length in lengths.items()):
        raise CheckpointError("{name} is damaged: rows of its history are missing.", name=name)
    return trainer_from(name, {**saved, "history": history})
