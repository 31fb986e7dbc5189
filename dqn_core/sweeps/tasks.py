"""What a crew is given to train of a sweep, and what it answers."""

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
    """Trains several tasks at once, each to its end, also where a process dies meanwhile."""

    @property
    def idle(self) -> int:
        """How many more tasks could begin."""

    @property
    def is_busy(self) -> bool:
        """Whether any task is under way."""

    def begin(self, task: Task) -> None:
        """Begin a task; there must be an idle place."""

    def wait(self, seconds: float) -> Sequence[Outcome]:
        """What was done meanwhile; returns as soon as anything was.

        Raises `LabError` where none can work any more.
        """

    def stop(self) -> None:
        """End all tasks between two steps, and have everything written."""

    def close(self) -> None:
        """End all of them at once; what was written stays."""
