"""What of the compared runs is drawn."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from dashboard.compare_page.groups import lines_of
from dashboard.compare_page.overlay import drawn_rows, panels
from dashboard.compare_page.rows import Rows
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


def test_values_raced_in_one_run_are_curves_of_their_own_members(tmp_path: Path) -> None:
    store = Store(tmp_path)
    race = keep(store, range(2), raced=[{"gamma": 0.9}, {"gamma": 0.99}])
    lines = lines_of(Rows().seed_runs(store, race), {race.run: race})
    training, greedy = panels(lines)
    assert [trace.members for trace in training.traces] == [
        {f"episodes {race.run}": own} for own in ([0, 1], [2, 3])
    ]
    assert len({trace.id for trace in (*training.traces, *greedy.traces)}) == 4
