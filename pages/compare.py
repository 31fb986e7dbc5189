"""The Compare page: the runs that are kept, the chosen ones side by side, what differs in them."""

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from dashboard.compare_page.exchange import export_button, import_run
from dashboard.compare_page.groups import Line, lines_of
from dashboard.compare_page.judgement import (
    differences_table,
    metric_choice,
    profile,
    standings_table,
)
from dashboard.compare_page.listing import filters, listed, run_table
from dashboard.compare_page.managing import actions
from dashboard.compare_page.more_seeds import more_seeds, take_in
from dashboard.compare_page.new_sweep import may_begin, new_sweep
from dashboard.compare_page.overlay import overlay, view_controls
from dashboard.compare_page.page_state import PageState, page_state
from dashboard.compare_page.sweeps import sweep_choice, sweep_section
from dashboard.compare_page.takeaway import Format, comparison_zip
from dashboard.compare_page.tree import fork_tree
from dashboard.frame import open_page
from dashboard.session.session import Session
from dashboard.session.store import own_runs, store_so_far
from dashboard.web.buttons import download_button
from dashboard.web.language import _, n_, said
from dashboard.web.markup import plain
from dashboard.web.notices import tell, tell_error
from dashboard.web.visitors import is_private
from dqn_core import LabError
from dqn_core.base.settings import default_folder
from dqn_core.comparison import Comparison, compare
from dqn_core.store.record import RunRecord
from dqn_core.store.store import Store
from dqn_core.sweeps.catalogue import sweeps
from dqn_core.verdict import basis_words, verdict, verdict_words

SCRIPT = "pages/compare.py"
FORMATS: dict[Format, str] = {"csv": "CSV", "parquet": "Parquet"}
PICTURE = {"toImageButtonOptions": {"format": "svg", "filename": "performance_profile"}}


def no_runs() -> None:
    """How runs come here."""
    if is_private():
        words = _("No run is kept yet. Each run that you start on the Train page comes here.")
    else:
        words = _(
            "No run is kept yet. Each run that you start on the Train page comes here, and so does "
            "each that the command line trains with `--runs {folder}`.",
            folder=plain(str(default_folder())),
        )
    st.info(words, icon=":material/inbox:")
    st.page_link("app.py", label=_("Train a first run"), icon=":material/play_circle:")


def is_empty(
    state: PageState, session: Session, store: Store, records: Sequence[RunRecord]
) -> bool:
    """Whether there is nothing to look at, and nothing that can be restored."""
    has_sweeps = not session.owner and bool(sweeps(store))
    return not (records or state.deleted or state.deleted_sweep or has_sweeps)


def compared(state: PageState, records: Mapping[str, RunRecord]) -> dict[str, RunRecord]:
    """The chosen runs that there are, in the order in which they were chosen."""
    missing = [run for run in state.look.runs if run not in records]
    if missing:
        tell(
            n_(
                "{runs} is not among the runs that are kept here.",
                "{runs} are not among the runs that are kept here.",
                len(missing),
                runs=_(", ").join(missing),
            )
        )
    return {run: records[run] for run in state.look.runs if run in records}


def twins(lines: Sequence[Line], chosen: Mapping[str, RunRecord]) -> None:
    """Name the chosen runs that would be drawn over another one, bit for bit."""
    drawn = {run for line in lines for run in line.group.runs}
    if names := [record.name for run, record in chosen.items() if run not in drawn]:
        tell(
            n_(
                "{runs} is not drawn: another chosen run has the same values and the same seed, "
                "and is at least as far.",
                "{runs} are not drawn: other chosen runs have the same values and the same seeds, "
                "and are at least as far.",
                len(names),
                runs=_(", ").join(names),
            )
        )


def judgement(state: PageState, lines: Sequence[Line], comparison: Comparison) -> None:
    """Who is better, and how sure that is."""
    metric_choice(state, comparison.metric, _("What the seeds say"))
    found = verdict(comparison)
    if found:
        first, second = (line.letter for line in lines)
        symbol = {"real": "check_circle", "open": "help", "few seeds": "warning"}[found]
        st.markdown(
            f":material/{symbol}: **{plain(said(verdict_words(comparison, first, second)))}**",
            help=_(
                "Of 100 pairs of a seed of each group, how often the one beats the other; a tie "
                "counts half. The interval is that of 95 % of resamples of the seeds (probability "
                "of improvement, Agarwal et al. 2021)."
            ),
        )
    st.dataframe(
        standings_table(lines, comparison), hide_index=True, alt=_("What each group came to")
    )
    st.caption(plain(said(basis_words(comparison))))


def details(lines: Sequence[Line], comparison: Comparison | None) -> None:
    """What differs, and how the seeds are spread."""
    if len(lines) > 1:
        st.header(_("What differs"))
        st.dataframe(differences_table(lines), alt=_("Hyperparameters in which the groups differ"))
    if comparison and all(len(one.counted) > 1 for one in comparison.standings):
        unfolded = st.expander(
            _("Performance profile: how many seeds came to more than a return"),
            key="profile_section",
            on_change="rerun",
        )
        if unfolded.open:  # a second charting library is loaded for it
            unfolded.plotly_chart(profile(lines, comparison), config=PICTURE, key="profile")


def take_away(store: Store, lines: Sequence[Line], comparison: Comparison | None) -> None:
    """Every row of what is compared, as files."""
    with st.container(horizontal=True, key="take_away"):
        if len(runs := {run for line in lines for run in line.group.runs}) == 1:
            export_button(store, *runs)
        for kind, name in FORMATS.items():
            download_button(
                _("Rows as {format} (.zip)", format=name),
                partial(comparison_zip, store, lines, comparison, kind),
                f"comparison_{kind}.zip",
                f"comparison_{kind}",
                help=_(
                    "All tables of the compared runs, and what each seed came to. The chart's "
                    "own buttons save its pictures."
                ),
            )


def comparison_section(
    state: PageState, session: Session, store: Store, chosen: Mapping[str, RunRecord]
) -> None:
    """All that is shown of the chosen runs."""
    state.rows.keep_only(chosen)
    seeds = [one for record in chosen.values() for one in state.rows.seed_runs(store, record)]
    lines = lines_of(seeds, chosen)
    view_controls(session, state, chosen.values())
    twins(lines, chosen)
    overlay(session, state, store, lines, chosen)
    comparison = None
    try:
        comparison = compare([line.group for line in lines], state.look.metric or "final")
    except LabError as error:
        tell_error(said(error))
    if comparison:
        judgement(state, lines, comparison)
        more_seeds(state, session, lines, comparison, chosen)
    details(lines, comparison)
    take_away(store, lines, comparison)


def compare_page() -> None:
    """The list first, then what is chosen from it."""
    state = page_state()
    session = open_page(SCRIPT, state.look.query)
    take_in(state, session)
    st.title(_("Compare runs"), anchor=False)
    try:
        store = store_so_far()
        records = own_runs(store, session.owner) if store else []
        if store is None or is_empty(state, session, store, records):
            no_runs()
            with st.container(horizontal=True, key="first_runs"):
                import_run(state, session)
                if may_begin(session):
                    new_sweep(state, session)
            if state.problem:
                tell_error(said(state.problem))
            return
        if sweep := sweep_choice(state, session, store):
            sweep_section(state, session, store, sweep)
            return
        filters(state, records)
        with st.sidebar:
            import_run(state, session)
        shown = listed(records, state.look)
        run_table(state, shown)
        fork_tree(state, store, shown)
        chosen = compared(state, {record.run: record for record in records})
        actions(state, store, list(chosen.values()))
        if chosen:
            comparison_section(state, session, store, chosen)
        else:
            st.caption(
                _(
                    "{listed:,} of {count:,} runs. Select rows: their curves are drawn over each "
                    "other, and runs that differ only in their seed are one line with a band.",
                    listed=len(shown),
                    count=len(records),
                )
            )
    except LabError as error:
        tell_error(said(error))


compare_page()
