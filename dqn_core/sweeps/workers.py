"""Worker processes on this machine, each of which trains one run of the store at a time."""

import multiprocessing
import os
import signal
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path

from dqn_core.base.compute import set_threads
from dqn_core.base.errors import LabError, reason_of
from dqn_core.base.phrases import Phrase
from dqn_core.environments.modules import import_typed
from dqn_core.store.store import Store
from dqn_core.sweeps.tasks import Outcome, Task
from dqn_core.sweeps.training import OpenRun

# Not forked: a copy of a process with threads may hang. On Linux they are copies of one that has no
# threads and has loaded PyTorch: a worker begins in milliseconds, and they share its memory.
_CONTEXT = (
    multiprocessing.get_context("forkserver")
    if sys.platform == "linux"
    else multiprocessing.get_context("spawn")
)
_CONTEXT.set_forkserver_preload(["torch", __name__])

MOST_CRASHES = 3
"""Crashes at one step of a run, after which the run is taken for their cause."""

MOST_KILLS = 100
"""Kills from outside at one step of a run, as by a system that is short of memory."""

STOP_SECONDS = 60.0
"""Given to a worker to end its step and to write what it has."""


_OF_TERMINAL = [getattr(signal, name) for name in ("SIGINT", "SIGHUP") if hasattr(signal, name)]
"""A terminal sends these to all its processes: the first one says what becomes of the others."""


def usual_workers() -> int:
    """As many as this process has processors."""
    with suppress(AttributeError):  # macOS does not say which it may use
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Workers:
    """A `Crew` of processes. One that dies is replaced, and its run goes on from the store.

    ``typed`` is the environment, if a person typed it: each process imports its module. The module
    of one that only the store names is imported if `import_allowed` allows it.
    """

    def __init__(self, store: Store, count: int, typed: str = "") -> None:
        self._store = store
        self._typed = typed
        self._count = count
        self._workers: list[_Worker] = []
        self._deaths: Counter[tuple[str, int, bool]] = Counter()

    @property
    def idle(self) -> int:
        return self._count - len(self._busy)

    @property
    def is_busy(self) -> bool:
        return bool(self._busy)

    @property
    def processes(self) -> list[BaseProcess]:
        """The processes that are there now."""
        return [worker.process for worker in self._workers]

    def begin(self, task: Task) -> None:
        free = [worker for worker in self._workers if worker.task is None]
        # The one that has the run open goes on with it.
        free.sort(key=lambda worker: worker.run != task.run)
        if not free:
            free = [_Worker(self._store.folder, self._typed)]
            self._workers += free
        free[0].begin(task)

    def wait(self, seconds: float) -> Sequence[Outcome]:
        by_connection = {worker.connection: worker for worker in self._busy}
        outcomes = []
        for connection in wait(list(by_connection), seconds):
            worker = by_connection[connection]  # type: ignore[index]
            try:
                outcomes.append(worker.outcome())
            except (EOFError, OSError):
                outcomes += self._replace(worker)
        return outcomes

    def stop(self) -> None:
        for worker in self._workers:
            worker.stop()
        for worker in self._workers:
            worker.process.join(STOP_SECONDS)
        self.close()

    def close(self) -> None:
        for worker in self._workers:
            worker.kill()
        self._workers = []

    @property
    def _busy(self) -> list["_Worker"]:
        return [worker for worker in self._workers if worker.task]

    def _replace(self, worker: "_Worker") -> list[Outcome]:
        """Have another worker do what a dead one was doing, unless that has killed too many."""
        task = worker.task
        assert task
        was_killed = worker.ended() == -signal.SIGKILL
        self._workers.remove(worker)
        step = self._store.run(task.run).env_steps
        self._deaths[task.run, step, was_killed] += 1
        deaths = self._deaths[task.run, step, was_killed]
        if deaths < (MOST_KILLS if was_killed else MOST_CRASHES):
            self.begin(task)
            return []
        return [
            Outcome(
                task.run,
                is_finished=False,
                error=Phrase(
                    "{deaths} worker processes have ended at step {step:,} of {run}: train it "
                    "alone to see why (train --resume {run}).",
                    deaths=deaths,
                    step=step,
                    run=task.run,
                ),
            )
        ]


class _Worker:
    """One process, and the end of the pipe by which it is told what to do."""

    def __init__(self, folder: Path, typed: str) -> None:
        self.task: Task | None = None
        self.run = ""
        self.connection, theirs = _CONTEXT.Pipe()
        self.process = _CONTEXT.Process(target=_work, args=(theirs, folder, typed), daemon=True)
        try:
            with _unheard_of_terminal():
                self.process.start()
        except OSError as error:
            raise LabError(
                "No process can be started to train in: {reason}.", reason=reason_of(error)
            ) from error
        theirs.close()  # or its death would not be seen here

    def begin(self, task: Task) -> None:
        self.task, self.run = task, task.run
        with suppress(OSError):  # it has died: seen when its outcome is waited for
            self.connection.send(task)

    def outcome(self) -> Outcome:
        outcome: Outcome = self.connection.recv()
        self.task = None
        return outcome

    def stop(self) -> None:
        with suppress(OSError):
            self.connection.send(None)

    def ended(self) -> int | None:
        """The exit code of a process that is about to end; below 0 a signal."""
        self.process.join(1.0)
        self.kill()
        return self.process.exitcode

    def kill(self) -> None:
        self.process.kill()
        self.process.join()
        self.connection.close()


@contextmanager
def _unheard_of_terminal() -> Iterator[None]:
    """A process that begins in here does not end by a terminal's signal before it ignores them."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # it would begin with the first process, and unblock them
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _OF_TERMINAL)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(connection: Connection, folder: Path, typed: str) -> None:
    """Do the tasks that come, until None comes or nobody is there any more to send one."""
    for number in _OF_TERMINAL:
        signal.signal(number, signal.SIG_IGN)
    set_threads()
    import_typed(typed)
    store = Store(folder)
    opened: OpenRun | None = None
    with suppress(EOFError, BrokenPipeError):
        while (task := connection.recv()) is not None:
            try:
                if opened and opened.run != task.run:
                    opened.close()
                    opened = None
                opened = opened or OpenRun(store, task.run)
                outcome = opened.go_on(task.until, connection.poll)
            except LabError as error:
                outcome = Outcome(task.run, False, error.phrase)
            except MemoryError:
                outcome = Outcome(
                    task.run, False, Phrase("There is not enough memory for {run}.", run=task.run)
                )
            connection.send(outcome)
    if opened:
        opened.close()
