"""The folder of runs that this server keeps, which pages write to and read from."""

import time
from contextlib import suppress
from pathlib import Path

import streamlit as st

from dashboard.web.visitors import KEPT_SECONDS
from dqn_core.base.errors import StoreError
from dqn_core.base.settings import default_folder
from dqn_core.store.record import RunRecord
from dqn_core.store.store import Store, is_store

MOST_OF_A_VISITOR = 20
"""Runs of one visitor of a private server; for the next one the one left longest ago goes."""

PATIENCE_SECONDS = 3.0
"""How long a page, and the training on it, wait for another program that holds the database."""


def store() -> Store:
    """The server's store, which is made if there is none; raises `StoreError`."""
    found = _opened(default_folder())
    with suppress(StoreError):
        found.check()
        return found
    _opened.clear()  # it was deleted meanwhile: what begins now is kept in a new one
    return _opened(default_folder())


def store_so_far() -> Store | None:
    """The store if there is one, for pages that only read; raises `StoreError`."""
    return store() if is_store(default_folder()) else None


def own_run(name: str, owner: str | None) -> RunRecord:
    """The run of that name; raises `StoreError` also where it is another visitor's."""
    found = store_so_far()
    try:
        record = found.run(name) if found else None
    except StoreError:
        if owner is None:
            raise
        record = None  # its sentence names the folder, and perhaps a run of somebody else
    if record is None or record.owner != owner:
        raise StoreError(
            "The run {name} is not there: it was deleted, or was never kept.", name=name
        )
    return record


def own_runs(found: Store, owner: str | None) -> list[RunRecord]:
    """The runs that a visitor sees, the newest first: those of a room are nobody else's."""
    return [record for record in found.runs(owner) if record.owner == owner]


def make_room(owner: str, added: str) -> None:
    """Forget what a visitor who has too many runs left longest ago.

    After the run called ``added`` was added: where that is refused nothing goes. Runs of the future
    are from before the clock was put back.
    """
    found, now = store(), time.time()
    others = [one for one in found.runs(owner, include_deleted=True) if one.run != added]
    others.sort(key=lambda record: (record.updated > now, -record.updated))
    found.forget([record.run for record in others[MOST_OF_A_VISITOR - 1 :]])


def forget_left() -> None:
    """Forget the runs that visitors have left for a day; raises `StoreError`."""
    found, before = store_so_far(), time.time() - KEPT_SECONDS
    if found:
        records = found.runs(include_deleted=True)
        found.forget([one.run for one in records if one.owner and one.updated < before])


@st.cache_resource(max_entries=1, show_spinner=False, on_release=Store.close)
def _opened(folder: Path) -> Store:
    return Store(folder, PATIENCE_SECONDS)
