"""Runs whose page went away, until it comes back: it was loaded again, or was cut off for long."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

KEPT_SECONDS = 900.0
MOST_KEPT = 8
"""What is kept takes memory: the one that has been away longest goes first."""

Kept = TypeVar("Kept")


class Absent(Generic[Kept]):
    """Things by a name that only their owner knows, for a while."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[float, Kept]] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def keep(self, name: str, thing: Kept) -> None:
        """Until somebody takes it, `KEPT_SECONDS` have passed, or there are too many."""
        with self._lock:
            self._kept.pop(name, None)
            self._kept[name] = (time.monotonic(), thing)
            while len(self._kept) > MOST_KEPT:
                del self._kept[next(iter(self._kept))]
        # Nobody may ever come again: the memory has to be given back all the same.
        timer = threading.Timer(KEPT_SECONDS, self._forget_old)
        timer.daemon = True
        timer.start()

    def take(self, name: str, wanted: Callable[[Kept], bool] = lambda _: True) -> Kept | None:
        """What is kept under that name, if it is ``wanted``, and then no longer is."""
        self._forget_old()
        with self._lock:
            if name not in self._kept or not wanted(self._kept[name][1]):
                return None
            return self._kept.pop(name)[1]

    def has(self, name: str) -> bool:
        """Whether something is kept under that name."""
        self._forget_old()
        return name in self._kept

    def _forget_old(self) -> None:
        oldest = time.monotonic() - KEPT_SECONDS
        with self._lock:
            self._kept = {name: kept for name, kept in self._kept.items() if kept[0] > oldest}
