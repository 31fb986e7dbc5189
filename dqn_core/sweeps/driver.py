"""Has the pieces of a sweep trained, each once, by whatever crew there is."""

import fcntl
import hashlib
import os
import signal
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dqn_core.errors import StoreError
from dqn_core.scalars import shown
from dqn_core.store.store import Store
from dqn_core.sweeps.catalogue import KeptPiece, Sweep, claim, pieces_of
from dqn_core.sweeps.tasks import Crew, Task
from dqn_core.sweeps.training import ENDED

LOOK_SECONDS = 0.5
"""Between two looks at how far it is, while nothing ends."""


def train_pieces(
    store: Store,
    sweep: Sweep,
    crew: Crew,
    is_stopped: Callable[[], bool],
    show: Callable[[], object],
) -> list[str]:
    """Train what is not finished yet; returns a sentence for each piece that could not be.

    ``show`` is called now and then. Where ``is_stopped``, all that was trained is kept, and another
    call goes on with it.
    """
    waiting, errors = deque(unfinished(store, sweep)), []
    while waiting or crew.is_busy:
        while waiting and crew.idle:
            crew.begin(Task(claim(store, sweep, waiting.popleft()).run))
        errors += [outcome.error for outcome in crew.wait(LOOK_SECONDS) if outcome.error]
        show()
        if is_stopped():
            crew.stop()
            break
    return errors


def unfinished(store: Store, sweep: Sweep) -> list[KeptPiece]:
    """The pieces that have not come to their end."""
    ended = {record.run for record in store.runs() if record.status in ENDED}
    return [piece for piece in pieces_of(store, sweep.name) if piece.run not in ended]


@contextmanager
def alone(store: Store, sweep: Sweep) -> Iterator[None]:
    """Be the only process that has this sweep trained; raises `StoreError` where another one has.

    The system takes the lock back from a process that is killed.
    """
    try:
        with _lock(store, sweep).open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            try:
                yield
            finally:
                file.truncate(0)
    except BlockingIOError:
        raise StoreError(
            f"The sweep {shown(sweep.name)} is being trained by another process: wait for it, or "
            "give another name."
        ) from None


def trained_by(store: Store, sweep: Sweep) -> int | None:
    """The process of this machine that has the sweep trained; None where none has."""
    try:
        with _lock(store, sweep).open() as file:
            process = file.read()
            if not process.isdecimal():
                return None  # nobody, or one that is only just beginning
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return None  # one that was killed has left its number
    except FileNotFoundError:
        return None
    except BlockingIOError:
        return int(process)


def stop(store: Store, sweep: Sweep) -> None:
    """Have the process that trains the sweep write everything and end, as Ctrl-C does."""
    process = trained_by(store, sweep)
    if process is not None:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(process, signal.SIGINT)


def _lock(store: Store, sweep: Sweep) -> Path:
    name = hashlib.sha256(sweep.name.encode()).hexdigest()[:16]
    return store.folder / f"sweep-{name}.lock"
