"""The thread that trains a browser session's run, and nothing that can outlive the session."""

import os
import threading
import time
from collections.abc import Callable
from typing import Protocol

from dashboard.web.slots import Slots
from dqn_core.compute import give_back_free_memory
from dqn_core.phrases import Phrase

TIDY_SECONDS = 10.0
"""From one giving back of free memory to the next."""

ABANDONED_SECONDS = float(os.environ.get("DQN_LAB_ABANDONED_SECONDS", "150"))
"""When no page asks for so long, nobody is looking: hidden tabs still ask once a minute."""

LEAVING_SECONDS = 10.0
"""A slice ends and is written down much sooner."""


class Trains(Protocol):
    """What a runner trains: runs that train as one (`Turns`), or one after the other."""

    @property
    def id(self) -> str:
        """The name of its place among those that train at once."""
        ...

    @property
    def is_active(self) -> bool:
        """Whether it trains or waits for its turn to."""
        ...

    def advance(self, slots: Slots) -> float:
        """Train one slice if it is time to; returns the seconds to wait before the next call."""
        ...

    def pause(self, message: str = "") -> None:
        """Stop between two steps or two updates; nothing is lost."""
        ...

    def rest(self) -> None:
        """Write everything: it stands still, or its page goes away."""
        ...


class Runner:
    """Trains whatever the session has to train at the moment, until it is stopped.

    The run itself belongs to the session's state, which outlives a short loss of connection; the
    thread ends with the connection, and a new one goes on where it stopped.
    """

    def __init__(self, current_run: Callable[[], Trains], slots: Slots) -> None:
        self._current_run = current_run
        self._slots = slots
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._touched = time.monotonic()
        self._thread = threading.Thread(target=self._loop, name="dqn-lab-runner", daemon=True)
        self._thread.start()

    @property
    def is_stopped(self) -> bool:
        """Whether it trains no more: a lost connection stops it too, though the page may stay."""
        return self._stopping.is_set()

    def touch(self) -> None:
        """Somebody is looking; and there may be something to do."""
        self._touched = time.monotonic()
        self._wake.set()

    def stop(self) -> None:
        """End soon, without waiting for it: called on the server's event loop."""
        self._stopping.set()
        self._wake.set()

    def join(self) -> None:
        """Wait until the thread of a runner that was stopped has written its run down."""
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
                if time.monotonic() - self._touched > ABANDONED_SECONDS:
                    run.pause(
                        Phrase(
                            "Paused: no page was open on this run for {seconds:g} seconds. The "
                            "command under Copy trains without a page.",
                            seconds=ABANDONED_SECONDS,
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
