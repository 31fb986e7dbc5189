"""Writes a run into the store while it trains."""

import secrets
import sqlite3
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from dqn_core.base.errors import LabError, StoreError
from dqn_core.base.phrases import Phrase
from dqn_core.configuration.config import DQNConfig
from dqn_core.store import rows, snapshots
from dqn_core.store.record import RunRecord, Status, now, values_of
from dqn_core.store.snapshots import Kind
from dqn_core.store.store import Store
from dqn_core.trainer import Trainer

ROWS_SECONDS = 1.0
"""New rows are written at most this often."""

LATEST_SECONDS = 1.5
"""A snapshot to continue a killed process from is written at most this often."""

ROWS_SHARE = 0.05
SNAPSHOTS_SHARE = 0.005
"""The largest share of the time that writing takes: after a slow write the next one waits longer.

Rows usually take a thousandth of the time. The limit is higher so that they also appear in time on
a busy machine.
"""

WAITING_FACTOR = 4
"""A write counts as at most this multiple of its processor time, however long it waited."""

RETRY_SECONDS = 10.0
"""The time to the next try after the store could not be written."""

PERIODIC_SHARE = 0.05
"""The distance between two periodic snapshots, as a share of the step budget."""

RECENT_EPISODES = 100
"""Newest episodes of all members together, whose mean is the record's recent return."""


class Recorder:
    """Keeps one run's record, rows and snapshots up to date with its trainer.

    The caller trains, and calls `record` between two steps as often as it likes. If the store
    cannot be written, ``problem`` says so in one sentence, training goes on, and the next try
    writes what is missing. If a run has several recorders, only the newest writes; the others
    report it as their problem.
    """

    def __init__(self, store: Store, record: RunRecord, trainer: Trainer) -> None:
        self.run = record.run
        self.problem = ""
        self._store = store
        self._trainer = trainer
        self._status = record.status
        self._configs: Sequence[DQNConfig] = ()
        self._writer = secrets.token_hex(8)
        self._is_replaced = False
        self._written: dict[str, int] | None = None  # rows of each table, None before it began
        self._rows_due = self._latest_due = self._snapshot_due = 0.0
        self._kept_step = trainer.env_step
        self._evaluations = len(trainer.history.evaluations)
        self._best_due = False
        self._attempt(self._begin)
        self._rows_due = 0.0  # so that the store soon shows that the run trains

    def record(self) -> None:
        """Write what is new, if it is time."""
        self._status = Status.RUNNING
        self._note_best()
        moment = time.monotonic()
        kind = self._kind_due(moment)
        if kind:
            self.snapshot(kind)
        elif moment >= self._rows_due:
            self._attempt(self._write_rows)

    def snapshot(self, kind: Kind | str) -> bool:
        """Write the complete state as it is now; returns whether it was written."""
        return self._attempt(lambda: self._write_snapshot(Kind(kind)))

    def finish(self, status: Status | str) -> bool:
        """Write all that is new, the state and the run's ``status``; returns whether it succeeded.

        `record` may be called again afterwards.
        """
        self._status = Status(status)
        return self.snapshot(Kind.LATEST if self._status is Status.PAUSED else Kind.END)

    def _begin(self) -> None:
        if self._store.snapshots(self.run):
            self._write_rows()
        else:
            self._write_snapshot(Kind.START)

    def _note_best(self) -> None:
        evaluations = len(self._trainer.history.evaluations)
        if evaluations > self._evaluations:
            self._best_due |= self._trainer.evaluations.since_best == 0
        self._evaluations = evaluations

    def _kind_due(self, moment: float) -> Kind | None:
        """The kind of snapshot that is due, if any."""
        if moment < self._snapshot_due:
            return None
        if self._best_due:
            return Kind.BEST
        made = self._trainer.env_step - self._kept_step
        if made >= PERIODIC_SHARE * self._trainer.config.total_steps:
            return Kind.PERIODIC
        return Kind.LATEST if moment >= self._latest_due else None

    def _attempt(self, write: Callable[[], None]) -> bool:
        """Call ``write``; returns whether it succeeded, and keeps the problem if not."""
        if self._is_replaced:
            return False
        try:
            write()
        except (LabError, MemoryError) as error:
            self.problem = (
                error.phrase
                if isinstance(error, LabError)
                else Phrase("There is not enough memory to write into the store.")
            )
            self._rows_due = self._snapshot_due = time.monotonic() + RETRY_SECONDS
            return False
        self.problem = ""
        return True

    def _write_rows(self) -> None:
        started = _clocks()
        with self._store.writing() as connection:
            written = self._bring_up_to_date(connection)
        self._has_written(written)
        self._rows_due = _after(_pause(started, ROWS_SHARE), ROWS_SECONDS)

    def _has_written(self, rows_of_tables: dict[str, int]) -> None:
        self._written, self._configs = rows_of_tables, self._trainer.configs

    def _write_snapshot(self, kind: Kind) -> None:
        started, folder = _clocks(), self._store.folder
        self._store.check()
        content = snapshots.content_of(self._trainer)
        file = snapshots.write(folder, content, kind)
        try:
            with self._store.writing() as connection:
                written = self._bring_up_to_date(connection)
                place = self._trainer.env_step, len(self._trainer.history.changes)
                old = snapshots.add(connection, self.run, place, kind, len(content), file)
        except BaseException:
            snapshots.remove(folder, [file])
            raise
        self._has_written(written)
        self._free_memory()
        snapshots.remove(folder, old)
        self._store.thin()
        if kind is not Kind.LATEST:
            self._kept_step = place[0]
        self._best_due = self._best_due and kind is not Kind.BEST
        # What is done for the first time takes long, and says nothing of the next time.
        pause = 0.0 if kind is Kind.START else _pause(started, SNAPSHOTS_SHARE)
        self._snapshot_due, self._latest_due = _after(pause), _after(pause, LATEST_SECONDS)
        self._rows_due = _after(ROWS_SECONDS)

    def _free_memory(self) -> None:
        """Drop the run's earlier rows from memory; they are read from the store from now on.

        This is safe only after a snapshot that counts them: another process that continues the run
        from that snapshot does not delete them.
        """
        for name, table in self._trainer.history.tables().items():
            table.hand_over(partial(self._store.columns, self.run, name))

    def _bring_up_to_date(self, connection: sqlite3.Connection) -> dict[str, int]:
        """Write the rows and the record; returns how many rows each table then has."""
        if self._written is None:
            self._take_over(connection)
        self._write_record(connection)
        tables = self._trainer.history.tables()
        written = self._written or {
            name: rows.length(connection, self.run, name) for name in tables
        }
        for name, table in tables.items():
            columns = table.columns(written[name])
            rows.append(connection, self.run, name, written[name], columns)
            written = {**written, name: written[name] + len(columns["member"])}
        return written

    def _write_record(self, connection: sqlite3.Connection) -> None:
        values = self._values()
        setting = ", ".join(f"{name} = :{name}" for name in values)
        changed = connection.execute(
            f"UPDATE runs SET {setting} WHERE run = :run AND writer = :writer",
            {**values, "run": self.run, "writer": self._writer},
        )
        if not changed.rowcount:
            self._is_replaced = True
            raise StoreError(
                "{run} is no longer recorded here: it is gone on with elsewhere, or was deleted "
                "for good.",
                run=self.run,
            )

    def _take_over(self, connection: sqlite3.Connection) -> None:
        """Become the run's only writer, and delete what lies beyond the trainer's state."""
        connection.execute("UPDATE runs SET writer = ? WHERE run = ?", (self._writer, self.run))
        tables = self._trainer.history.tables()
        rows.cut(connection, self.run, {name: len(table) for name, table in tables.items()})
        connection.execute(
            "DELETE FROM snapshots WHERE run = ? AND env_step > ?",
            (self.run, self._trainer.env_step),
        )

    def _values(self) -> dict[str, Any]:
        trainer = self._trainer
        values: dict[str, Any] = {
            "status": self._status,
            "env_steps": trainer.env_step,
            "updated": now(),
            "recent_return": _mean(trainer.history.episodes.columns(-RECENT_EPISODES)["return"]),
            "greedy_return": _greedy_return(trainer),
        }
        if trainer.configs is not self._configs:
            values |= values_of(trainer.configs)
        return values


def _clocks() -> tuple[float, float]:
    """The time, and the processor time of this thread."""
    return time.monotonic(), time.thread_time()


def _pause(started: tuple[float, float], share: float) -> float:
    """How long to wait before the next write, so that writing takes at most ``share`` of the time.

    One long wait for a busy machine says nothing about the next write, so a write counts as at most
    `WAITING_FACTOR` times its processor time.
    """
    took, worked = (now - then for now, then in zip(_clocks(), started, strict=True))
    return min(took, WAITING_FACTOR * worked) / share


def _after(*seconds: float) -> float:
    return time.monotonic() + max(seconds)


def _greedy_return(trainer: Trainer) -> float | None:
    newest = trainer.history.evaluations.columns(-trainer.members)
    return _mean(newest["mean_return"][newest["env_step"] == newest["env_step"].max(initial=0)])


def _mean(values: np.ndarray) -> float | None:
    return float(values.mean()) if len(values) else None
