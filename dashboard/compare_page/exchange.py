"""A run as one file: exported for another store, and taken in from there."""

from functools import partial

import streamlit as st

from dashboard.compare_page.managing import attempt
from dashboard.compare_page.page_state import PageState
from dashboard.session.session import Session
from dashboard.session.store import make_room, store
from dashboard.web.buttons import download_button, popover, primary_button
from dashboard.web.language import _
from dashboard.web.markup import plain
from dqn_core.store.store import Store
from dqn_core.store.transfer import export, take_in

SUFFIX = ".safetensors"


def export_button(kept: Store, run: str) -> None:
    """The run with its history and its snapshots as a file, made at the click."""
    download_button(
        _("The run (.safetensors)"),
        partial(export, kept, run),
        run + SUFFIX,
        "export_run",
        help=_(
            "The whole run as one file. Another store imports it, here or with python -m dqn_core "
            "runs import, and it looks the same there."
        ),
    )


def import_run(state: PageState, session: Session) -> None:
    """The way to take in a run that was exported elsewhere; it is then one of the chosen."""
    # Another one for each run that was taken in: it is closed then.
    key = f"import_{'_'.join(state.look.runs)}"
    popover(_("Import"), key, "upload", lambda: _what_to_import(state, session, f"{key}_file"))


def _what_to_import(state: PageState, session: Session, key: str) -> None:
    file = st.file_uploader(_("A run that was exported, or saved on the Train page"), key=key)
    if file:
        primary_button(
            _("Import {name}", name=plain(file.name)),
            "import_run",
            act=partial(
                attempt, state, lambda: _look_at(state, taken_in(session, file.getvalue()))
            ),
        )


def taken_in(session: Session, content: bytes) -> str:
    """The name that an exported run gets here; raises `LabError` for what is no run."""
    record = take_in(store(), content, session.owner)
    if session.owner:
        make_room(session.owner, record.run)
    return record.run


def _look_at(state: PageState, run: str) -> None:
    state.look_at(runs=(*state.look.runs, run), sweep="")
