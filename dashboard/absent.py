"""Runs whose page went away, until it comes back: it was loaded again, or was cut off for long."""

import threading
import time
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

    def keep(self, name: str, thing: Kept) -> None:
        """Until somebody takes it, `KEPT_SECONDS` have passed, or there are too many."""
        with self._lock:
            self._forget_old()
            self._kept[name] = (time.monotonic(), thing)
            while len(self._kept) > MOST_KEPT:
                del self._kept[next(iter(self._kept))]

    def take(self, name: str) -> Kept | None:
        """What was kept under that name, and no longer is."""
        with self._lock:
            self._forget_old()
            _, thing = self._kept.pop(name, (0.0, None))
            return thing

    def _forget_old(self) -> None:
        oldest = time.monotonic() - KEPT_SECONDS
        self._kept = {name: kept for name, kept in self._kept.items() if kept[0] > oldest}
