"""The tables of a store, and their migrations."""

import sqlite3

from dqn_core.base.errors import StoreError


def _of_history(table: str, columns: str) -> str:
    """A table of the rows of histories, with when each was and these ``columns``."""
    return f"""
    CREATE TABLE {table} (
        run TEXT NOT NULL REFERENCES runs ON DELETE CASCADE,
        "row" INTEGER NOT NULL,
        member INTEGER, env_step INTEGER, episode INTEGER, seconds REAL,
        {columns},
        PRIMARY KEY (run, "row")
    ) WITHOUT ROWID
    """


_FIRST = (
    """
    CREATE TABLE names (stem TEXT PRIMARY KEY, latest INTEGER NOT NULL) WITHOUT ROWID
    """,
    """
    CREATE TABLE runs (
        run TEXT PRIMARY KEY,
        title TEXT NOT NULL,
        env_id TEXT NOT NULL,
        environment TEXT NOT NULL,
        preset TEXT NOT NULL,
        configs TEXT NOT NULL,
        parent TEXT,
        fork_step INTEGER,
        status TEXT NOT NULL,
        env_steps INTEGER NOT NULL,
        members INTEGER NOT NULL,
        recent_return REAL,
        greedy_return REAL,
        created REAL NOT NULL,
        updated REAL NOT NULL,
        versions TEXT NOT NULL,
        starred INTEGER NOT NULL,
        note TEXT NOT NULL,
        hidden INTEGER NOT NULL,
        owner TEXT,
        deleted REAL,
        writer TEXT
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE tags (
        run TEXT NOT NULL REFERENCES runs ON DELETE CASCADE,
        tag TEXT NOT NULL,
        PRIMARY KEY (run, tag)
    ) WITHOUT ROWID
    """,
    _of_history(
        "episodes",
        '"return" REAL, length INTEGER, epsilon REAL, exploration_share REAL, terminated INTEGER',
    ),
    _of_history(
        "evaluations",
        "mean_return REAL, predicted REAL, obtained REAL, truncated_share REAL",
    ),
    _of_history(
        "updates",
        """
        gradient_update INTEGER, loss REAL, mean_q REAL, gradient_norm REAL,
        td_error_p10 REAL, td_error_p50 REAL, td_error_p90 REAL,
        dormant_1 REAL, dormant_2 REAL, dormant_3 REAL, dormant_4 REAL,
        noise_1 REAL, noise_2 REAL, noise_3 REAL, noise_4 REAL, noise_5 REAL,
        target_distance REAL, update_ratio REAL, epsilon REAL, learning_rate REAL
        """,
    ),
    _of_history(
        "changes",
        "name TEXT, old TEXT, new TEXT",
    ),
    """
    CREATE TABLE snapshots (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        run TEXT NOT NULL REFERENCES runs ON DELETE CASCADE,
        env_step INTEGER NOT NULL,
        kind TEXT NOT NULL,
        bytes INTEGER NOT NULL,
        file TEXT NOT NULL
    )
    """,
    "CREATE INDEX snapshots_of_run ON snapshots (run, env_step)",
)

_CHANGES_OF_SNAPSHOTS = (
    "ALTER TABLE snapshots ADD COLUMN changes INTEGER NOT NULL DEFAULT 0",
    """
    UPDATE snapshots SET changes = (
        SELECT COUNT(*) FROM changes WHERE changes.run = snapshots.run AND (
            changes.env_step < snapshots.env_step
            OR changes.env_step = snapshots.env_step AND snapshots.kind != 'change'
        )
    )
    """,
)
"""The number of changes before each snapshot; for older ones it is found by the steps."""

_SWEEPS = (
    """
    CREATE TABLE sweeps (
        sweep TEXT PRIMARY KEY,
        "plan" TEXT NOT NULL,
        pruner TEXT NOT NULL,
        preset TEXT NOT NULL,
        created REAL NOT NULL
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE pieces (
        sweep TEXT NOT NULL REFERENCES sweeps ON DELETE CASCADE,
        piece INTEGER NOT NULL,
        configs TEXT NOT NULL,
        run TEXT REFERENCES runs ON DELETE SET NULL,
        PRIMARY KEY (sweep, piece)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX pieces_of_run ON pieces (run)",
)
"""The pieces of each sweep, and the run of each piece once it has begun."""

_ENDS_OF_SWEEPS = (
    "ALTER TABLE sweeps ADD COLUMN problem TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE sweeps ADD COLUMN deleted REAL",
)
"""Why a sweep is not trained to its end, and when it was deleted."""

_TRIALS_OF_SEARCHES = ("ALTER TABLE sweeps ADD COLUMN trials INTEGER NOT NULL DEFAULT 0",)
"""How many trials a search is to come to."""

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    _FIRST,
    _CHANGES_OF_SNAPSHOTS,
    _SWEEPS,
    _ENDS_OF_SWEEPS,
    _TRIALS_OF_SEARCHES,
)
"""The statements that lead from each version to the next one; version 0 is an empty database.

An entry is never changed once it is released. A new column, also of a history's table, is a new
entry at the end.
"""


def bring_up_to_date(connection: sqlite3.Connection, where: str) -> None:
    """Migrate the database in ``where``, within the caller's transaction.

    Raises `StoreError` if a newer version of this program wrote it.
    """
    version = version_of(connection)
    if version > len(MIGRATIONS):
        raise StoreError(
            "The runs in {where} are of store version {version}, this program knows versions up "
            "to {known}: update DQN Lab, or give another folder.",
            where=where,
            version=version,
            known=len(MIGRATIONS),
        )
    for statements in MIGRATIONS[version:]:
        for statement in statements:
            connection.execute(statement)
    if version < len(MIGRATIONS):
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def version_of(connection: sqlite3.Connection) -> int:
    """The version of the database's tables."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
