"""The tree of forks: each run's parent, the step of the fork, and the changes there."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.compare_page.listing import choice, columns, read_off
from dashboard.compare_page.page_state import PageState
from dashboard.session.words import change_label
from dashboard.web.language import _, said
from dqn_core.store.record import RunRecord
from dqn_core.store.store import Store
from dqn_core.store.tree import Branch, Changes, families, fork_changes

INDENT = "\N{NO-BREAK SPACE}" * 4


def tree_columns() -> dict[str, Any]:
    """How the columns of `tree_table` look."""
    shared = columns()
    return {
        "name": st.column_config.TextColumn(
            _("Run"), width=220, help=_("Each fork is below its parent")
        ),
        "left": st.column_config.NumberColumn(
            _("Left at"), format="localized", width=70, help=_("Step at which it left its parent")
        ),
        "changes": st.column_config.TextColumn(_("Changed there"), width=230),
        **{name: shared[name] for name in ("steps", "return", "greedy")},
    }


def fork_tree(state: PageState, store: Store, records: Sequence[RunRecord]) -> None:
    """The families of runs with their forks: all of them, or those that chosen runs belong to."""
    found = [family for family in families(records) if len(family) > 1]
    if not found:
        return
    unfolded = st.expander(
        _("Tree of forks: who came from whom"), key="fork_tree", on_change="rerun"
    )
    if not unfolded.open:
        return
    own = [one for one in found if any(b.record.run in state.look.runs for b in one)]
    branches = [branch for family in own or found for branch in family]
    with unfolded:
        choice(
            state,
            [branch.record for branch in branches],
            tree_table(branches, fork_changes(store)),
            key="tree",
            column_config=tree_columns(),
            alt=_("Runs below those that they were forked from; select rows to compare them"),
        )


def tree_table(branches: Sequence[Branch], changes: Mapping[str, Changes]) -> pd.DataFrame:
    """A row for each run, indented by its depth."""
    records = [branch.record for branch in branches]
    return pd.DataFrame(
        {
            "name": [_indented(branch) for branch in branches],
            "left": pd.array([record.fork_step for record in records], dtype="Int64"),
            "changes": [_in_words(changes.get(record.run, {})) for record in records],
            "steps": [record.env_steps for record in records],
            "return": [read_off(record.recent_return) for record in records],
            "greedy": [read_off(record.greedy_return) for record in records],
        }
    )


def _indented(branch: Branch) -> str:
    stem = f"{INDENT * (branch.depth - 1)}└ " if branch.depth else ""
    return stem + branch.record.name


def _in_words(changes: Changes) -> str:
    return _(", ").join(said(change_label(name, old, new)) for name, (old, new) in changes.items())
