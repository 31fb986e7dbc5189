"""How many runs of one server train at once."""

import threading


class Slots:
    """At most ``count`` runs train at a time; the others wait in the order in which they came."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._lock = threading.Lock()
        self._queue: list[str] = []

    def enter(self, run_id: str) -> int:
        """Take or keep a place; returns how many runs are to end before this one may train."""
        with self._lock:
            if run_id not in self._queue:
                self._queue.append(run_id)
            return max(0, self._queue.index(run_id) - self.count + 1)

    def leave(self, run_id: str) -> None:
        """Give the place back, if there is one."""
        with self._lock:
            if run_id in self._queue:
                self._queue.remove(run_id)
