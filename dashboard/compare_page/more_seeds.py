"""The seeds that a verdict still needs: trained with one click, then part of the comparison."""

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from dashboard.compare_page.groups import Line
from dashboard.compare_page.judgement import missing_seeds
from dashboard.compare_page.managing import attempt
from dashboard.compare_page.page_state import PageState
from dashboard.session.keeping import Origin
from dashboard.session.more_seeds import Missing, MoreSeeds
from dashboard.session.session import Session
from dashboard.web.buttons import button
from dashboard.web.language import _
from dqn_core.base.numbers import percent
from dqn_core.base.phrases import Phrase
from dqn_core.comparison import Comparison
from dqn_core.store.record import RunRecord

HELP = Phrase(
    "With the same values and the next seeds, up to the step that the group has reached. Your own "
    "run pauses. The new ones join the comparison when they have come to their end."
)
PAUSED = Phrase("Paused, since more seeds are trained on the Compare page.")


def take_in(state: PageState, session: Session) -> None:
    """Compare the seeds that are trained, unless something else is compared by now."""
    more = session.beside
    if not isinstance(more, MoreSeeds) or more.is_active:
        return
    session.beside = None
    more.close()
    state.problem = more.problem
    if state.look.runs == more.compared:
        state.look_at(runs=(*state.look.runs, *more.trained))
        st.rerun()  # with the address of what is compared now


def more_seeds(
    state: PageState,
    session: Session,
    lines: Sequence[Line],
    comparison: Comparison,
    records: Mapping[str, RunRecord],
) -> None:
    """The button that trains the missing seeds, or how far they are."""
    if isinstance(session.beside, MoreSeeds):
        _progress(session, session.beside)
        return
    if len(lines) != 2:
        return
    offered: list[tuple[Line, int]] = []
    for line, count in zip(lines, missing_seeds(comparison), strict=True):
        if count and line.group.changes:
            st.caption(
                _(
                    "More seeds of {group} cannot be trained from here: its values were changed in "
                    "mid-run.",
                    group=line.letter,
                )
            )
        elif count:
            offered.append((line, count))
    if offered:

        def train() -> None:
            missing = [
                Missing(
                    line.group.config.replace(seed=max(line.group.seeds) + 1),
                    count,
                    max(one.env_steps for one in line.group.seed_runs),
                    Origin(records[line.group.runs[0]].preset, session.owner),
                )
                for line, count in offered
            ]
            session.train_beside(MoreSeeds(missing, state.look.runs), PAUSED)

        button(
            _label(offered),
            "train_more_seeds",
            "casino",
            partial(attempt, state, train),
            help=_(HELP),
        )


def _label(offered: Sequence[tuple[Line, int]]) -> str:
    (first, count), *others = offered
    if not others:
        return _("Train {count} more of {group}", count=count, group=first.letter)
    ((second, further),) = others
    return _(
        "Train {count} more of {first} and {further} more of {second}",
        count=count,
        first=first.letter,
        further=further,
        second=second.letter,
    )


def _progress(session: Session, more: MoreSeeds) -> None:
    @st.fragment(run_every=1)
    def progress() -> None:
        session.runner.touch()  # somebody looks
        if not more.is_active:
            st.rerun()
        share = percent(more.share)
        words = (
            _("More seeds are trained: {share} of the steps.", share=share)
            if session.trained is more
            else _(
                "{share} of the steps of more seeds; the rest waits until your own run pauses.",
                share=share,
            )
        )
        with st.container(horizontal=True, vertical_alignment="center", key="more_seeds"):
            st.progress(more.share, words)
            button(_("Stop"), "stop_more_seeds", "stop", more.pause)

    progress()
