"""The rows of compared runs in memory: read from the store once, and then as they are added."""

import threading
from collections.abc import Iterable, Mapping

import numpy as np

from dqn_core.comparison import NEEDED, SeedRun
from dqn_core.history import WHEN
from dqn_core.store.record import RunRecord
from dqn_core.store.seed_runs import stored_seed_runs
from dqn_core.store.store import Store

Columns = Mapping[str, np.ndarray]


class Rows:
    """Histories by run, as far as curves and numbers need them.

    Pages and the browser's questions read them in threads of their own. ``rewound`` counts how
    often a run was found gone on with from an earlier state, so that rows were there no longer.
    """

    def __init__(self) -> None:
        self.rewound = 0
        self._lock = threading.Lock()
        self._read: dict[str, tuple[float, dict[str, Columns]]] = {}

    def of(self, store: Store, record: RunRecord) -> Mapping[str, Columns]:
        """The tables of a run, up to date with ``record``; raises `StoreError`."""
        with self._lock:
            updated, tables = self._read.get(record.run, (None, {}))
            if updated != record.updated:
                tables = {name: self._longer(store, record.run, name, tables) for name in NEEDED}
                self._read[record.run] = record.updated, tables
            return tables

    def keep_only(self, runs: Iterable[str]) -> None:
        """Drop the histories of all other runs."""
        with self._lock:
            self._read = {run: self._read[run] for run in runs if run in self._read}

    def seed_runs(self, store: Store, record: RunRecord) -> list[SeedRun]:
        """What each seed of a run came to; raises `StoreError`."""
        return stored_seed_runs(store, record, self.of(store, record))

    def _longer(self, store: Store, run: str, name: str, known: Mapping[str, Columns]) -> Columns:
        """A table with the rows that were added to what is ``known`` of it."""
        before = known.get(name)
        if before is None or not len(before["member"]):
            return store.columns(run, name, names=NEEDED[name])
        last = len(before["member"]) - 1
        found = store.columns(run, name, last, names=NEEDED[name])
        if len(found["member"]) and all(found[c][0] == before[c][last] for c in WHEN):
            return {c: np.concatenate([before[c], found[c][1:]]) for c in before}
        self.rewound += 1
        return store.columns(run, name, names=NEEDED[name])
