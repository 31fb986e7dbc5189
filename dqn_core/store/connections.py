"""Connections to a store's database, each used by one thread at a time."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dqn_core.base.errors import StoreError, reason_of
from dqn_core.base.phrases import Phrase
from dqn_core.base.scalars import shown
from dqn_core.store.schema import MIGRATIONS, bring_up_to_date, version_of

BUSY_SECONDS = 60.0
"""How long a transaction waits for others, of threads and processes, where nobody looks on."""

_ADVICE = {
    sqlite3.SQLITE_FULL: Phrase("the disk is full, make room on it"),
    sqlite3.SQLITE_READONLY: Phrase("give a folder that can be written"),
    sqlite3.SQLITE_CANTOPEN: Phrase("give a folder that can be written"),
    sqlite3.SQLITE_IOERR: Phrase("see whether the disk is full or broken"),
    sqlite3.SQLITE_BUSY: Phrase("other programs are writing in it all the time, end one of them"),
    sqlite3.SQLITE_NOTADB: Phrase("runs.sqlite is damaged, move it elsewhere"),
    sqlite3.SQLITE_CORRUPT: Phrase("runs.sqlite is damaged, move it elsewhere"),
}


class Connections:
    """A pool of connections to one database.

    With SQLite's write-ahead log all can read while one writes, and a killed process leaves only
    whole transactions. A transaction waits ``patience`` seconds for others. Raises `StoreError` if
    the database cannot be read or written.
    """

    def __init__(self, path: Path, patience: float) -> None:
        self._idle: list[sqlite3.Connection] = []
        self._path = path
        self._patience = patience
        self._file: tuple[int, int] | None = None
        self._prepare()
        self._file = self._present_file()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees one moment of the database."""
        with self._transaction("BEGIN", "read") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A connection for writing: all statements in the block take effect, or none."""
        with self._transaction("BEGIN IMMEDIATE", "written") as connection:
            yield connection

    def check(self) -> None:
        """Raises `StoreError` where the database is no longer the file that was opened.

        SQLite itself goes on writing into a file that was deleted, where nobody finds it.
        """
        if self._file not in (None, self._present_file()):
            raise StoreError(
                "The runs in {folder!r} were deleted or moved while they were in use: put the "
                "folder back, or begin another run.",
                folder=str(self._path.parent),
            )

    def _present_file(self) -> tuple[int, int] | None:
        with suppress(OSError):
            found = self._path.stat()
            return found.st_dev, found.st_ino
        return None

    def close(self) -> None:
        """Close the idle connections; the next use opens a new one."""
        with suppress(IndexError):
            while True:
                self._idle.pop().close()

    def __del__(self) -> None:
        while self._idle:  # nobody else has it; at the interpreter's end no other name is left
            self._idle.pop().close()

    @contextmanager
    def _transaction(self, begin: str, done: str) -> Iterator[sqlite3.Connection]:
        connection = None
        try:
            connection = self._lent()
            connection.execute(begin)
            yield connection
            connection.execute("COMMIT")
            self._idle.append(connection)
        except BaseException as error:
            if connection is not None:
                connection.close()  # undoes what is not committed
            if isinstance(error, sqlite3.Error):
                raise self._refusal(error, done) from error
            if isinstance(error, UnicodeEncodeError):  # a lone surrogate, for example
                raise StoreError(
                    "A store keeps texts in Unicode, and {text} is none.", text=shown(error.object)
                ) from error
            raise

    def _lent(self) -> sqlite3.Connection:
        self.check()
        with suppress(IndexError):
            return self._idle.pop()  # atomic, so two threads never get the same one
        connection = sqlite3.connect(
            self._path, timeout=self._patience, isolation_level=None, check_same_thread=False
        )
        connection.row_factory = sqlite3.Row
        # Without flushing each time, a power cut may lose the newest transactions, and only those.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA trusted_schema = OFF")  # the file may be somebody else's
        return connection

    def _prepare(self) -> None:
        """Create or migrate the tables and begin the log, for which SQLite itself does not wait."""
        deadline = time.monotonic() + self._patience
        while True:
            try:
                self._begin_log()
                break
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise self._refusal(error, "written") from error
                time.sleep(0.01)
            except sqlite3.Error as error:
                raise self._refusal(error, "read") from error
        with self.reading() as connection:
            is_of_today = version_of(connection) == len(MIGRATIONS)
        if not is_of_today:
            with self.writing() as connection:
                bring_up_to_date(connection, repr(str(self._path.parent)))

    def _begin_log(self) -> None:
        connection = self._lent()
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)

    def _refusal(self, error: sqlite3.Error, done: str) -> StoreError:
        code = getattr(error, "sqlite_errorcode", None)
        advice = _ADVICE.get(code & 0xFF) if isinstance(code, int) else None
        reason = reason_of(error)
        if advice:
            reason = Phrase("{reason}: {advice}", reason=reason, advice=advice)
        return StoreError(
            "The runs in {folder!r} cannot be read: {reason}."
            if done == "read"
            else "The runs in {folder!r} cannot be written: {reason}.",
            folder=str(self._path.parent),
            reason=reason,
        )
