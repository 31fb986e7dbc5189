"""Gives a crew the pieces of a sweep to train, each of them once."""

import hashlib
import os
import platform
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple, TextIO

from dqn_core.base.errors import StoreError, reason_of
from dqn_core.base.scalars import shown
from dqn_core.store.store import Store
from dqn_core.sweeps.catalogue import KeptPiece, Sweep, claim, pieces_of
from dqn_core.sweeps.tasks import Crew, Task
from dqn_core.sweeps.training import ENDED

LOOK_SECONDS = 0.5
"""The longest wait for a task to end, before progress is shown again."""


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
    begun: set[int] = set()
    errors: list[str] = []
    while True:
        idle = crew.idle
        if idle > 0:  # each time anew: the sweep may have got more seeds
            waiting = [one for one in unfinished(store, sweep) if one.number not in begun]
            for piece in waiting[:idle]:
                crew.begin(Task(claim(store, sweep, piece).run))
                begun.add(piece.number)
        if not crew.is_busy:
            break
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


class Process(NamedTuple):
    """A process: its machine, and its number there."""

    number: int
    machine: str


@contextmanager
def alone(store: Store, sweep: Sweep) -> Iterator[None]:
    """Be the only process that has this sweep trained; raises `StoreError` where another one has.

    The system takes the lock back from a process that is killed.
    """
    with ExitStack() as held:
        try:
            file = held.enter_context(_lock(store, sweep).open("a"))
            _take(file)
        except BlockingIOError:
            raise StoreError(
                "The sweep {name} is being trained by another process: wait for it, or give "
                "another name.",
                name=shown(sweep.name),
            ) from None
        except OSError as error:
            raise StoreError(
                "The sweep {name} cannot be locked in {folder!r}: {reason}; give another folder.",
                name=shown(sweep.name),
                folder=str(store.folder),
                reason=reason_of(error),
            ) from error
        file.truncate(0)
        file.write(f"{os.getpid()} {platform.node()}")
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def trained_by(store: Store, sweep: Sweep) -> Process | None:
    """The process that has the sweep trained; None without one, and while one is just beginning."""
    with suppress(FileNotFoundError), _lock(store, sweep).open() as file:
        if not file.read():
            return None
        try:
            _take(file, shared=True)  # nobody has it: a process that was killed left its number
        except BlockingIOError:
            file.seek(0)
            number, _, machine = file.read().partition(" ")
            return Process(int(number), machine) if number.isdecimal() else None
    return None


def stop(store: Store, sweep: Sweep) -> None:
    """Have the process that trains the sweep write everything and end, as Ctrl-C does.

    Raises `StoreError` where it is another machine's.
    """
    process = trained_by(store, sweep)
    if process is None:
        return
    if process.machine != platform.node():
        raise StoreError(
            "The sweep {name} is trained on {machine}: stop it there.",
            name=shown(sweep.name),
            machine=process.machine,
        )
    with suppress(ProcessLookupError, PermissionError):
        os.kill(process.number, signal.SIGINT)


def _take(file: TextIO, shared: bool = False) -> None:
    """Lock an open file; raises `BlockingIOError` where another process has it."""
    try:
        import fcntl
    except ImportError:  # Windows has no such lock
        return
    fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)


def _lock(store: Store, sweep: Sweep) -> Path:
    name = hashlib.sha256(sweep.name.encode()).hexdigest()[:16]
    return store.folder / f"sweep-{name}.lock"
