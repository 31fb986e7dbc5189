"""The tree of forks: who came from whom, and what each fork was given."""

from dataclasses import replace

import pytest

from dqn_core.base.errors import StoreError
from dqn_core.store.recorder import Recorder
from dqn_core.store.store import Store
from dqn_core.store.tree import families, fork_changes
from tests.core.small_runs import SMALL
from tests.core.store.runs import recorded


def fork(store: Store, parent: str, step: int) -> str:
    return store.create([SMALL], parent=parent, fork_step=step).run


def shown(store: Store) -> list[str]:
    return [
        ">" * branch.depth + branch.record.run.removeprefix("cartpole-")
        for family in families(store.runs())
        for branch in family
    ]


def test_each_fork_is_below_its_parent_by_the_step_where_it_left(store):
    first = store.create([SMALL]).run
    late, early = fork(store, first, 90), fork(store, first, 10)
    fork(store, late, 95)
    fork(store, early, 50)
    store.create([SMALL])
    assert shown(store) == ["6", "1", ">3", ">>5", ">2", ">>4"]


def test_a_run_whose_parent_is_gone_begins_a_family(store):
    first = store.create([SMALL]).run
    fork(store, fork(store, first, 10), 20)
    store.delete(first)
    assert shown(store) == ["2", ">3"]


def test_runs_that_are_each_others_parents_are_listed_once(store):
    for number in (1, 2, 3):
        store.create([SMALL], parent=f"cartpole-{number % 3 + 1}", fork_step=0)
    store.create([SMALL], parent="cartpole-4", fork_step=0)
    assert sorted(run.lstrip(">") for run in shown(store)) == ["1", "2", "3", "4"]


def test_a_long_line_of_forks_is_no_recursion(store):
    one = store.create([SMALL])
    line = [replace(one, run=f"{n}", parent=f"{n - 1}") for n in range(1_501)]
    (family,) = families(line)
    assert [branch.depth for branch in family] == list(range(1_501))


def test_a_fork_has_what_was_changed_where_it_left_and_not_what_its_parent_had(store):
    record, parent, recorder = recorded(store)
    step = parent.env_step
    parent.change(gamma=0.5)  # at the same step, but before the fork
    recorder.snapshot("change")
    trainer = store.trainer(record.run)
    forked = store.create(trainer.configs, parent=record.run, fork_step=step)
    own = Recorder(store, forked, trainer)
    trainer.change(gamma=0.9, learning_rate=0.5)
    trainer.change(learning_rate=SMALL.learning_rate, epsilon_start=0.7)
    trainer.run(max_steps=5)
    trainer.change(gamma=0.3)
    assert own.finish("paused")
    found = fork_changes(store)
    assert set(found) == {forked.run}
    assert found[forked.run] == {"gamma": (0.5, 0.9), "epsilon_start": (SMALL.epsilon_start, 0.7)}


def test_damaged_changes_are_told_in_one_sentence(store):
    record, trainer, recorder = recorded(store)
    trainer.change(gamma=0.5)
    assert recorder.finish("paused")
    with store.writing() as connection:
        connection.execute("UPDATE changes SET old = '{'")
        connection.execute("UPDATE runs SET parent = 'gone-1', fork_step = env_steps")
    with pytest.raises(StoreError, match=f"The changes of the run {record.run} are damaged"):
        fork_changes(store)
