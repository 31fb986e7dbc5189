"""Ctrl-C, and a system or a terminal that ends a program: taken note of, and acted on in time."""

import math
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

TOGETHER_SECONDS = 0.3
"""Signals so close are one: a wrapper passes on what the terminal has sent to all, and a shell that
is hung up says so again to its jobs."""

_SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]


class Interruptions:
    """The signals that ask the program to stop. They are only counted, except within `at_most`."""

    def __init__(self) -> None:
        self.seen = 0
        self._most = math.inf
        self._latest = -math.inf
        self._numbers: Sequence[int] = ()

    def listen_to(self, numbers: Sequence[int]) -> None:
        """Be the handler of these signals, and again where an environment has set its own."""
        self._numbers = numbers
        self._claim()

    def _claim(self) -> None:
        for number in self._numbers:
            signal.signal(number, self.note)

    def take(self) -> bool:
        """Whether one was seen since the last call: the caller acts on it now."""
        self._claim()
        seen, self.seen = self.seen, 0
        return bool(seen)

    def note(self, number: int, frame: FrameType | None) -> None:
        """The handler of the signals."""
        now = time.monotonic()
        if now - self._latest < TOGETHER_SECONDS:
            return
        self._latest = now
        self.seen += 1
        self._raise_if_too_many()

    @contextmanager
    def at_most(self, signals: int) -> Iterator[None]:
        """In what is done here, one more than these ``signals`` raises `KeyboardInterrupt`."""
        self._most = signals
        self._claim()
        try:
            self._raise_if_too_many()
            yield
        except SystemExit:  # by the handler of an environment
            self.seen += 1
            raise KeyboardInterrupt from None
        finally:
            self._most = math.inf

    def _raise_if_too_many(self) -> None:
        if self.seen > self._most:
            raise KeyboardInterrupt


@contextmanager
def interruptions() -> Iterator[Interruptions]:
    """Take note of Ctrl-C, SIGTERM and SIGHUP instead of ending the program in mid-step.

    A program that is to outlive its terminal (``nohup``) does; only the main thread has signals.
    """
    noted = Interruptions()
    if threading.current_thread() is not threading.main_thread():
        yield noted
        return
    before = {
        number: signal.getsignal(number)
        for number in _SIGNALS
        if number == signal.SIGINT or signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        noted.listen_to(list(before))
        yield noted
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
