"""What the states of all runs take of the disk, and what they may."""

import streamlit as st

from dashboard.session.store import store_so_far
from dashboard.web.language import _
from dashboard.web.visitors import is_private
from dashboard.web.widgets import showing
from dqn_core.store.store import Store

GB = 10**9
LEAST, MOST = 0.1, 10_000.0


def disk_budget() -> None:
    """Shown and changed by whoever has the server to oneself; raises `StoreError`."""
    store = store_so_far()
    if store is None or is_private():
        return
    budget = round(min(max(store.budget / GB, LEAST), MOST), 1)
    st.number_input(
        _(
            "Disk for the states of all runs, in GB ({taken:.2f} are taken)",
            taken=store.bytes() / GB,
        ),
        LEAST,
        MOST,
        budget,
        0.5,
        help=_(
            "Beyond it the states that are needed least are deleted; curves and values stay. It "
            "holds until the server ends: `DQN_LAB_RUNS_BYTES` sets it for good."
        ),
        **showing("disk_budget", budget, lambda size: set_budget(store, size)),
    )


def set_budget(store: Store, size: float) -> None:
    """Let all states together take so many GB, and delete what is beyond it."""
    store.budget = round(size * GB)
    store.thin()
