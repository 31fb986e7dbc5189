"""A crew that trains where it is asked to wait: no process needs to start."""

from collections import deque

from dqn_core.environments.modules import import_typed
from dqn_core.store.store import Store
from dqn_core.sweeps.tasks import Outcome, Task
from dqn_core.sweeps.training import OpenRun


class InProcess:
    """Does one task at a time, the oldest first; tells how many it began."""

    def __init__(self, store: Store, typed: str = "") -> None:
        import_typed(typed)
        self.began = 0
        self._store = store
        self._tasks: deque[Task] = deque()

    @property
    def idle(self) -> int:
        return 1 - len(self._tasks)

    @property
    def is_busy(self) -> bool:
        return bool(self._tasks)

    def begin(self, task: Task) -> None:
        self._tasks.append(task)
        self.began += 1

    def wait(self, seconds: float) -> list[Outcome]:
        task = self._tasks.popleft()
        opened = OpenRun(self._store, task.run)
        outcome = opened.go_on(task.until, lambda: False)
        opened.close()
        return [outcome]

    def stop(self) -> None:
        self._tasks.clear()

    def close(self) -> None:
        pass
