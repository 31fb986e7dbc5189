"""The snapshots on the way of a run: its own, and those of the runs that it was forked from."""

from contextlib import suppress
from math import inf

from dashboard.session.run import Run
from dashboard.session.store import store_so_far
from dqn_core.base.errors import StoreError
from dqn_core.store.snapshots import Kind, Snapshot

Place = tuple[float, float]
"""Environment steps and changes made so far: neither falls on the way of a run."""


def snapshots_on_the_way(run: Run) -> list[Snapshot]:
    """The snapshots that the run can go back to, oldest first."""
    name, end = run.keeping.name, (inf, inf)
    if not name:  # a fork that has not gone on yet: what is behind it is its parent's
        name, end = run.keeping.parent or "", (run.trainer.env_step, len(run.history.changes))
    found: list[Snapshot] = []
    with suppress(StoreError):  # as far as it can be read
        store = store_so_far()
        while store and name:
            record, own = store.run(name), store.snapshots(name)
            found = [snapshot for snapshot in own if _place(snapshot) <= end] + found
            begin = min(map(_place, own), default=(record.fork_step or 0, 0))
            name, end = record.parent or "", min(end, begin)
    return found


def alike_on_the_way(run: Run, at: Snapshot) -> Snapshot:
    """The snapshot of ``run`` that belongs to ``at``, a snapshot of a run that takes turns with it.

    It is the one before the same change, or the nearest at or before the same step. Raises
    `StoreError` if none is kept.
    """
    way = snapshots_on_the_way(run)
    same = [s for s in way if s.kind is at.kind is Kind.CHANGE and s.changes == at.changes]
    found = same or [s for s in way if s.env_step <= at.env_step]
    if not found:
        raise StoreError("No state of {run} is kept at or before that step.", run=run.keeping.name)
    return found[-1]


def _place(snapshot: Snapshot) -> Place:
    return snapshot.env_step, snapshot.changes
