"""The thread that trains the run of one browser session, and ends with its connection."""

import threading
import time
from collections.abc import Callable
from typing import Protocol

from dashboard.web.slots import Slots
from dqn_core.base.compute import give_back_free_memory
from dqn_core.base.phrases import Phrase
from dqn_core.base.settings import ABANDONED_SECONDS

TIDY_SECONDS = 10.0
"""Free memory is given back to the system this often."""

LEAVING_SECONDS = 10.0
"""The longest wait for a stopped thread: a slice and its writing end much sooner."""


class Trains(Protocol):
    """What a runner trains: the runs of the page (`Turns`), or what is beside them."""

    @property
    def id(self) -> str:
        """The name of its place among those that train at once."""
        ...

    @property
    def is_active(self) -> bool:
        """Whether it trains or waits for its turn to."""
        ...

    def advance(self, slots: Slots) -> float:
        """Train one slice if it is due; returns the seconds to wait before the next call."""
        ...

    def pause(self, message: str = "") -> None:
        """Stop between two steps or two updates; nothing is lost."""
        ...

    def rest(self) -> None:
        """Have the store write everything."""
        ...


class Runner:
    """Trains what the session wants trained, until it is stopped.

    The run belongs to the session, which survives a short loss of connection. The thread ends with
    the connection, and the thread of the next connection continues the run.
    """

    def __init__(self, current_run: Callable[[], Trains], slots: Slots) -> None:
        self._current_run = current_run
        self._slots = slots
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._touched = time.monotonic()
        self._abandoned = ABANDONED_SECONDS.value
        self._thread = threading.Thread(target=self._loop, name="dqn-lab-runner", daemon=True)
        self._thread.start()

    @property
    def is_stopped(self) -> bool:
        """Whether it trains no more. A lost connection stops it, though its page may stay open."""
        return self._stopping.is_set()

    def touch(self) -> None:
        """Note that a page is open, and look at once whether there is something to train."""
        self._touched = time.monotonic()
        self._wake.set()

    def stop(self) -> None:
        """End soon, without waiting for it: called on the server's event loop."""
        self._stopping.set()
        self._wake.set()

    def join(self) -> None:
        """After `stop`, wait until the thread has written its run into the store."""
        self._thread.join(LEAVING_SECONDS)

    def _loop(self) -> None:
        trained = self._current_run()
        tidied = time.monotonic()
        try:
            while not self._stopping.is_set():
                run = self._current_run()
                if run is not trained:
                    self._slots.leave(trained.id)
                trained = run
                if time.monotonic() - self._touched > self._abandoned:
                    run.pause(
                        Phrase(
                            "Paused: no page was open on this run for {seconds:g} seconds. The "
                            "command under Copy trains without a page.",
                            seconds=self._abandoned,
                        )
                    )
                wait = run.advance(self._slots)
                if time.monotonic() - tidied > TIDY_SECONDS:
                    give_back_free_memory()
                    tidied = time.monotonic()
                if wait:
                    self._wake.wait(wait)
                    self._wake.clear()
                else:
                    time.sleep(0)  # lets a page's thread have the interpreter
        finally:
            self._slots.leave(trained.id)
            trained.rest()
