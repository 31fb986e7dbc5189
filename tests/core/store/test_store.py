"""The store: what it keeps of runs, who may use it at once, and what it refuses."""

import os
import sqlite3
import threading
import time
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dqn_core import DQNConfig, Trainer
from dqn_core.base.errors import CheckpointError, LabError, StoreError
from dqn_core.store.connections import BUSY_SECONDS
from dqn_core.store.snapshots import path_of
from dqn_core.store.store import DATABASE, Store, is_store
from tests.core.small_runs import SMALL, assert_bit_equal, without_seconds
from tests.core.store.runs import recorded


def database(store: Store) -> sqlite3.Connection:
    return sqlite3.connect(store.folder / "runs.sqlite")


def spoil(store: Store, statement: str) -> None:
    """What a program that knows nothing of the store's rules may do to it."""
    connection = database(store)
    with connection:
        connection.execute(statement)
    connection.close()


def test_a_new_run_is_found_again_as_it_was_described(store):
    configs = [SMALL.replace(seed=seed) for seed in (3, 5)]
    made = store.create(configs, preset="notebook", title="two seeds", owner="somebody")
    found = store.run(made.run)
    assert found == made
    assert found.configs == tuple(configs)
    assert (found.run, found.title, found.preset) == ("cartpole-1", "two seeds", "notebook")
    assert (found.members, found.env_steps, found.owner) == (2, 0, "somebody")
    assert store.runs() == [found]


def test_names_are_short_and_count_up_for_each_environment(store):
    ids = ["CartPole-v1", "CartPole-v0", "LunarLander-v3", "my_module:ALE/Odd-Name_2-v5"]
    names = [store.create([DQNConfig(env_id=env_id)]).run for env_id in ids]
    assert names == ["cartpole-1", "cartpole-2", "lunarlander-1", "oddname2-1"]


def test_the_name_of_a_run_that_is_gone_is_never_anothers(store):
    name = store.create([SMALL]).run
    store.delete(name)
    store._purge(before=float("inf"))
    with pytest.raises(StoreError, match=f"There is no run '{name}'"):
        store.run(name)
    assert store.create([SMALL]).run == "cartpole-2"


def test_a_deleted_run_is_in_no_list_until_it_is_restored(store):
    kept, deleted = (store.create([SMALL]).run for _ in range(2))
    store.delete(deleted)
    assert [record.run for record in store.runs()] == [kept]
    assert len(store.runs(include_deleted=True)) == 2
    store.restore(deleted)
    assert {record.run for record in store.runs()} == {kept, deleted}


def test_visitors_list_their_own_runs_alone(store):
    for owner in ("a", "b", "b", None):
        store.create([SMALL], owner=owner)
    assert [len(store.runs(owner=owner)) for owner in ("a", "b", None)] == [1, 2, 4]


def test_what_a_person_says_of_a_run_is_kept(store):
    name = store.create([SMALL]).run
    store.update(name, title="γ is low", note="try again", starred=True, tags=["b", " a  a ", ""])
    record = store.run(name)
    assert (record.title, record.note, record.starred) == ("γ is low", "try again", True)
    assert record.tags == ("a a", "b")
    assert store.runs() == [record]
    assert record.name == "γ is low"
    assert store.update(name, title="").name == name
    assert store.update(name, title="two\nlines ").title == "two lines"


def test_a_title_is_as_long_when_a_run_begins_as_later(store):
    name = store.create([SMALL], title="a" * 10_000).run
    for entitle in (partial(store.create, [SMALL]), partial(store.update, name)):
        with pytest.raises(StoreError, match="at most 10,000 characters, not 10,001"):
            entitle(title="a" * 10_001)
    assert len(store.runs()) == 1


def test_a_text_that_is_no_unicode_is_refused_in_one_sentence(store):
    name = store.create([SMALL]).run
    odd = "\udcff"  # as a shell's byte that is no letter
    for ask in (store.called, lambda odd: store.update(name, tags=[odd], note=odd)):
        with pytest.raises(StoreError, match=r"texts in Unicode, and '\\udcff' is none\."):
            ask(odd)
    assert store.run(name).note == ""


def test_a_run_is_called_by_its_name_or_by_a_title_that_no_other_has(store):
    first, second, third = (store.create([SMALL], title=title).run for title in ("a", "b", "b"))
    assert store.called(first) == store.called("a") == store.run(first)
    with pytest.raises(StoreError, match=f"2 runs are called 'b': choose one of {third}, {second}"):
        store.called("b")
    store.update(first, title=second)  # which shadows nothing
    store.update(third, title="")
    with pytest.raises(StoreError, match="no run ''"):  # an unset variable of a shell
        store.called("")
    store.update(third, title="b")
    assert store.called(second).run == second
    store.delete(third)
    assert store.called("b").run == second


def test_an_unknown_name_is_refused_with_the_nearest(store):
    store.create([SMALL])
    with pytest.raises(StoreError, match=r"no run 'cartpole1' in .*: did you mean cartpole-1\?"):
        store.delete("cartpole1")


def test_columns_are_those_of_the_history_to_the_bit(store):
    record, trainer, _ = recorded(store, evaluation_period=20, evaluation_episodes=1)
    trainer.change(gamma=0.9, loss="mse", double_dqn=True)
    for name, table in trainer.history.tables().items():
        if name != "changes":  # which nobody has written yet
            assert_bit_equal(store.columns(record.run, name), table.columns())
            assert_bit_equal(store.columns(record.run, name, start=2), table.columns(2))


def test_one_query_reads_a_run_into_pandas(store):
    record, trainer, _ = recorded(store)
    connection = database(store)
    query = "SELECT env_step, return FROM episodes WHERE run = ?"
    frame = pd.read_sql(query, connection, params=(record.run,))
    connection.close()
    expected = trainer.history.episodes.frame()[["env_step", "return"]]
    pd.testing.assert_frame_equal(frame, expected)


def test_a_run_goes_on_to_the_bit_from_what_is_stored(store):
    record, trainer, _ = recorded(store, evaluation_period=20, evaluation_episodes=1)
    again = store.trainer(record.run)
    assert_bit_equal(again.state_dict(), trainer.state_dict())
    for one in (trainer, again):
        one.run(max_steps=50)
        one.close()
    mine, theirs = again.state_dict(), trainer.state_dict()
    assert_bit_equal(without_seconds(mine), without_seconds(theirs))


def test_a_trainer_begins_at_the_nearest_snapshot_at_or_before_a_step(store):
    record, trainer, recorder = recorded(store, 40)
    recorder.snapshot("change")
    trainer.run(max_steps=30)
    recorder.finish("finished")
    assert [s.env_step for s in store.snapshots(record.run)] == [0, 40, 70]
    for at, env_step in ((0, 0), (39, 0), (40, 40), (69, 40), (70, 70), (999, 70), (None, 70)):
        assert store.trainer(record.run, at).env_step == env_step
    with pytest.raises(StoreError, match="no snapshot at or before step -1"):
        store.trainer(record.run, -1)


def test_a_run_that_is_forgotten_leaves_nothing(store):
    record, _, recorder = recorded(store)
    other, _, _ = recorded(store)
    store.forget([record.run])
    assert [one.run for one in store.runs(include_deleted=True)] == [other.run]
    assert len(store.columns(record.run, "episodes")["return"]) == 0
    files = {path.name for path in (store.folder / "snapshots").iterdir()}
    assert files == {snapshot.file for snapshot in store.snapshots(other.run)}
    recorder.finish("paused")
    assert "deleted for good" in recorder.problem


def test_of_two_snapshots_at_one_step_each_is_gone_back_to(store):
    record, trainer, recorder = recorded(store, 40)
    for gamma in (0.9, 0.8):
        recorder.snapshot("change")
        trainer.change(gamma=gamma)
    first, second = [s for s in store.snapshots(record.run) if s.kind == "change"]
    assert [(one.env_step, one.changes) for one in (first, second)] == [(40, 0), (40, 1)]
    gammas = [store.trainer(record.run, snapshot=one.id).config.gamma for one in (first, second)]
    assert gammas == [0.99, 0.9]
    with pytest.raises(StoreError, match="has no snapshot to go on from"):
        store.trainer(record.run, snapshot=second.id + 1)


def test_where_the_newest_snapshot_is_damaged_an_earlier_one_is_used_and_said(store):
    record, _, _ = recorded(store)
    newest = store.snapshots(record.run)[-1]
    path_of(store.folder, newest.file).write_bytes(b"nothing")
    trainer = store.trainer(record.run)
    assert trainer.env_step == 0
    assert "is not a DQN Lab checkpoint" in trainer.notice


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DELETE FROM episodes", "rows of its history are missing"),
        ("UPDATE episodes SET length = 'long'", "history of cartpole-1 is damaged"),
        ("UPDATE episodes SET length = 9e999", "history of cartpole-1 is damaged"),
        ("UPDATE episodes SET env_step = 10000", "rows of no such env_step"),
        ("DELETE FROM snapshots", "has no snapshot to go on from"),
        ("UPDATE snapshots SET kind = 'odd'", "snapshots of cartpole-1 are damaged"),
        ("UPDATE snapshots SET env_step = 'odd'", "snapshots of cartpole-1 are damaged"),
        ("UPDATE snapshots SET file = x'00'", "snapshots of cartpole-1 are damaged"),
        ("UPDATE snapshots SET file = '../../secret'", "cannot be read"),
    ],
)
def test_damaged_rows_are_refused_in_one_sentence(store, statement, words):
    record, _, _ = recorded(store)
    spoil(store, "DELETE FROM snapshots WHERE kind = 'start'")
    spoil(store, statement)
    with pytest.raises(LabError, match=words) as refusal:
        store.trainer(record.run)
    assert isinstance(refusal.value, StoreError | CheckpointError)


@pytest.mark.parametrize(
    "setting",
    [
        "configs = 'odd'",
        "configs = '[{\"odd\": 1}]'",
        "configs = '[]'",
        "versions = '[]'",
        "status = 'odd'",
        "title = x'00ff'",
        "env_steps = 'many'",
        "members = 2",
        "created = 'today'",
        "created = 9e999",
        "updated = -1e18",
    ],
)
def test_a_damaged_record_is_refused_alone_and_the_others_are_listed(store, setting, capsys):
    damaged, sound = (store.create([SMALL]).run for _ in range(2))
    spoil(store, f"UPDATE runs SET {setting} WHERE run = '{damaged}'")
    assert [record.run for record in store.runs()] == [sound]
    assert f"The run {damaged} is damaged" in capsys.readouterr().err
    with pytest.raises(StoreError, match=f"The run {damaged} is damaged: "):
        store.run(damaged)


def test_a_tag_that_is_no_text_is_damage_of_its_run_alone(store):
    damaged, sound = (store.create([SMALL]).run for _ in range(2))
    spoil(store, f"INSERT INTO tags VALUES ('{damaged}', x'00ff')")
    assert [record.run for record in store.runs()] == [sound]


@pytest.mark.parametrize(
    "setting", ["name = NULL", "name = x'00ff'", f"old = '{'[' * 100_000}'"], ids=range(3)
)
def test_a_change_that_is_none_is_told_in_one_sentence(store, setting):
    record, trainer, recorder = recorded(store)
    trainer.change(gamma=0.5)
    recorder.finish("paused")
    spoil(store, f"UPDATE changes SET {setting}")
    with pytest.raises(StoreError, match="The history of the run cartpole-1 is damaged"):
        store.columns(record.run, "changes")


@pytest.mark.parametrize("clock", [-5.0, 1e12])
def test_a_run_of_a_clock_that_is_far_wrong_is_read_as_any_other(store, clock, monkeypatch):
    with monkeypatch.context() as wrong:
        wrong.setattr(time, "time", lambda: clock)
        record, _, _ = recorded(store)
    assert store.runs() == [store.run(record.run)]


def test_a_folder_that_cannot_be_looked_into_is_told_in_one_sentence(store, monkeypatch):
    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "is_file", refused)
    with pytest.raises(StoreError, match="cannot be read: Permission denied"):
        is_store(store.folder)
    monkeypatch.setattr(os, "scandir", refused)
    store.create([SMALL])
    assert len(Store(store.folder).runs()) == 1, "only what a killed process left stays"


def test_a_database_that_another_program_holds_is_waited_for_no_longer_than_was_said(store):
    holding = sqlite3.connect(store.folder / DATABASE, isolation_level=None)
    holding.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    with pytest.raises(StoreError, match="database is locked: other programs"):
        Store(store.folder, patience=0.05)
    assert time.monotonic() - began < BUSY_SECONDS / 2
    holding.close()


def test_what_a_killed_process_left_goes_and_what_a_lost_database_left_stays(store):
    record, _, _ = recorded(store)
    left, of_another = (store.folder / "snapshots" / name for name in ("left", "of_another"))
    for path, days in ((left, 1), (of_another, 3)):
        path.touch()
        os.utime(path, (time.time() - days * 86_400,) * 2)
    spoil(store, f"UPDATE runs SET created = {time.time() - 2 * 86_400}")
    Store(store.folder).close()
    assert (left.exists(), of_another.exists()) == (False, True)
    files = [path_of(store.folder, one.file) for one in store.snapshots(record.run)]
    store.delete(record.run)
    store._purge(before=float("inf"))
    assert [path.exists() for path in files] == [False] * len(files)
    assert of_another.exists()


def test_a_file_that_is_no_database_is_refused_in_one_sentence(tmp_path):
    (tmp_path / "runs.sqlite").write_bytes(b"no database" * 1_000)
    with pytest.raises(StoreError, match=r"runs\.sqlite is damaged"):
        Store(tmp_path)


def test_a_folder_that_cannot_be_made_is_refused_in_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file" / "runs", "a\0b"):
        with pytest.raises(StoreError, match="give a folder that can be written"):
            Store(folder)


def test_a_run_that_should_be_running_and_is_silent_was_interrupted(store):
    record, _, recorder = recorded(store)
    recorder.record()
    recorder.snapshot("periodic")
    assert store.run(record.run).status == "running"
    spoil(store, "UPDATE runs SET updated = updated - 60")
    assert store.run(record.run).status == "interrupted"


def test_threads_create_and_write_at_once_and_nothing_is_lost(store):
    def work() -> None:
        for _ in range(5):
            name = store.create([SMALL]).run
            store.update(name, title=f"of {threading.get_ident()}")

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({record.run for record in store.runs()}) == 20
    assert all(record.title for record in store.runs())


def test_snapshots_beyond_the_budget_are_thinned_with_their_files(store):
    record, trainer, recorder = recorded(store)
    store.budget = store.bytes()
    for _ in range(3):
        trainer.run(max_steps=10)
        recorder.snapshot("periodic")
    assert not recorder.problem
    kept = store.snapshots(record.run)
    assert sum(snapshot.bytes for snapshot in kept) <= store.budget
    assert kept[-1].env_step == trainer.env_step
    files = {path.name for path in (store.folder / "snapshots").iterdir()}
    assert files == {snapshot.file for snapshot in kept}


@pytest.mark.parametrize(
    "setting", ["kind = 'odd'", "env_step = 'odd'", "file = x'00'", "bytes = 9e999"]
)
def test_a_damaged_snapshot_of_one_run_does_not_stop_the_thinning_of_others(store, setting):
    recorded(store)
    spoil(store, f"UPDATE snapshots SET {setting}")
    record, _, recorder = recorded(store)
    store.budget = 1
    assert recorder.snapshot("periodic")
    assert store.snapshots(record.run) == []


def test_members_and_their_stops_are_kept(store):
    trainer = Trainer([SMALL.replace(seed=seed) for seed in range(2)])
    record = store.create(trainer.configs)
    assert record.members == 2
    assert store.run(record.run).configs == tuple(trainer.configs)
    assert all(len(column) == 0 for column in store.columns(record.run, "updates").values())
    assert store.columns(record.run, "updates")["loss"].dtype == np.float64
