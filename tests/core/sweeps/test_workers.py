"""Worker processes, one of which is killed in the middle."""

import os
import signal
from multiprocessing import Pipe
from multiprocessing.process import BaseProcess

import pytest

from dqn_core import LabError, Trainer
from dqn_core.sweeps import driver
from dqn_core.sweeps.axis import axis_from
from dqn_core.sweeps.catalogue import declare, pieces_of
from dqn_core.sweeps.driver import train_pieces, unfinished
from dqn_core.sweeps.plan import Plan
from dqn_core.sweeps.tasks import Task
from dqn_core.sweeps.workers import MOST_CRASHES, MOST_KILLS, Workers
from tests.core.small_runs import SMALL, assert_bit_equal, without_seconds

PLAN = Plan(
    SMALL.replace(total_steps=4_000),
    (axis_from("gamma=0.9,0.95"), axis_from("n_step=1,3")),
    (0, 1),
)


def test_a_killed_worker_is_replaced_and_each_run_is_there_once_and_to_the_bit(store, monkeypatch):
    monkeypatch.setattr(driver, "LOOK_SECONDS", 0.01)  # so that none is over before it is killed
    sweep = declare(store, PLAN)
    workers = Workers(store, 2)
    first: list[BaseProcess] = []
    killed: list[BaseProcess] = []

    def kill_one_in_the_middle():
        if not first:
            first.extend(workers.processes)
            for process in first:  # as a terminal's Ctrl-C does while they still import
                os.kill(process.pid or 0, signal.SIGINT)
        if not killed and store.run(str(pieces_of(store, sweep.name)[0].run)).env_steps:
            killed.append(workers.processes[0])
            killed[0].kill()

    try:
        errors = train_pieces(store, sweep, workers, lambda: False, kill_one_in_the_middle)
        assert [process for process in first if process in workers.processes] == first[1:]
    finally:
        workers.close()
    assert killed
    assert errors == []
    assert unfinished(store, sweep) == []
    pieces = pieces_of(store, sweep.name)
    assert {record.run for record in store.runs()} == {piece.run for piece in pieces}
    assert len(store.runs()) == len(pieces)
    for piece in pieces:
        alone = Trainer(piece.configs)
        alone.run()
        kept = store.trainer(str(piece.run))
        assert_bit_equal(without_seconds(kept.state_dict()), without_seconds(alone.state_dict()))


def test_where_no_process_can_be_started_that_is_said_in_a_sentence(store, monkeypatch):
    def refused(_process: BaseProcess) -> None:
        raise OSError("AF_UNIX path too long")

    monkeypatch.setattr(BaseProcess, "start", refused)
    sweep = declare(store, PLAN)
    with pytest.raises(LabError, match="No process can be started to train in: AF_UNIX path too"):
        train_pieces(store, sweep, Workers(store, 1), lambda: False, lambda: None)
    assert len(unfinished(store, sweep)) == len(pieces_of(store, sweep.name))


class Dying:
    """Stands for a worker process that ends as soon as it has a task."""

    def __init__(self, exit_code):
        self.task = None
        self.run = ""
        self.connection, theirs = Pipe()
        theirs.close()
        self.exit_code = exit_code

    def begin(self, task):
        self.task = task

    def outcome(self):
        return self.connection.recv()

    def ended(self):
        self.connection.close()
        return self.exit_code


@pytest.mark.parametrize(
    ("exit_code", "deaths"), [(-signal.SIGSEGV, MOST_CRASHES), (-signal.SIGKILL, MOST_KILLS)]
)
def test_a_run_that_crashes_its_workers_is_given_up_sooner_than_one_whose_workers_are_killed(
    store, monkeypatch, exit_code, deaths
):
    made: list[Dying] = []

    def worker(*_: object) -> Dying:
        made.append(Dying(exit_code))
        return made[-1]

    monkeypatch.setattr("dqn_core.sweeps.workers._Worker", worker)
    run = store.create([SMALL]).run
    workers = Workers(store, 1)
    workers.begin(Task(run))
    outcomes = [outcome for _ in range(deaths) for outcome in workers.wait(1.0)]
    assert len(made) == deaths
    assert [outcome.error for outcome in outcomes] == [
        f"{deaths} worker processes have ended at step 0 of {run}: train it alone to see why "
        f"(train --resume {run})."
    ]
    assert not workers.is_busy
