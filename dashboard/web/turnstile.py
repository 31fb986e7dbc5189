"""A lock that lets whoever waits with a person in front."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Turnstile:
    """A lock at which a page's command goes before the trainer's next slice.

    An ordinary lock is not fair: the training thread would take it again before anybody wakes.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._count = threading.Lock()
        self._asking = 0

    @contextmanager
    def for_page(self) -> Iterator[None]:
        with self._count:
            self._asking += 1
        try:
            with self._lock:
                yield
        finally:
            with self._count:
                self._asking -= 1

    @contextmanager
    def for_trainer(self) -> Iterator[None]:
        while self._asking:
            time.sleep(0.000_5)
        with self._lock:
            yield
