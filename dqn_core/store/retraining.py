"""The state of a stored run at any step: what lies behind the nearest kept one is trained again."""

from collections.abc import Iterator
from itertools import groupby

import numpy as np

from dqn_core.base.errors import StoreError
from dqn_core.store.store import Store
from dqn_core.trainer import Trainer

SLICE_SECONDS = 0.1
"""Training between two looks at it."""

_CHECKED = ("episodes", "evaluations", "updates")


def retrained(store: Store, run: str, trainer: Trainer, step: int) -> Iterator[None]:
    """Bring a ``trainer`` from a kept state of the run to the state that the run had at ``step``.

    The same seeds give the same bits, and what was changed on the way is changed again. It stops
    between two slices, for whoever shows how far it is. Raises `StoreError` where it does not come
    to what the run's history has, as on another machine.
    """
    kept = {name: len(table) for name, table in trainer.history.tables().items()}
    begun = trainer.env_step
    changes = store.columns(run, "changes", kept["changes"])
    rows = zip(
        *(changes[name].tolist() for name in ("env_step", "member", "name", "new")), strict=True
    )
    for at, together in groupby(rows, key=lambda row: row[0]):
        if at >= step:
            break
        if at > trainer.env_step:  # else it was made at the kept state, which may be within a step
            yield from _trained_to(trainer, at)
        for _, member, name, new in together:
            trainer.change(member, **{name: new})
    yield from _trained_to(trainer, step)
    if trainer.env_step != step or not all(
        _is_same(store, run, trainer, table, kept[table]) for table in _CHECKED
    ):
        raise StoreError(
            "What {run} did from step {begun:,} to {step:,} does not come out again, as where it "
            "was trained on another machine: fork it at step {begun:,}, whose state is kept.",
            run=run,
            begun=begun,
            step=step,
        )


def _trained_to(trainer: Trainer, step: int) -> Iterator[None]:
    while not trainer.finished() and (trainer.env_step < step or not trainer.is_between_steps):
        trainer.run(max_steps=step - trainer.env_step, max_seconds=SLICE_SECONDS)
        yield


def _is_same(store: Store, run: str, trainer: Trainer, table: str, start: int) -> bool:
    """Whether the rows from ``start`` on equal those of the run, except for the seconds."""
    mine = trainer.history.tables()[table].columns(start)
    theirs = store.columns(run, table, start)
    count = int(np.searchsorted(theirs["env_step"], trainer.env_step, side="right"))
    return all(
        np.array_equal(mine[name][:count], values[:count], equal_nan=values.dtype.kind == "f")
        for name, values in theirs.items()
        if name != "seconds"
    )
