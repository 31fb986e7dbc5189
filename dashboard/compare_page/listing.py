"""The table of runs: which of them are listed, and the choice of those that are compared."""

import hashlib
from collections.abc import Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.compare_page.groups import named
from dashboard.compare_page.page_state import PageState
from dashboard.session.looks import MOST_RUNS, Look
from dashboard.session.words import show
from dashboard.web.catalogues import ENGLISH
from dashboard.web.language import _, language, said
from dashboard.web.widgets import showing
from dqn_core.base.phrases import Phrase
from dqn_core.presets import beside_preset
from dqn_core.store.record import RunRecord, Status

STATUS_WORDS: dict[str, str] = {
    Status.RUNNING: Phrase("running"),
    Status.PAUSED: Phrase("paused"),
    Status.FINISHED: Phrase("finished"),
    Status.INTERRUPTED: Phrase("interrupted"),
    Status.DIVERGED: Phrase("diverged"),
}

MOST_HEIGHT = 422
"""Pixels of the table: a header and eleven rows, the last one cut, so that it is seen to go on."""
ROW = 35


def listed(records: Sequence[RunRecord], look: Look) -> list[RunRecord]:
    """The runs that the filters let through, in the same order."""
    words = look.search.lower().split()
    return [
        record
        for record in records
        if look.environment in ("", record.environment)
        and look.status in ("", record.status)
        and (not look.tag or look.tag in record.tags)
        and (look.hidden or not record.hidden)
        and (not words or all(word in _text(record) for word in words))
    ]


def _text(record: RunRecord) -> str:
    """What a search looks through."""
    parts = (record.run, record.title, record.environment, record.note, *record.tags)
    return " ".join((*parts, differences(record))).lower()


def differences(record: RunRecord) -> str:
    """What differs from its preset: ``γ 0.9, Batch size 32``; of a race ``γ 0.9 / 0.99``."""
    values = beside_preset(record.preset, tuple(record.configs))
    return _(", ").join(
        " / ".join([named(name, first), *(said(show(other)) for other in others)])
        for name, (first, *others) in values
    )


def seeds(record: RunRecord) -> str:
    """``3``, or ``0 to 4``."""
    found = sorted({config.seed for config in record.configs})
    if len(found) > 1 and found == list(range(found[0], found[-1] + 1)):
        return _("{low} to {high}", low=found[0], high=found[-1])
    return ", ".join(map(str, found))


def _origin(record: RunRecord) -> str:
    if not record.parent:
        return ""
    return _("{run} at {step:,}", run=record.parent, step=record.fork_step or 0)


def read_off(value: float | None) -> float | None:
    """As many digits as `dqn_core.base.numbers.number` writes; the table itself needs a number."""
    if value is None:
        return None
    return round(value, 1) if abs(value) >= 1 else float(f"{value:.3g}")


def table(records: Sequence[RunRecord]) -> pd.DataFrame:
    """A row for each run."""
    return pd.DataFrame(
        {
            "starred": ["★" if record.starred else "" for record in records],
            "name": [record.name for record in records],
            "environment": [record.environment for record in records],
            "differs": [differences(record) for record in records],
            "seeds": [seeds(record) for record in records],
            "steps": [record.env_steps for record in records],
            "return": [read_off(record.recent_return) for record in records],
            "greedy": [read_off(record.greedy_return) for record in records],
            "status": [_(STATUS_WORDS[record.status]) for record in records],
            "when": pd.to_datetime([record.created for record in records], unit="s", utc=True),
            "forked": [_origin(record) for record in records],
            "tags": [", ".join(record.tags) for record in records],
            "note": [record.note for record in records],
        }
    )


def columns() -> dict[str, Any]:
    """How the columns of `table` look."""
    return {
        "starred": st.column_config.TextColumn("★", width=32, help=_("Starred")),
        "name": st.column_config.TextColumn(_("Name"), width=98),
        "environment": st.column_config.TextColumn(_("Environment"), width=105),
        "differs": st.column_config.TextColumn(_("Differs from its preset"), width=150),
        "seeds": st.column_config.TextColumn(_("Seeds"), width=50),
        "steps": st.column_config.NumberColumn(_("Steps"), format="localized", width=65),
        "return": st.column_config.NumberColumn(
            _("Return"), format="%.9g", width=65, help=_("Mean of the newest training episodes")
        ),
        "greedy": st.column_config.NumberColumn(
            _("Greedy"), format="%.9g", width=65, help=_("Return of the newest greedy evaluation")
        ),
        "status": st.column_config.TextColumn(_("Status"), width=85),
        "when": st.column_config.DatetimeColumn(
            _("When"),
            # What Streamlit says of a distance is English.
            format="distance" if language() == ENGLISH else "localized",
            timezone=st.context.timezone,
            width=132,
        ),
        "forked": st.column_config.TextColumn(_("Forked from"), width=150),
        "tags": st.column_config.TextColumn(_("Tags"), width=100),
        "note": st.column_config.TextColumn(_("Note"), width=160),
    }


def filters(state: PageState, records: Sequence[RunRecord]) -> None:
    """What the listed runs must have; they are in the sidebar."""
    look = state.look
    with st.sidebar:
        st.text_input(
            _("Search"),
            look.search,
            icon=":material/search:",
            placeholder=_("name, value, tag, note"),
            **showing("search", look.search, lambda text: state.look_at(search=text)),
        )
        of_each = (
            ("environment", _("Environment"), sorted({record.environment for record in records})),
            (
                "status",
                _("Status"),
                [str(s) for s in Status if any(r.status is s for r in records)],
            ),
            ("tag", _("Tag"), sorted({tag for record in records for tag in record.tags})),
        )
        for name, label, found in of_each:
            _filter(state, name, label, found)
        if look.hidden or any(record.hidden for record in records):
            st.toggle(
                _("Hidden runs too"),
                look.hidden,
                **showing("with_hidden", look.hidden, lambda on: state.look_at(hidden=on)),
            )


def _option(name: str, value: str) -> str:
    """What a filter by ``name`` lets through, as it is listed."""
    if not value:
        return _("all")
    return _(STATUS_WORDS[value]) if name == "status" and value in STATUS_WORDS else value


def _filter(state: PageState, name: str, label: str, found: Sequence[str]) -> None:
    chosen: str = getattr(state.look, name)
    options = ["", *found, *({chosen} - {"", *found})]
    if len(options) == 1:
        return
    st.selectbox(
        label,
        options,
        options.index(chosen),
        format_func=partial(_option, name),
        **showing(f"filter_{name}", chosen, lambda value: state.look_at(**{name: value})),
    )


def run_table(state: PageState, records: Sequence[RunRecord]) -> None:
    """The listed runs; those whose rows are selected are compared."""
    choice(
        state,
        records,
        table(records),
        key="runs",
        column_config=columns(),
        alt=_("Runs that are kept; select rows to compare them"),
    )


def choice(
    state: PageState, records: Sequence[RunRecord], frame: pd.DataFrame, key: str, **shown: Any
) -> None:
    """A table with a row for each run, in which those that are compared are selected.

    ``shown`` is how it looks, as `st.dataframe` takes it.
    """
    chosen = state.look.runs
    names = [record.run for record in records]
    rows = [row for row, name in enumerate(names) if name in chosen]
    # Rows are selected by their places: other runs are another table.
    key = f"{key}_{hashlib.sha256(' '.join(names).encode()).hexdigest()[:12]}"
    selection: Any = {"selection": {"rows": rows, "columns": [], "cells": []}}
    if key in st.session_state and set(st.session_state[key].selection.rows) != set(rows):
        st.session_state[key] = selection

    def choose() -> None:
        selected = [names[row] for row in st.session_state[key].selection.rows]
        # Those that the filters hide stay chosen, and each keeps its place among the chosen.
        kept = [name for name in state.look.runs if name not in names or name in selected]
        added = [name for name in selected if name not in kept]
        state.look_at(runs=tuple(kept + added)[:MOST_RUNS])

    st.dataframe(
        frame,
        key=key,
        hide_index=True,
        on_select=choose,
        selection_mode="multi-row",
        selection_default=selection,
        height=min(MOST_HEIGHT, ROW * (max(1, len(records)) + 1) + 3),
        placeholder="",
        **shown,
    )
