"""The states that a run can go back to: before its changes, and before what was undone."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from dashboard.session.links import Link
from dqn_core import Agent

MOST_KEPT = 20
MOST_BYTES = 256 * 2**20
"""What may be kept in memory of changes, and as much of undone ones; the oldest go first."""

Kept = TypeVar("Kept")


@dataclass(frozen=True, eq=False)
class RestorePoint:
    """The exact state of a run just before a change or an undo.

    ``rows`` is the length of the table of changes there, ``link`` what the controls showed.
    """

    env_step: int
    rows: int
    label: str
    link: Link | None
    state: dict[str, Any]

    @property
    def size(self) -> int:
        """Bytes in the tensors and arrays of the state."""
        return _size(self.state)


@dataclass(frozen=True, eq=False)
class Undone:
    """Where a run was when a change was undone, and what it could go back to there."""

    point: RestorePoint
    restore_points: list[RestorePoint]
    snapshots: list[Agent]


def keep_newest(kept: list[Kept], point: Callable[[Kept], RestorePoint]) -> None:
    """Let the oldest go that are too many, or too much for the memory."""
    while len(kept) > MOST_KEPT or (
        sum(point(one).size for one in kept) > MOST_BYTES and len(kept) > 1
    ):
        kept.pop(0)


def _size(state: Any) -> int:
    if isinstance(state, dict):
        return sum(_size(item) for item in state.values())
    if isinstance(state, list | tuple):
        return sum(_size(item) for item in state)
    return int(getattr(state, "nbytes", 0))
