"""Processes that are killed while they write, and several that write at once."""

import multiprocessing
import random
import time
from pathlib import Path

import pytest

from dqn_core import Trainer
from dqn_core.store.recorder import Recorder
from dqn_core.store.store import Store
from tests.core.small_runs import SMALL, assert_bit_equal, trained, without_seconds
from tests.core.store.runs import due, recorded

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.core.store.test_killed"])


def train_for_ever(folder: Path, run: str) -> None:
    """Go on with a run, writing all the time."""
    store = Store(folder)
    record = store.run(run)
    trainer = store.trainer(run) if store.snapshots(run) else Trainer(record.configs)
    recorder = Recorder(store, record, trainer)
    while True:
        trainer.run(max_steps=5)
        due(recorder)
        recorder.record()


def record_runs(folder: Path, count: int) -> None:
    store = Store(folder)
    for _ in range(count):
        recorded(store, 30)
    store.close()


def test_a_run_that_is_killed_again_and_again_loses_no_step_that_was_written(store):
    run, seen = store.create([SMALL]).run, 0
    chance = random.Random(0)
    for _ in range(5):
        process = CONTEXT.Process(target=train_for_ever, args=(store.folder, run), daemon=True)
        process.start()
        aim, deadline = seen + chance.randint(1, 40), time.monotonic() + 120
        while seen < aim:
            assert process.is_alive()
            assert time.monotonic() < deadline
            time.sleep(0.002)
            seen = store.run(run).env_steps
        process.kill()
        process.join()
    trainer = store.trainer(run)
    assert not trainer.notice
    assert trainer.env_step >= seen
    alone = trained(trainer.env_step)
    assert_bit_equal(without_seconds(trainer.state_dict()), without_seconds(alone.state_dict()))


def test_processes_write_at_once_and_nothing_is_lost(tmp_path):
    arguments = (tmp_path, 8)
    processes = [CONTEXT.Process(target=record_runs, args=arguments) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    store = Store(tmp_path)
    runs = store.runs()
    assert len({record.run for record in runs}) == 16
    assert {record.env_steps for record in runs} == {30}
    assert {len(store.columns(record.run, "episodes")["member"]) for record in runs} == {1}
    store.close()


@pytest.mark.parametrize("moment", ["before the row", "after the row"])
def test_a_process_killed_between_file_and_row_leaves_the_state_before(store, moment, monkeypatch):
    """Whatever is between the two writings of a snapshot, one of two whole states is there."""
    record, trainer, recorder = recorded(store)

    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    if moment == "before the row":
        monkeypatch.setattr("dqn_core.store.recorder.snapshots.add", killed)
    monkeypatch.setattr("dqn_core.store.recorder.snapshots.remove", killed)
    trainer.run(max_steps=30)
    with pytest.raises(Killed):
        recorder.finish("paused")
    expected = 60 if moment == "before the row" else 90
    assert store.trainer(record.run).env_step == expected
