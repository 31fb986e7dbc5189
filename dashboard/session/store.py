"""The folder of runs that this server keeps, which pages write to and read from."""

import os
from pathlib import Path

import streamlit as st

from dqn_core.store.store import Store

DATABASE = "runs.sqlite"


def runs_folder() -> Path:
    """``DQN_LAB_RUNS``, else ``runs/`` in the working folder."""
    return Path(os.environ.get("DQN_LAB_RUNS") or "runs")


def store() -> Store:
    """The server's store, which is made if there is none; raises `StoreError`."""
    return _opened(runs_folder())


def store_so_far() -> Store | None:
    """The same for who only looks: for them nothing is made. Raises `StoreError`."""
    return store() if (runs_folder() / DATABASE).exists() else None


@st.cache_resource(show_spinner=False)
def _opened(folder: Path) -> Store:
    return Store(folder)
