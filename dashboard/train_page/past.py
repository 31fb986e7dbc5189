"""What was before: the changes of this run with the way back, and the runs before it."""

from dataclasses import dataclass
from itertools import pairwise

import streamlit as st

from dashboard.session.earlier import DASHES, Earlier
from dashboard.session.returns import kind_of_mean
from dashboard.session.run import Run
from dashboard.session.session import Session
from dashboard.session.view import Dash
from dashboard.train_page.exchange import tell_left_alone
from dashboard.train_page.figures import average_name
from dashboard.web.markup import plain
from dqn_core.numbers import number

SAMPLES: dict[Dash, str] = {"solid": "───", "dash": "╌╌╌", "dot": "┈┈┈", "dashdot": "─·─"}
"""How the line of an earlier run is dashed, in letters."""


@dataclass(frozen=True)
class Entry:
    """What was changed at once; ``index`` is that of the restore point before it, if it is kept."""

    env_step: int
    label: str
    index: int | None


def changes_of(run: Run) -> list[Entry]:
    """All that its history knows of, oldest first."""
    steps, labels = run.history.changes.columns()["env_step"], run.change_labels()
    points = {point.rows: index for index, point in enumerate(run.restore_points)}
    begins = [
        row
        for row in range(len(labels))
        if row in points or row == 0 or steps[row] != steps[row - 1]
    ]
    return [
        Entry(int(steps[row]), ", ".join(dict.fromkeys(labels[row:end])), points.get(row))
        for row, end in pairwise([*begins, len(labels)])
    ]


def changed_last(run: Run) -> list[str]:
    """The hyperparameters that it changed, each once, the newest change first."""
    return list(dict.fromkeys(reversed(run.history.changes.columns()["name"].tolist())))


def changes(session: Session) -> None:
    """What was changed while the run went on, newest first, with the way back and forth."""
    run = session.run
    made = changes_of(run)
    if not made and not run.undone:
        return
    with st.expander(f"Changes in this run ({len(made)})", key="changes"):
        if run.undone:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"Undone: {plain(run.undone[-1].point.label)}")
                st.button(
                    "Redo",
                    key=f"redo_{run.id}",
                    icon=":material/redo:",
                    help="Goes back to the state before Undo. After the next step or change this "
                    "is not possible any more.",
                    on_click=session.redo,
                )
        for change in reversed(made):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"step **{change.env_step:,}**: {plain(change.label)}")
                if change.index is not None:
                    st.button(
                        "Undo",
                        key=f"undo_{run.id}_{change.index}",
                        icon=":material/undo:",
                        help="Goes back to the state just before this change. What came after it "
                        "is removed; its curve stays in grey, its agent under Test.",
                        on_click=session.undo,
                        args=(change.index,),
                    )
        if any(change.index is None for change in made):
            st.caption(
                "Some changes have no Undo, because the state before them is not stored. A saved "
                "run contains only its last state, and the page stores only the newest states that "
                "fit into its memory."
            )


def earlier_runs(session: Session) -> None:
    """The runs that are drawn in grey behind the present one, newest first."""
    run = session.run
    runs = session.earlier.of(run.config.environment)
    if not runs:
        return

    def use_values_of(earlier: Earlier) -> None:
        session.use_values_of(earlier)
        tell_left_alone(session)

    with st.popover(f"Earlier runs ({len(runs)})", icon=":material/stacks:", key="earlier_runs"):
        st.caption(
            f"Drawn in grey behind the return. The newest {len(DASHES)} are kept; their agents are "
            "under Test."
        )
        for earlier in reversed(runs):
            with st.container(horizontal=True, vertical_alignment="center"):
                values = ", ".join(earlier.differences(run)) or "the same values"
                st.markdown(
                    f"{SAMPLES[earlier.dash]} **{earlier.name.capitalize()}**: {plain(values)}  \n"
                    + _how_it_ended(earlier, session.link.smoothing)
                )
                st.button(
                    "Use in the next run",
                    key=f"use_{earlier.number}",
                    help="The controls take the last values of this run, for the next run. The "
                    "present run does not change.",
                    on_click=use_values_of,
                    args=(earlier,),
                )
                st.button(
                    "Delete",
                    key=f"forget_{earlier.number}",
                    help="Deletes its curve and its agent.",
                    on_click=session.earlier.forget,
                    args=(earlier.number,),
                )


def _how_it_ended(earlier: Earlier, smoothing: float) -> str:
    average, greedy = number(earlier.average_return(smoothing)), number(earlier.greedy_return)
    words = f"{earlier.env_steps:,} steps. {average_name(smoothing)} {average}, greedy {greedy}"
    several = len(earlier.counted) > 1
    return f"{words}: {kind_of_mean(len(earlier.counted))}" if several else words
