"""The compared runs' curves over each other; those that are under way go on growing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import streamlit as st

from dashboard.charts.lines import MOST_WITH_SINGLES
from dashboard.charts.live_chart import News, held, live_charts
from dashboard.charts.look import look_controls
from dashboard.charts.panels import Panel, Takeaway, Trace
from dashboard.compare_page.groups import Line
from dashboard.compare_page.page_state import PageState
from dashboard.compare_page.rows import Columns
from dashboard.session.looks import Since
from dashboard.session.session import Session
from dashboard.web.feed import INSIDE_SECONDS
from dashboard.web.language import _
from dashboard.web.widgets import showing
from dqn_core.store.record import RunRecord, Status
from dqn_core.store.store import Store


def view_controls(session: Session, state: PageState, records: Iterable[RunRecord]) -> None:
    """Horizontal axis and smoothing, which are those of the Train page too; where curves begin."""
    with st.container(horizontal=True, vertical_alignment="center", key="compare_view"):
        look_controls(session, "compare_")
        if any(record.parent for record in records):
            st.toggle(
                _("Forks from 0"),
                state.look.since == "fork",
                help=_("A fork's curve begins where it left its parent."),
                **showing(
                    "since_fork",
                    state.look.since == "fork",
                    lambda is_on: state.look_at(since="fork" if is_on else "start"),
                ),
            )


def overlay(
    session: Session,
    state: PageState,
    store: Store,
    lines: Sequence[Line],
    records: Mapping[str, RunRecord],
    more: Sequence[Panel] = (),
) -> None:
    """The chart of returns and that of greedy returns, with a curve for each line; then ``more``.

    ``records`` are those that the page is drawn with. Rows that were added since come with the
    next question; where a run has been evaluated again, or does something else, the page is drawn
    anew, since numbers and verdict follow from that.
    """
    runs = list(dict.fromkeys(run for line in lines for run in line.group.runs))
    rows, since = state.rows, state.look.since

    def tables(kind: str, now: Mapping[str, RunRecord]) -> dict[str, Mapping[str, np.ndarray]]:
        return {
            _table(kind, run): drawn_rows(rows.of(store, now[run])[kind], now[run], since)
            for run in runs
        }

    def news() -> News:
        session.runner.touch()  # somebody looks
        now = {run: _newest(store, records[run]) for run in runs}
        found = tables("episodes", now) | tables("evaluations", now)
        return News(held(found), f"{rows.rewound} {since} {' '.join(runs)}", _state(now, found))

    is_growing = any(records[run].status is Status.RUNNING for run in runs)
    live_charts(
        [*panels(lines), *more],
        news,
        x_axis=session.link.x_axis,
        smoothing=session.link.smoothing,
        key="comparison",
        period=INSIDE_SECONDS if is_growing else 0,
        drawn=_state(records, tables("evaluations", records)),
        height=300,
        caption=" · ".join(line.label for line in lines),
        filename="comparison",
    )


def _newest(store: Store, record: RunRecord) -> RunRecord:
    return store.run(record.run) if record.status is Status.RUNNING else record


def _state(records: Mapping[str, RunRecord], tables: Mapping[str, Mapping[str, np.ndarray]]) -> str:
    """A text that changes when a run does something else, or has one more greedy evaluation."""
    statuses = " ".join(sorted(f"{run} {record.status}" for run, record in records.items()))
    evaluations = (len(t["member"]) for name, t in tables.items() if name.startswith("evaluations"))
    return f"{statuses} {sum(evaluations)}"


def drawn_rows(table: Columns, record: RunRecord, since: Since) -> Columns:
    """The rows that are drawn: of a fork all, or its own alone, counted from where it began."""
    if since == "start" or record.fork_step is None:
        return table
    first = int(np.searchsorted(table["env_step"], record.fork_step, side="right"))
    before = {name: column[:first] for name, column in table.items()}
    own = {name: column[first:] for name, column in table.items()}
    episodes = own["episode"].copy()
    for member in range(record.members):
        ended = before["episode"][before["member"] == member].max(initial=0)
        episodes[own["member"] == member] -= ended
    return own | {
        "env_step": own["env_step"] - record.fork_step,
        "episode": episodes,
        "seconds": own["seconds"] - before["seconds"].max(initial=0.0),
    }


def _table(kind: str, run: str) -> str:
    return f"{kind} {run}"


def panels(lines: Sequence[Line]) -> list[Panel]:
    """The curves of training and those of greedy evaluations, one of each line."""
    singles = len(lines) <= MOST_WITH_SINGLES
    training = [_trace(line, "episodes", "return", singles) for line in lines]
    greedy = [_trace(line, "evaluations", "mean_return", singles) for line in lines]
    return [
        Panel(
            "return",
            _("Return of an episode"),
            tuple(training),
            y_title=_("sum of rewards"),
            takeaway=Takeaway.of(training[0], _("average return")),
            empty=_("Each episode of the chosen runs becomes a point when it ends."),
        ),
        Panel(
            "greedy",
            _("Greedy return"),
            tuple(greedy),
            y_title=_("mean sum of rewards"),
            takeaway=Takeaway.of(greedy[0], _("greedy return")),
            empty=_("The chosen runs have no greedy evaluation yet."),
        ),
    ]


def small_multiples(named: Sequence[tuple[Line, str]]) -> list[Panel]:
    """A chart of greedy returns for each line, with its name, and the others in grey behind it."""
    traces = [
        replace(_trace(line, "evaluations", "mean_return", True), name=n) for line, n in named
    ]
    seeds = [one for line, _ in named for one in line.group.seed_runs if len(one.greedy.returns)]
    lowest = min((float(one.greedy.returns.min()) for one in seeds), default=0.0)
    highest = max((float(one.greedy.returns.max()) for one in seeds), default=0.0)
    return [
        Panel(
            f"multiple {trace.id}",
            trace.name,
            (trace, *(replace(other, behind=True) for other in traces if other is not trace)),
            y_title=_("greedy return"),
            y_range=(lowest, highest) if lowest < highest else None,
            empty=_("There is no greedy evaluation yet."),
        )
        for trace in traces
    ]


def _trace(line: Line, kind: str, column: str, singles: bool) -> Trace:
    members = {_table(kind, run): own for run, own in line.group.members.items()}
    first, *more = members
    return Trace(
        first,
        column,
        line.label,
        "average" if kind == "episodes" else "markers",
        line.hue,
        line.dash,
        tuple(more),
        members,
        singles,
    )
