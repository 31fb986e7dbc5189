"""The thread that trains: it goes on by itself, and never longer than somebody looks."""

import threading
import time
from collections.abc import Callable

import numpy as np
import pytest

import dashboard.session.runner
from dashboard.session.run import Run, Status
from dashboard.session.runner import Runner
from dashboard.web.slots import Slots
from dqn_core import DQNConfig
from dqn_core.base.settings import ABANDONED_SECONDS

SMALL = DQNConfig(hidden_dims="8, 8", batch_size=8, learning_starts=20, evaluation_period=0)


def wait_for(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 120
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return condition()


def runner_threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name == "dqn-lab-runner"}


@pytest.fixture
def is_alive() -> Callable[[], bool]:
    """Whether a runner's thread of this test's own is there."""
    others = runner_threads()
    return lambda: bool(runner_threads() - others)


def test_it_trains_by_itself_and_ends_when_stopped(is_alive: Callable[[], bool]) -> None:
    run, slots = Run([SMALL]), Slots(1)
    runner = Runner(lambda: run, slots)
    run.start()
    runner.touch()
    assert wait_for(lambda: run.trainer.env_step > 50)
    runner.stop()
    assert wait_for(lambda: not is_alive())
    assert slots.enter("another") == 0, "its place is free again"
    assert run.status is Status.RUNNING, "a new thread goes on where this one stopped"


def test_it_gives_back_free_memory_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[threading.Thread, list[float]] = {}  # threads of other tests may still be there

    def give_back() -> None:
        given.setdefault(threading.current_thread(), []).append(time.monotonic())

    monkeypatch.setattr(dashboard.session.runner, "TIDY_SECONDS", 0.05)
    monkeypatch.setattr(dashboard.session.runner, "give_back_free_memory", give_back)
    run = Run([SMALL])
    runner = Runner(lambda: run, Slots(1))
    run.start()
    runner.touch()
    try:
        assert wait_for(lambda: len(given.get(runner._thread, ())) > 3)
        assert np.diff(given[runner._thread]).min() > 0.05
    finally:
        runner.stop()


def test_it_follows_the_session_to_another_run_and_frees_the_place_of_the_old_one(
    is_alive: Callable[[], bool],
) -> None:
    runs, slots = [Run([SMALL])], Slots(1)
    runner = Runner(lambda: runs[-1], slots)
    try:
        runs[0].start()
        runner.touch()
        assert wait_for(lambda: runs[0].trainer.env_step > 10)
        fresh = Run([SMALL])
        runs.append(fresh)
        fresh.start()
        assert wait_for(lambda: fresh.trainer.env_step > 10)
    finally:
        runner.stop()
        assert wait_for(lambda: not is_alive())


def test_an_abandoned_run_is_paused_and_says_so(
    monkeypatch: pytest.MonkeyPatch, is_alive: Callable[[], bool]
) -> None:
    monkeypatch.setenv(ABANDONED_SECONDS.name, "1")
    run = Run([SMALL])
    runner = Runner(lambda: run, Slots(1))
    try:
        run.start()
        runner.touch()
        assert wait_for(lambda: run.status is Status.PAUSED)
        assert "no page was open" in run.message
    finally:
        runner.stop()
        assert wait_for(lambda: not is_alive())
