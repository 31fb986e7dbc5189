"""The tables of a store: today's, an earlier version's, a later one's."""

import sqlite3

import pytest

from dqn_core.base.errors import StoreError
from dqn_core.store import schema
from dqn_core.store.rows import TABLES
from dqn_core.store.store import Store


@pytest.mark.parametrize("table", TABLES)
def test_the_tables_have_the_columns_of_the_history(store, table):
    """Where the history gets a column, a new entry of `MIGRATIONS` adds it here."""
    with store.reading() as connection:
        found = {row["name"] for row in connection.execute(f"PRAGMA table_info({table})")}
    assert found == {"run", "row", *TABLES[table]}


def test_an_earlier_version_is_brought_up_to_date(tmp_path, monkeypatch):
    Store(tmp_path).close()
    later = (*schema.MIGRATIONS, ("ALTER TABLE runs ADD COLUMN mood TEXT",))
    monkeypatch.setattr("dqn_core.store.schema.MIGRATIONS", later)
    monkeypatch.setattr("dqn_core.store.connections.MIGRATIONS", later)
    store = Store(tmp_path)
    with store.reading() as connection:
        assert schema.version_of(connection) == len(later)
        assert connection.execute("SELECT mood FROM runs").fetchall() == []
    store.close()


def test_a_later_version_is_refused_in_one_sentence(tmp_path):
    Store(tmp_path).close()
    connection = sqlite3.connect(tmp_path / "runs.sqlite")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreError, match=r"are of store version 99.*update DQN Lab"):
        Store(tmp_path)
