"""What is written while a run trains, and what becomes of training where that cannot be."""

import shutil
import time
from types import SimpleNamespace

import pytest

from dqn_core.base.errors import StoreError
from dqn_core.store import recorder as recorders
from dqn_core.store.recorder import Recorder
from dqn_core.store.store import Store
from tests.core.small_runs import assert_bit_equal, trained, weights, without_seconds
from tests.core.store.runs import due, recorded

NOW = 1_000.0


@pytest.fixture
def still_clock(monkeypatch):
    """No time passes but that of the work, however long a busy machine takes for a line."""
    clock = SimpleNamespace(monotonic=lambda: NOW, thread_time=time.thread_time)
    monkeypatch.setattr(recorders, "time", clock)


def kinds(store, name):
    return [(str(snapshot.kind), snapshot.env_step) for snapshot in store.snapshots(name)]


def test_rows_and_state_are_written_when_it_is_time(store, still_clock):
    record, trainer, recorder = recorded(store, 20)
    trainer.run(max_steps=100)
    recorder.record()
    assert store.run(record.run).env_steps == 20  # it is not time yet
    due(recorder)
    recorder.record()
    assert store.run(record.run).env_steps == 120
    assert_bit_equal(store.columns(record.run, "episodes"), trainer.history.episodes.columns())
    assert kinds(store, record.run) == [("start", 0), ("latest", 120)]


def test_rows_are_written_between_two_states(store):
    record, trainer, recorder = recorded(store, 20)
    trainer.run(max_steps=100)
    recorder._rows_due = 0.0
    recorder.record()
    assert store.run(record.run).env_steps == 120
    assert kinds(store, record.run) == [("start", 0), ("latest", 20)]
    assert store.trainer(record.run).env_step == 20


def test_what_took_much_work_is_not_repeated_soon_but_rows_are_written_all_the_same(
    store, monkeypatch, still_clock
):
    record, trainer, recorder = recorded(store, 20)
    clock = iter(range(1_000))
    # Each of them takes a second of work by this clock, or some.
    monkeypatch.setattr(
        "dqn_core.store.recorder._clocks", lambda: (float(next(clock)), float(next(clock)))
    )
    recorder.snapshot("change")
    assert min(recorder._latest_due, recorder._snapshot_due) - NOW > 90
    assert recorder._rows_due - NOW <= 1
    trainer.run(max_steps=20)
    recorder._rows_due = 0.0
    recorder.record()
    assert store.run(record.run).env_steps == 40
    assert recorder._rows_due - NOW > 15


def test_one_long_wait_does_not_put_off_the_next_state_for_long(store, monkeypatch, still_clock):
    _, _, recorder = recorded(store, 20)
    clocks = iter([(0.0, 0.0), *[(60.0, 0.01)] * 9])  # a minute, of which 10 ms are work
    monkeypatch.setattr("dqn_core.store.recorder._clocks", lambda: next(clocks))
    recorder.snapshot("change")
    assert recorder._latest_due - NOW <= 8


def test_that_a_run_is_running_is_seen_at_once(store):
    trainer = trained(0)
    record = store.create(trainer.configs)
    recorder = Recorder(store, record, trainer)
    recorder.record()
    assert store.run(record.run).status == "running"


def test_the_state_at_the_best_evaluation_is_kept_and_only_the_best(store):
    record, trainer, recorder = recorded(store, 0, evaluation_period=20, evaluation_episodes=1)
    best = []
    for _ in range(8):
        trainer.run(max_steps=20)
        if trainer.evaluations.since_best == 0:
            best.append(trainer.env_step)
        due(recorder)
        recorder.record()
    assert [step for kind, step in kinds(store, record.run) if kind == "best"] == best[-1:]


def test_states_on_the_way_stay_for_forks(store):
    record, trainer, recorder = recorded(store, 0, total_steps=200)
    for _ in range(10):
        trainer.run(max_steps=6)
        due(recorder)
        recorder.record()
    periodic = [step for kind, step in kinds(store, record.run) if kind == "periodic"]
    assert periodic == [12, 24, 36, 48, 60]  # a twentieth of the budget is 10 steps


def test_a_change_of_values_is_in_the_record(store):
    record, trainer, recorder = recorded(store)
    recorder.snapshot("change")
    trainer.change(gamma=0.5)
    due(recorder)
    recorder.record()
    assert store.run(record.run).configs[0].gamma == 0.5
    assert store.columns(record.run, "changes")["new"].tolist() == [0.5]
    assert store.trainer(record.run, at=60).config.gamma == 0.5


def test_values_of_every_type_come_back_as_they_were(store):
    record, trainer, recorder = recorded(store)
    trainer.change(gamma=1.0, total_steps=500, loss="mse", double_dqn=False)
    recorder.finish("paused")
    changes = trainer.history.changes.columns()
    for column in ("name", "old", "new"):
        found = store.columns(record.run, "changes")[column].tolist()
        assert found == changes[column].tolist()
        assert [type(value) for value in found] == [type(value) for value in changes[column]]


def test_the_record_says_how_well_it_does(store):
    record, trainer, _ = recorded(store, 100, evaluation_period=50, evaluation_episodes=2)
    history = trainer.history
    assert record.recent_return == history.episodes.columns(-100)["return"].mean()
    assert record.greedy_return == history.evaluations.columns(-1)["mean_return"][0]


def test_a_run_that_goes_on_is_written_where_it_stopped(store):
    record, _, _ = recorded(store)
    again = store.trainer(record.run)
    recorder = Recorder(store, store.run(record.run), again)
    again.run(max_steps=60)
    assert recorder.finish("finished")
    alone = trained(120)
    state = store.trainer(record.run).state_dict()
    assert_bit_equal(without_seconds(state), without_seconds(alone.state_dict()))
    assert store.run(record.run).status == "finished"


def test_rows_after_the_state_that_a_run_goes_on_from_are_made_again(store):
    record, trainer, recorder = recorded(store, 30)
    trainer.run(max_steps=60)
    recorder._rows_due = 0.0
    recorder.record()
    again = store.trainer(record.run)
    assert again.env_step == 30
    recorder = Recorder(store, record, again)
    assert not recorder.problem
    assert_bit_equal(store.columns(record.run, "updates"), again.history.updates.columns())
    again.run(max_steps=60)
    recorder.finish("paused")
    state = store.trainer(record.run).state_dict()
    assert_bit_equal(without_seconds(state), without_seconds(trainer.state_dict()))


def test_of_two_recorders_of_a_run_the_last_one_writes(store):
    record, trainer, first = recorded(store)
    second = Recorder(store, record, store.trainer(record.run))
    trainer.run(max_steps=20)
    assert not first.finish("finished")
    assert "is gone on with elsewhere" in first.problem
    assert second.finish("paused")
    assert store.run(record.run).env_steps == 60


def test_training_goes_on_where_the_store_cannot_be_written_and_all_is_written_later(store):
    record, trainer, recorder = recorded(store)
    folder = store.folder / "snapshots"
    shutil.move(folder, store.folder / "elsewhere")
    trainer.run(max_steps=20)
    due(recorder)
    recorder.record()
    assert "cannot be written" in recorder.problem
    assert recorder.problem.count("\n") == 0
    trainer.run(max_steps=20)
    recorder.record()  # it is not time to try again
    shutil.move(store.folder / "elsewhere", folder)
    due(recorder)
    recorder.record()
    assert not recorder.problem
    assert_bit_equal(store.trainer(record.run).state_dict(), trainer.state_dict())


def test_however_long_the_first_snapshot_took_the_second_one_comes_soon(store, monkeypatch):
    monkeypatch.setattr(recorders, "_pause", lambda *_: 1e6)
    monkeypatch.setattr(recorders, "LATEST_SECONDS", 0.0)
    trainer = trained(0)
    recorder = Recorder(store, store.create(trainer.configs), trainer)
    for _ in range(2):
        trainer.run(max_steps=20)
        recorder.record()
    assert [snapshot.env_step for snapshot in store.snapshots(recorder.run)] == [0, 20]


def test_a_store_that_was_deleted_takes_nothing_more_until_it_is_put_back(store):
    record, trainer, recorder = recorded(store)
    elsewhere = store.folder.with_name("elsewhere")
    shutil.move(store.folder, elsewhere)
    Store(store.folder).close()  # another one in its place
    trainer.run(max_steps=20)
    assert not recorder.finish("paused")
    assert "were deleted or moved while they were in use" in recorder.problem
    with pytest.raises(StoreError, match="were deleted or moved"):
        store.runs()
    shutil.rmtree(store.folder)
    shutil.move(elsewhere, store.folder)
    assert recorder.finish("paused")
    assert store.run(record.run).env_steps == trainer.env_step


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("PRAGMA query_only = ON", "give a folder that can be written"),
        ("PRAGMA max_page_count = 1", "the disk is full"),
    ],
)
def test_a_database_that_takes_nothing_more_is_a_problem_in_one_sentence(store, statement, words):
    record, trainer, recorder = recorded(store)
    with store.reading() as connection:
        pass
    connection.execute(statement)  # of the one connection, which everybody here is lent
    for _ in range(500):  # which need more room than there is
        row = {name: column[-1] for name, column in trainer.history.episodes.columns().items()}
        trainer.history.episodes.append(**row)
    assert not recorder.finish("paused")
    assert words in recorder.problem
    assert recorder.finish("paused")  # by another connection
    assert not recorder.problem
    files = {path.name for path in (store.folder / "snapshots").iterdir()}
    assert files == {snapshot.file for snapshot in store.snapshots(record.run)}


def test_recording_moves_nothing_of_the_training(store):
    _, trainer, recorder = recorded(store, 0)
    for _ in range(6):
        trainer.run(max_steps=10)
        due(recorder)
        recorder.record()
    assert (weights(trainer) == weights(trained(60))).all()


def test_a_fork_knows_its_parent_and_the_same_changes_give_the_same_bits(store):
    record, parent, recorder = recorded(store)
    fork = store.trainer(record.run)
    child = store.create(fork.configs, parent=record.run, fork_step=fork.env_step)
    recorders = recorder, Recorder(store, child, fork)
    for trainer, writer in zip((parent, fork), recorders, strict=True):
        trainer.change(gamma=0.9)
        trainer.run(max_steps=60)
        assert writer.finish("finished")
    mine, theirs = (store.trainer(name).state_dict() for name in (child.run, record.run))
    assert_bit_equal(without_seconds(mine), without_seconds(theirs))
    assert (store.run(child.run).parent, store.run(child.run).fork_step) == (record.run, 60)


@pytest.fixture
def few_in_memory(monkeypatch):
    """Tables that let go of all but a handful of rows."""
    monkeypatch.setattr("dqn_core.history.HELD", 2)
    monkeypatch.setattr("dqn_core.history.ROOM", 2)
    monkeypatch.setattr("dqn_core.store.recorder.RECENT_EPISODES", 2)


def test_earlier_rows_are_read_from_the_store_and_the_run_is_the_same_to_the_bit(
    store, few_in_memory
):
    record, trainer, recorder = recorded(store, 0)
    for _ in range(6):
        trainer.run(max_steps=50)
        due(recorder)
        recorder.record()
    assert {table._rows.first for table in trainer.history.tables().values()} != {0}
    trainer.run(max_steps=50)
    assert_bit_equal(
        without_seconds(trainer.state_dict()), without_seconds(trained(350).state_dict())
    )
    assert recorder.finish("paused")
    assert_bit_equal(store.trainer(record.run).state_dict(), trainer.state_dict())


def test_rows_stay_in_memory_while_the_store_cannot_take_them(store, few_in_memory):
    _, trainer, recorder = recorded(store, 0)
    with store.reading() as connection:
        pass
    connection.execute("PRAGMA query_only = ON")  # of the one connection, which all are lent
    trainer.run(max_steps=300)
    assert not recorder.finish("paused")
    assert {table._rows.first for table in trainer.history.tables().values()} == {0}


def test_a_run_that_was_deleted_for_good_goes_on_and_says_that_its_earlier_rows_are_gone(
    store, few_in_memory
):
    record, trainer, recorder = recorded(store, 300)
    store.forget([record.run])
    trainer.run(max_steps=50)
    assert len(trainer.history.episodes.columns(-2)["return"]) == 2
    with pytest.raises(StoreError, match="are no longer there"):
        trainer.history.episodes.columns()
    assert not recorder.finish("paused")
    assert "deleted for good" in recorder.problem
