"""Rows of compared runs: read once, and then as they are added."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from dashboard.compare_page.rows import Rows
from dqn_core.comparison import NEEDED
from dqn_core.store import rows as stored
from dqn_core.store.store import Store
from tests.kept_runs import keep, tables


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def add(store: Store, run: str, first: int, end: int, best: float = 400.0) -> None:
    """Put the rows from ``first`` on in the place of what is there."""
    whole = tables([0], best, 200)["episodes"]
    with store.writing() as connection:
        stored.cut(connection, run, {"episodes": first})
        rows = {name: column[first:end] for name, column in whole.items()}
        stored.append(connection, run, "episodes", first, rows)
        connection.execute("UPDATE runs SET updated = updated + 1 WHERE run = ?", (run,))


def test_only_rows_that_were_added_are_read(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    record, rows = keep(store), Rows()
    add(store, record.run, 0, 100)
    rows.of(store, store.run(record.run))
    add(store, record.run, 100, 150)
    asked = []
    columns = store.columns

    def watched(
        run: str, table: str, start: int = 0, *, names: Sequence[str] | None = None
    ) -> dict[str, np.ndarray]:
        asked.append((table, start))
        return columns(run, table, start, names=names)

    monkeypatch.setattr(store, "columns", watched)
    found = rows.of(store, store.run(record.run))["episodes"]
    assert ("episodes", 99) in asked
    for name, column in columns(record.run, "episodes", names=NEEDED["episodes"]).items():
        np.testing.assert_array_equal(found[name], column)
    asked.clear()
    rows.of(store, store.run(record.run))
    assert not asked, "nothing was written since"


def test_a_run_that_was_gone_on_with_from_an_earlier_state_is_read_anew(store: Store) -> None:
    record, rows = keep(store), Rows()
    add(store, record.run, 0, 150)
    rows.of(store, store.run(record.run))
    for end in (120, 200):  # shorter, and longer with other rows
        before = rows.rewound
        add(store, record.run, 50, end)
        with store.writing() as connection:
            connection.execute(f'UPDATE episodes SET seconds = {end} + seconds WHERE "row" >= 50')
        found = rows.of(store, store.run(record.run))["episodes"]
        for name, column in store.columns(record.run, "episodes", names=[*found]).items():
            np.testing.assert_array_equal(found[name], column)
        assert rows.rewound == before + 1


def test_rows_of_runs_that_are_no_longer_compared_are_let_go(store: Store) -> None:
    rows = Rows()
    names = [keep(store).run for _ in range(2)]
    for name in names:
        rows.of(store, store.run(name))
    rows.keep_only(names[1:])
    assert list(rows._read) == names[1:]
