"""What can be done with the chosen runs: name, note, tags, star, hide, delete, and its undo."""

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import streamlit as st

from dashboard.compare_page.page_state import PageState
from dashboard.web.buttons import button, primary_button, quiet_button
from dashboard.web.keys import OPEN_DIALOG
from dashboard.web.language import _
from dashboard.web.markup import plain
from dashboard.web.notices import tell_error
from dqn_core import LabError
from dqn_core.store.record import RunRecord
from dqn_core.store.store import Store
from dqn_core.sweeps.catalogue import restore_sweep

DESCRIBE = "describe_runs"

MOST_NAMED = 3
"""Deleted runs that a sentence lists."""


def actions(state: PageState, store: Store, chosen: Sequence[RunRecord]) -> None:
    """The buttons for all chosen runs, and the way back after a deletion."""
    if chosen:
        _buttons(state, store, chosen)
    if st.session_state.get(OPEN_DIALOG) == DESCRIBE and chosen:
        st.dialog(_("Describe the chosen runs"), on_dismiss=_close)(_describe)(state, store, chosen)
    if state.deleted or state.deleted_sweep:
        _undo(state, store)
    if state.problem:
        tell_error(state.problem)


def _buttons(state: PageState, store: Store, chosen: Sequence[RunRecord]) -> None:
    starred, hidden = (all(getattr(r, name) for r in chosen) for name in ("starred", "hidden"))

    def set_all(**values: Any) -> None:
        for record in chosen:
            store.update(record.run, **values)

    def delete() -> None:
        for record in chosen:
            store.delete(record.run)
        gone = tuple(record.run for record in chosen)
        state.deleted, state.deleted_sweep = gone, ""
        state.look_at(runs=tuple(run for run in state.look.runs if run not in gone))

    with st.container(horizontal=True, gap="small", key="run_actions"):
        for key, label, symbol, act in (
            (
                "star",
                _("Unstar") if starred else _("Star"),
                "star",
                lambda: set_all(starred=not starred),
            ),
            ("describe", _("Name, note, tags"), "edit", _open),
            (
                "hide",
                _("Show again") if hidden else _("Hide"),
                "visibility_off",
                lambda: set_all(hidden=not hidden),
            ),
            ("delete", _("Delete"), "delete", delete),
            ("none", _("Choose none"), "close", lambda: state.look_at(runs=())),
        ):
            quiet_button(label, f"runs_{key}", symbol, partial(attempt, state, act))


def attempt(state: PageState, act: Callable[[], object]) -> None:
    """Do what was clicked; a refusal becomes the page's problem."""
    state.problem = ""
    try:
        act()
    except LabError as error:
        state.problem = error.phrase


def _undo(state: PageState, store: Store) -> None:
    deleted, sweep = state.deleted, state.deleted_sweep

    def forget() -> None:
        state.deleted, state.deleted_sweep = (), ""

    def restore() -> None:
        for run in deleted:
            store.restore(run)
        if sweep:
            restore_sweep(store, sweep)
        forget()
        state.look_at(runs=(*state.look.runs, *deleted), sweep=sweep)

    with st.container(horizontal=True, vertical_alignment="center", key="deleted_runs"):
        st.markdown(f":material/delete: {_deleted_words([sweep] if sweep else deleted)}")
        button(_("Undo"), "restore_runs", "undo", partial(attempt, state, restore))
        quiet_button("", "forget_deleted", "close", forget, help=_("Close"))


def _deleted_words(deleted: Sequence[str]) -> str:
    """Which runs were deleted, as Markdown."""
    runs, more = plain(_(", ").join(deleted[:MOST_NAMED])), len(deleted) - MOST_NAMED
    if more <= 0:
        return _("Deleted: {runs}. Can be restored for a day.", runs=runs)
    return _("Deleted: {runs} and {count} more. Can be restored for a day.", runs=runs, count=more)


def _open() -> None:
    st.session_state[OPEN_DIALOG] = DESCRIBE


def _close() -> None:
    st.session_state.pop(OPEN_DIALOG, None)


def _describe(state: PageState, store: Store, chosen: Sequence[RunRecord]) -> None:
    """The form for what a person calls runs; of several, the tags alone."""
    one = chosen[0] if len(chosen) == 1 else None
    values: dict[str, Any] = {}
    if one:
        values["title"] = st.text_input(_("Name"), one.title, placeholder=one.run, key="run_title")
        values["note"] = st.text_area(_("Note"), one.note, key="run_note")
    in_common = set.intersection(*(set(record.tags) for record in chosen))
    tags = st.text_input(
        _("Tags"),
        ", ".join(sorted(in_common)),
        key="run_tags",
        help=_("Separated by commas.")
        if one
        else _("Those that all chosen runs have, with commas."),
    )
    if not primary_button(_("Save"), "save_description"):
        return
    wanted = {tag.strip() for tag in re.split("[,，]", tags)} - {""}

    def save() -> None:
        for record in chosen:
            kept = set(record.tags) - in_common | wanted
            store.update(record.run, **values, tags=sorted(kept))

    attempt(state, save)
    _close()
    st.rerun()
