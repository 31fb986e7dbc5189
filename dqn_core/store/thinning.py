"""Which snapshots to delete when all of them take more than the budget."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from dqn_core.store.snapshots import Kind, Snapshot

_DISPENSABLE = (Kind.CHANGE, Kind.BEST, Kind.START, Kind.LATEST, Kind.END)
"""Deleted in this order when no periodic ones are left, the oldest of a kind first."""


def surplus(snapshots: Sequence[Snapshot], budget: int) -> list[Snapshot]:
    """The snapshots to delete so that the rest takes at most ``budget`` bytes.

    Periodic ones go first: the run with the most of them loses the one with the nearest neighbours,
    so the rest stays evenly spread. The newest snapshot of each run goes last, because the run
    continues from it.
    """
    size = sum(snapshot.bytes for snapshot in snapshots)
    gone: list[Snapshot] = []
    for snapshot in _order(snapshots) if size > budget else ():
        if size <= budget:
            break
        gone.append(snapshot)
        size -= snapshot.bytes
    return gone


def _order(snapshots: Sequence[Snapshot]) -> Iterable[Snapshot]:
    """All snapshots, in the order in which they are deleted."""
    newest = {snapshot.run: snapshot for snapshot in sorted(snapshots, key=_age)}
    others = [snapshot for snapshot in snapshots if newest[snapshot.run] is not snapshot]
    yield from _thinned([one for one in others if one.kind is Kind.PERIODIC])
    for kind in _DISPENSABLE:
        yield from sorted((one for one in others if one.kind is kind), key=lambda one: one.id)
    yield from sorted(newest.values(), key=lambda one: one.id)


def _thinned(periodic: Iterable[Snapshot]) -> Iterable[Snapshot]:
    of_runs: dict[str, list[Snapshot]] = defaultdict(list)
    for snapshot in sorted(periodic, key=_age):
        of_runs[snapshot.run].append(snapshot)
    while of_runs:
        run = max(of_runs, key=lambda name: len(of_runs[name]))
        yield of_runs[run].pop(_nearest(of_runs[run]))
        if not of_runs[run]:
            del of_runs[run]


def _nearest(line: Sequence[Snapshot]) -> int:
    """The index of the one whose neighbours are nearest to each other."""
    steps = [0, *(snapshot.env_step for snapshot in line), line[-1].env_step + 1]
    return min(range(len(line)), key=lambda i: steps[i + 2] - steps[i])


def _age(snapshot: Snapshot) -> tuple[int, int]:
    return snapshot.env_step, snapshot.id
