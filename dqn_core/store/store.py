"""The store of runs: it finds, describes, continues and deletes them."""

import logging
import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dqn_core.base.errors import CheckpointError, StoreError, reason_of
from dqn_core.base.phrases import Phrase, did_you_mean, paragraph
from dqn_core.base.scalars import shown
from dqn_core.base.settings import RUNS_BYTES
from dqn_core.configuration.config import DQNConfig
from dqn_core.store import rows, snapshots, thinning
from dqn_core.store.connections import BUSY_SECONDS, Connections
from dqn_core.store.record import (
    COLUMNS,
    RunRecord,
    configs_from,
    moment,
    new_values,
    record_of,
    stem_of,
)
from dqn_core.store.snapshots import Snapshot

if TYPE_CHECKING:
    from dqn_core.trainer import Trainer

DATABASE = "runs.sqlite"
"""The file in a store's folder."""

THINNED_SHARE = 0.9
"""Thinning deletes snapshots until they take this share of the budget."""

KEPT_DELETED_SECONDS = 86_400.0
"""How long a deleted run can be restored."""

ORPHAN_SECONDS = 3_600.0
"""A file of this age that belongs to no run was left by a killed process."""

LONGEST_TEXT = 10_000
MOST_TAGS = LONGEST_TAG = 100

_LOG = logging.getLogger(__name__)


class Store:
    """The runs in a folder: a database, and snapshots beside it.

    Several threads and processes may use it at once. Every method raises `StoreError`, and changes
    nothing, if the database cannot be read or written or there is no such run. If all snapshots
    together take more than ``budget`` bytes, at first the setting `RUNS_BYTES`, some are deleted.
    Where another program holds the database, each waits ``patience`` seconds for it.
    """

    def __init__(self, folder: Path | str, patience: float = BUSY_SECONDS) -> None:
        self.folder = Path(folder).absolute()  # an environment may change the working folder
        self.budget = RUNS_BYTES.value
        try:
            (self.folder / snapshots.FOLDER).mkdir(parents=True, exist_ok=True)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise StoreError(
                "Runs cannot be kept in {folder!r}: {reason}; give a folder that can be written.",
                folder=str(folder),
                reason=reason,
            ) from error
        self._connections = Connections(self.folder / DATABASE, patience)
        # Most of the time of a listing goes into parsing configurations.
        self.configs_from = lru_cache(maxsize=4_096)(configs_from)
        self._purge(time.time() - KEPT_DELETED_SECONDS)

    def close(self) -> None:
        """Close the database; the next use opens it again."""
        self._connections.close()

    def check(self) -> None:
        """Raises `StoreError` where its folder was deleted or replaced since it was opened."""
        self._connections.check()

    def create(
        self,
        configs: Sequence[DQNConfig],
        *,
        preset: str = "",
        title: str = "",
        parent: str | None = None,
        fork_step: int | None = None,
        owner: str | None = None,
    ) -> RunRecord:
        """A new run of these members, without rows; its name was never used in this store."""
        values = new_values(configs, preset, title, parent, fork_step, owner)
        with self.writing() as connection:
            name = insert(connection, values)
        return self.run(name)

    def runs(self, owner: str | None = None, include_deleted: bool = False) -> list[RunRecord]:
        """All runs, or those of one visitor; the newest first.

        One that is damaged is left out, and logged in a sentence.
        """
        wanted = "(:owner IS NULL OR owner = :owner) AND (:deleted OR deleted IS NULL)"
        with self.reading() as connection:
            found = connection.execute(
                f"SELECT {_names(COLUMNS)} FROM runs WHERE {wanted} ORDER BY created DESC, run",
                {"owner": owner, "deleted": include_deleted},
            ).fetchall()
            tags: dict[str, list[str]] = {}
            for run, tag in connection.execute("SELECT run, tag FROM tags ORDER BY tag"):
                tags.setdefault(run, []).append(tag)
        records = []
        for row in found:
            try:
                records.append(record_of(row, tags.get(row["run"], ()), self.configs_from))
            except StoreError as error:
                _LOG.warning(str(error))
        return records

    def run(self, name: str) -> RunRecord:
        """The run called ``name``, deleted or not."""
        with self.reading() as connection:
            row = connection.execute(
                f"SELECT {_names(COLUMNS)} FROM runs WHERE run = ?", (name,)
            ).fetchone()
            if row is None:
                raise self._unknown(connection, name)
            tags = connection.execute("SELECT tag FROM tags WHERE run = ? ORDER BY tag", (name,))
            return record_of(row, [tag for (tag,) in tags], self.configs_from)

    def called(self, name: str) -> RunRecord:
        """The run with that name, or if there is none, the only run with that title."""
        found = [record for record in self.runs() if name in (record.run, record.name)]
        if len(found) > 1 and all(record.run != name for record in found):
            raise StoreError(
                "{count} runs are called {name}: choose one of {names}.",
                count=len(found),
                name=shown(name),
                names=[record.run for record in found],
            )
        named = [record for record in found if record.run == name]
        return (named or found or [self.run(name)])[0]

    def columns(
        self,
        name: str,
        table: str,
        start: int = 0,
        end: int | None = None,
        names: Sequence[str] | None = None,
    ) -> dict[str, np.ndarray]:
        """A table of the run's history from row ``start`` on, as `Table.columns` gives it.

        ``table`` is episodes, evaluations, updates or changes. With ``end``, raises `StoreError` if
        a row before it is missing. ``names`` are the columns to read, by default all.
        """
        with self.reading() as connection:
            try:
                found = rows.columns(connection, name, table, start, end, names)
            except (TypeError, ValueError) as error:
                raise StoreError(
                    "The history of the run {name} is damaged: {reason}.",
                    name=name,
                    reason=reason_of(error),
                ) from error
        if end is not None and len(next(iter(found.values()))) < end - start:
            raise StoreError("Rows of the history of {name} are no longer there.", name=name)
        return found

    def snapshots(self, name: str) -> list[Snapshot]:
        """The run's snapshots, oldest state first."""
        with self.reading() as connection:
            return _snapshots(connection, name)

    def trainer(self, name: str, at: int | None = None, snapshot: int | None = None) -> "Trainer":
        """A trainer that continues from the last snapshot at or before ``at``, by default the end.

        It goes on exactly as if it had never stopped. If that snapshot cannot be read, it continues
        from an earlier one, and its ``notice`` says so. With the id of a ``snapshot`` it continues
        from that one. Raises `CheckpointError` if no snapshot can be used.
        """
        self.run(name)
        with self.reading() as connection:
            found = [s for s in _snapshots(connection, name) if at is None or s.env_step <= at]
            if snapshot is not None:
                found = [one for one in found if one.id == snapshot]
            if not found:
                raise StoreError(
                    "The run {name} has no snapshot to go on from."
                    if at is None
                    else "The run {name} has no snapshot at or before step {at:,} to go on from.",
                    name=name,
                    at=at,
                )
            refusals: list[CheckpointError] = []
            for each in reversed(found):
                try:
                    trainer = self._restored(connection, each)
                except CheckpointError as error:
                    refusals.append(error)
                    continue
                if refusals:
                    trainer.notice = paragraph((refusals[0].phrase, trainer.notice))
                return trainer
        raise refusals[0]

    def _restored(self, connection: sqlite3.Connection, snapshot: Snapshot) -> "Trainer":
        name = f"The snapshot of {snapshot.run} at step {snapshot.env_step:,}"
        path = snapshots.path_of(self.folder, snapshot.file)
        return snapshots.restored(connection, name, path, snapshot.run)

    def update(self, name: str, **values: Any) -> RunRecord:
        """Set any of ``title``, ``note``, ``starred``, ``hidden`` and ``tags``."""
        tags = values.pop("tags", None)
        assert values.keys() <= {"title", "note", "starred", "hidden"}, values
        with self.writing() as connection:
            self._set(connection, name, _checked_texts(values))
            if tags is not None:
                set_tags(connection, name, tags)
        return self.run(name)

    def delete(self, name: str) -> None:
        """Take the run out of the lists; `restore` brings it back within a day."""
        with self.writing() as connection:
            self._set(connection, name, {"deleted": time.time()})

    def restore(self, name: str) -> None:
        """Undo `delete`."""
        with self.writing() as connection:
            self._set(connection, name, {"deleted": None})

    def forget(self, names: Iterable[str]) -> None:
        """Delete these runs for good, with their snapshots."""
        files: list[str] = []
        with self.writing() as connection:
            for name in names:
                found = connection.execute("SELECT file FROM snapshots WHERE run = ?", (name,))
                files += [file for (file,) in found]
                connection.execute("DELETE FROM runs WHERE run = ?", (name,))
        snapshots.remove(self.folder, files)

    def bytes(self) -> int:
        """The bytes of all snapshots together, without those in damaged rows."""
        with self.reading() as connection:
            query = "SELECT COALESCE(SUM(bytes), 0) FROM snapshots WHERE typeof(bytes) = 'integer'"
            return int(connection.execute(query).fetchone()[0])

    def thin(self) -> None:
        """If snapshots take more than the budget, delete some.

        They then take somewhat less than the budget, so that the next snapshot fits.
        """
        if self.bytes() <= self.budget:
            return
        with self.writing() as connection:
            kept = snapshots.snapshots_of_all(connection)
            gone = thinning.surplus(kept, int(THINNED_SHARE * self.budget))
            connection.executemany(
                "DELETE FROM snapshots WHERE id = ?", [(snapshot.id,) for snapshot in gone]
            )
        snapshots.remove(self.folder, [snapshot.file for snapshot in gone])

    def reading(self) -> AbstractContextManager[sqlite3.Connection]:
        """A connection that sees one moment of the database."""
        return self._connections.reading()

    def writing(self) -> AbstractContextManager[sqlite3.Connection]:
        """A connection for writing: all statements in the block take effect, or none."""
        return self._connections.writing()

    def _set(self, connection: sqlite3.Connection, name: str, values: Mapping[str, Any]) -> None:
        setting = ", ".join(["run = run", *(f"{column} = :{column}" for column in values)])
        changed = connection.execute(
            f"UPDATE runs SET {setting} WHERE run = :run", {**values, "run": name}
        )
        if not changed.rowcount:
            raise self._unknown(connection, name)

    def _unknown(self, connection: sqlite3.Connection, name: str) -> StoreError:
        names = [run for (run,) in connection.execute("SELECT run FROM runs")]
        near = get_close_matches(name, names, n=1)
        unknown = Phrase(
            "There is no run {name} in {folder!r}.", name=shown(name), folder=str(self.folder)
        )
        return StoreError(did_you_mean(unknown, near))

    def _purge(self, before: float) -> None:
        """Remove what was deleted before that moment, and files that belong to no run."""
        with self.writing() as connection:
            gone = connection.execute(
                "SELECT file FROM snapshots JOIN runs USING (run) WHERE deleted < ?", (before,)
            ).fetchall()
            for table in ("runs", "sweeps"):
                connection.execute(f"DELETE FROM {table} WHERE deleted < ?", (before,))
            known = {file for (file,) in connection.execute("SELECT file FROM snapshots")}
            (first,) = connection.execute("SELECT min(created) FROM runs").fetchone()
        snapshots.remove(self.folder, [str(file) for (file,) in gone])
        # Older ones are those of a database that was moved elsewhere, and may come back.
        with suppress(TypeError, ValueError, OSError):  # of a folder that cannot be looked into
            between = moment(first), time.time() - ORPHAN_SECONDS
            snapshots.remove_unknown(self.folder, known, *between)


def is_store(folder: Path) -> bool:
    """Whether runs are kept in that folder; raises `StoreError` where that cannot be seen."""
    try:
        return (folder / DATABASE).is_file()
    except OSError as error:
        raise StoreError(
            "The runs in {folder!r} cannot be read: {reason}.",
            folder=str(folder),
            reason=error.strerror or str(error),
        ) from error


def insert(connection: sqlite3.Connection, values: Mapping[str, Any]) -> str:
    """Add a row to the table of runs; returns the new run's name.

    Raises `StoreError` where its title or its note is too long.
    """
    stem = stem_of(values["env_id"])
    (count,) = connection.execute(
        "INSERT INTO names VALUES (?, 1) "
        "ON CONFLICT (stem) DO UPDATE SET latest = latest + 1 RETURNING latest",
        (stem,),
    ).fetchone()
    named = {**_checked_texts(values), "run": f"{stem}-{count}"}
    marks = ", ".join(f":{name}" for name in named)
    connection.execute(f"INSERT INTO runs ({_names(tuple(named))}) VALUES ({marks})", named)
    return str(named["run"])


def set_tags(connection: sqlite3.Connection, name: str, tags: Iterable[str]) -> None:
    """Replace a run's tags; raises `StoreError` if they are too many or too long."""
    words = {" ".join(tag.split()) for tag in tags} - {""}
    if len(words) > MOST_TAGS or any(len(word) > LONGEST_TAG for word in words):
        raise StoreError(
            "A run has at most {most} tags of at most {longest} characters.",
            most=MOST_TAGS,
            longest=LONGEST_TAG,
        )
    connection.execute("DELETE FROM tags WHERE run = ?", (name,))
    connection.executemany("INSERT INTO tags VALUES (?, ?)", [(name, word) for word in words])


def _checked_texts(values: Mapping[str, Any]) -> dict[str, Any]:
    """``values`` with a title of one line; refuses a title or a note that is too long."""
    checked = dict(values)
    if "title" in checked:
        checked["title"] = " ".join(checked["title"].split())
    for field in ("title", "note"):
        assert isinstance(checked.get(field, ""), str), field
        if (count := len(checked.get(field, ""))) > LONGEST_TEXT:
            raise StoreError(
                "A title has at most {most:,} characters, not {count:,}."
                if field == "title"
                else "A note has at most {most:,} characters, not {count:,}.",
                most=LONGEST_TEXT,
                count=count,
            )
    return checked


def _snapshots(connection: sqlite3.Connection, name: str) -> list[Snapshot]:
    try:
        return snapshots.snapshots_of(connection, name)
    except ValueError as error:
        raise StoreError(
            "The snapshots of {name} are damaged: {reason}.", name=name, reason=reason_of(error)
        ) from error


def _names(columns: Sequence[str]) -> str:
    return ", ".join(columns)
