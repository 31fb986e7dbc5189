"""What of the compared runs is drawn."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from dashboard.compare_page.overlay import drawn_rows
from dqn_core.store.store import Store
from tests.kept_runs import LENGTH, keep


def test_a_fork_is_drawn_with_its_parents_rows_or_from_where_it_left_it(tmp_path: Path) -> None:
    store = Store(tmp_path)
    record = keep(store, [0, 1])
    fork = replace(record, parent="another", fork_step=30 * LENGTH)
    table = store.columns(record.run, "episodes")
    assert drawn_rows(table, fork, "start") is table
    assert drawn_rows(table, record, "fork") is table, "it is no fork"
    own = drawn_rows(table, fork, "fork")
    np.testing.assert_array_equal(own["return"], table["return"][60:])
    np.testing.assert_array_equal(own["env_step"], table["env_step"][:-60])
    np.testing.assert_array_equal(own["episode"], table["episode"][:-60])
    np.testing.assert_allclose(own["seconds"], table["seconds"][:-60])


def test_a_fork_that_has_no_row_of_its_own_yet_draws_none(tmp_path: Path) -> None:
    store = Store(tmp_path)
    record = keep(store)
    fork = replace(record, parent="another", fork_step=record.env_steps)
    table = store.columns(record.run, "episodes")
    assert not len(drawn_rows(table, fork, "fork")["member"])
