"""What was before: the changes of this run with the way back, and the other runs of the store."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import streamlit as st

from dashboard.session.agents import stored_key
from dashboard.session.disk import disk_budget
from dashboard.session.earlier import Earlier
from dashboard.session.going_on import fork_from, go_on_with
from dashboard.session.returns import kind_of_mean
from dashboard.session.run import Run
from dashboard.session.session import Session
from dashboard.session.snapshots import snapshots_on_the_way
from dashboard.session.view import DASHES, Dash, XAxis
from dashboard.train_page.exchange import tell_left_alone
from dashboard.train_page.figures import average_name
from dashboard.web.buttons import button, popover, primary_button, quiet_button
from dashboard.web.language import _, said
from dashboard.web.markup import plain
from dqn_core.base.errors import StoreError
from dqn_core.base.numbers import number
from dqn_core.base.phrases import Phrase
from dqn_core.store.snapshots import Kind, Snapshot

SAMPLES: dict[Dash, str] = {"solid": "───", "dash": "╌╌╌", "dot": "┈┈┈", "dashdot": "─·─"}
"""How the line of an earlier run is dashed, in letters."""


@dataclass(frozen=True)
class Entry:
    """What was changed at once; ``before`` is the state that undoing it goes back to, if the store
    has it."""

    env_step: int
    label: str
    before: Snapshot | None


def changes_of(run: Run, way: Sequence[Snapshot] = ()) -> list[Entry]:
    """All that its history knows of, oldest first; ``way`` are the snapshots behind it."""
    steps, labels = run.history.changes.columns()["env_step"], run.change_labels()
    points = {each.changes: each for each in way if each.kind is Kind.CHANGE}
    begins = [
        row
        for row in range(len(labels))
        if row in points or row == 0 or steps[row] != steps[row - 1]
    ]
    return [
        Entry(
            int(steps[row]),
            _(", ").join(map(said, dict.fromkeys(labels[row:end]))),
            points.get(row),
        )
        for row, end in pairwise([*begins, len(labels)])
    ]


def changed_last(run: Run) -> list[str]:
    """The hyperparameters that it changed, each once, the newest change first."""
    return list(dict.fromkeys(reversed(run.history.changes.columns()["name"].tolist())))


def changes(session: Session) -> None:
    """What was changed while the run went on, newest first, with the way back and forth."""
    run = session.run
    way = snapshots_on_the_way(run)
    made, parent = changes_of(run, way), run.keeping.parent
    if not made and not parent:
        return
    with st.expander(_("Changes in this run ({count})", count=len(made)), key="changes"):
        if parent:
            _way_to_the_parent(session, parent)
        for index, change in reversed(list(enumerate(made))):
            _change(session, change, f"undo_{run.id}_{index}")
        if not all(change.before for change in made):
            st.caption(
                _(
                    "Some changes have no Undo, because the state before them is not stored: a "
                    "saved run contains only its last state, and the oldest states go when they "
                    "take more of the disk than they may."
                )
            )


def _way_to_the_parent(session: Session, parent: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(_("Forked from **{run}**", run=plain(parent)))
        button(
            _("Back to it"),
            f"redo_{session.run.id}",
            "redo",
            partial(go_on_with, session, parent),
            help=_(
                "Continues {run} where it was left. This run stays under Earlier runs.", run=parent
            ),
        )


def _change(session: Session, change: Entry, key: str) -> None:
    """What was changed, and its Undo."""
    with st.container(horizontal=True, vertical_alignment="center"):
        words = plain(change.label)
        st.markdown(_("step **{step:,}**: {change}", step=change.env_step, change=words))
        if change.before:
            button(
                _("Undo"),
                key,
                "undo",
                partial(
                    fork_from,
                    session,
                    change.before,
                    Phrase("before {change}", change=change.label),
                ),
                help=_(
                    "A new run from the state just before this change. The present run stays as "
                    "it is: its curve in grey, the run under Earlier runs."
                ),
            )


def fork_at(session: Session, axis: XAxis, place: float) -> None:
    """Go on as a new run from a place of an axis, or from the nearest kept state before it."""
    run = session.run
    run.pause()
    run.rest()  # the newest state is kept, too
    kept = snapshots_on_the_way(run)
    step = min(step_at(run, axis, place), run.trainer.env_step) if kept else 0
    before = [one for one in kept if one.env_step <= step]
    if before:
        nearest = before[-1]
        # What follows a snapshot of the parent is the parent's way: the fork's first one is gone.
        is_own = nearest.run == (run.keeping.name or run.keeping.parent)
        fork_from(
            session,
            nearest,
            Phrase("the nearest kept state at or before step {step:,}", step=step),
            step if is_own and step > nearest.env_step else 0,
        )


def step_at(run: Run, axis: XAxis, place: float) -> int:
    """The environment step there; on other axes, that of the newest episode that had ended."""
    if axis == "env_step":
        return int(place)
    episodes = run.history.episodes.columns()
    ended = (episodes["member"] == run.trainer.first) & (episodes[axis] <= place)
    return int(episodes["env_step"][ended].max(initial=0))


def fork(session: Session) -> None:
    """A new run from any state that is kept of the present one."""
    run = session.run
    steps = sorted({one.env_step for one in snapshots_on_the_way(run)}, reverse=True)
    if not steps:
        return
    # Another one for each run: it is closed when a fork has begun.
    popover(_("Fork"), f"fork_{run.id}", "call_split", lambda: _states(session, steps))


def _states(session: Session, steps: Sequence[int]) -> None:
    st.caption(
        _(
            "A new run from an earlier state of this one, which stays in grey. In a chart, "
            "press Fork and then the place."
        )
    )
    step = st.selectbox(
        _("State at step"), steps, format_func=lambda step: f"{step:,}", key="fork_step"
    )
    primary_button(
        _("Fork from there"), "fork_there", act=partial(fork_at, session, "env_step", step)
    )


def earlier_runs(session: Session) -> None:
    """The runs that are drawn in grey behind the present one, newest first."""
    run = session.run
    runs = session.earlier.of(run)
    if not runs:
        return
    with st.popover(
        _("Earlier runs ({count})", count=len(runs)), icon=":material/stacks:", key="earlier_runs"
    ):
        st.caption(
            _(
                "The newest {count} runs in {environment}, drawn in grey behind the return.",
                count=len(DASHES),
                environment=plain(run.config.environment),
            )
        )
        for earlier in reversed(runs):
            _earlier_run(session, earlier)
        st.page_link("pages/compare.py", label=_("All runs"), icon=":material/query_stats:")
        with suppress(StoreError):  # another process may have it all the time
            disk_budget()


def _earlier_run(session: Session, earlier: Earlier) -> None:
    name = earlier.record.run

    def use_values() -> None:
        session.use_values_of(earlier)
        tell_left_alone(session)

    values = _(", ").join(map(said, earlier.differences(session.run))) or _("the same values")
    with st.container(gap="xsmall", key=f"earlier_{name}"):
        st.markdown(
            f"{SAMPLES[earlier.dash]} **{plain(earlier.record.name)}**: {plain(values)}  \n"
            + _how_it_ended(earlier, session.link.smoothing)
        )
        with st.container(horizontal=True, gap="small"):
            quiet_button(
                _("Go on with it"),
                f"go_on_{name}",
                "play_circle",
                partial(go_on_with, session, name),
                help=_("Continues this run where it was left. The present run stays here."),
            )
            quiet_button(
                _("Use its values"),
                f"use_{name}",
                "tune",
                use_values,
                help=_(
                    "The controls take the last values of this run, for the next run. The "
                    "present run does not change."
                ),
            )
            if quiet_button(
                _("Watch"), f"watch_{name}", "movie", help=_("Its agent plays on the Test page.")
            ):
                session.to_watch = stored_key(name)
                st.switch_page("pages/test.py")


def _how_it_ended(earlier: Earlier, smoothing: float) -> str:
    average, greedy = number(earlier.average_return(smoothing)), number(earlier.greedy_return)
    if earlier.differing:  # a mean over its values says nothing
        return _("{steps:,} steps", steps=earlier.record.env_steps)
    words = _(
        "{steps:,} steps. {name} {average}, greedy {greedy}",
        steps=earlier.record.env_steps,
        name=average_name(smoothing),
        average=average,
        greedy=greedy,
    )
    if len(earlier.counted) <= 1:
        return words
    return _("{name}: {value}", name=words, value=kind_of_mean(len(earlier.counted)))
