"""What whoever trains the pieces of a sweep is told and answers, wherever it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Task:
    """Go on with a ``run`` of the store: to its end, or to step ``until`` if that comes first."""

    run: str
    until: int | None = None


@dataclass(frozen=True)
class Outcome:
    """What a task came to.

    ``error`` is why it could not be done, in one sentence, or "". What the run came to is in the
    store by then.
    """

    run: str
    is_finished: bool
    error: str = ""


class Crew(Protocol):
    """Those that train: so many tasks at once, each until it is done, whoever dies meanwhile."""

    @property
    def idle(self) -> int:
        """How many tasks more could begin."""

    @property
    def is_busy(self) -> bool:
        """Whether any task is under way."""

    def begin(self, task: Task) -> None:
        """Have an idle one do it."""

    def wait(self, seconds: float) -> Sequence[Outcome]:
        """What was done meanwhile; returns as soon as anything was.

        Raises `LabError` where none can work any more.
        """

    def stop(self) -> None:
        """End all tasks between two steps, and have everything written."""

    def close(self) -> None:
        """End all of them at once; what was written stays."""
