"""A sweep on the Compare page: how far it is, which point is best, how it depends on its values."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial

import streamlit as st

from dashboard.compare_page.groups import Line, lines_of
from dashboard.compare_page.judgement import colours, metric_choice, standings_table
from dashboard.compare_page.managing import attempt
from dashboard.compare_page.new_sweep import may_begin, new_sweep
from dashboard.compare_page.overlay import overlay, small_multiples, view_controls
from dashboard.compare_page.page_state import PageState
from dashboard.compare_page.responses import label, point_words, response, scatter, surface
from dashboard.compare_page.sweep_process import start_or_stop
from dashboard.compare_page.sweep_progress import SweepProgress, left_words, so_far
from dashboard.session.links import MOST_MEMBERS
from dashboard.session.session import Session
from dashboard.web.buttons import button, quiet_button
from dashboard.web.language import _, said, together
from dashboard.web.markup import plain
from dashboard.web.notices import tell, tell_error
from dashboard.web.widgets import showing, worded_key
from dqn_core.base.errors import MissingPackageError, StoreError
from dqn_core.base.numbers import number, percent
from dqn_core.base.scalars import shown
from dqn_core.comparison import Comparison, Standing, compare
from dqn_core.store.record import RunRecord
from dqn_core.store.store import Store
from dqn_core.sweeps.axis import Axis
from dqn_core.sweeps.catalogue import (
    PRUNED,
    TAG,
    Sweep,
    delete_sweep,
    pieces_of,
    sweep_called,
    sweeps,
)
from dqn_core.sweeps.driver import trained_by
from dqn_core.sweeps.importance import importance
from dqn_core.sweeps.plan import Point
from dqn_core.sweeps.results import point_of
from dqn_core.sweeps.training import ENDED, is_done
from dqn_core.sweeps.watch import Watch
from dqn_core.verdict import basis_words, best_of_words, verdict_words

LOOK_SECONDS = 3
"""The time between two looks at how far a sweep is."""

MOST_MULTIPLES = 12
"""Values with a small chart each."""

PICTURE = {"toImageButtonOptions": {"format": "svg", "filename": "sweep"}}


def sweep_choice(state: PageState, session: Session, store: Store) -> Sweep | None:
    """The sweep that is looked at; None if single runs are."""
    found = {} if session.owner else {sweep.name: sweep for sweep in sweeps(store)}
    wanted = state.look.sweep
    if wanted and wanted not in found:
        tell(_("There is no sweep {name} here.", name=wanted))
    may_begin_one = may_begin(session)
    if not found and not may_begin_one:
        return None
    names = ["", *found]
    chosen = wanted if wanted in found else ""
    with st.container(horizontal=True, vertical_alignment="bottom", key="sweeps"):
        st.selectbox(
            _("Sweep"),
            names,
            names.index(chosen),
            format_func=lambda name: name or _("none, single runs"),
            width=360,
            **showing("sweep_choice", chosen, lambda name: state.look_at(sweep=name, metric=None)),
        )
        if may_begin_one:
            new_sweep(state, session)
    return found.get(chosen)


def sweep_section(state: PageState, session: Session, store: Store, sweep: Sweep) -> None:
    """All that is shown of a sweep; it is drawn anew as its runs end."""
    pieces = pieces_of(store, sweep.name)
    records = {record.run: record for record in store.runs()}
    begun = {piece.run: records[piece.run] for piece in pieces if piece.run in records}
    ended = {run: record for run, record in begun.items() if record.status in ENDED}
    planned = sum(len(piece.configs) for piece in pieces)
    finished = sum(record.members for record in ended.values())
    for problem in filter(None, (state.problem, sweep.problem)):
        tell_error(problem)
    words = (
        _trials_words(sweep, len(pieces), begun.values())
        if sweep.pruner
        else _finished_words(sweep, finished, planned)
    )
    if finished < planned or sweep.pruner or _is_trained(state, store, sweep):
        _watch(session, state, store, sweep, words, _standing(state, store, sweep, begun))
    else:
        st.progress(1.0, plain(words))
    # All seeds of a trial that ended early have not finished.
    is_over = not sweep.trials if sweep.pruner else finished == planned
    _handling(session, state, store, sweep, is_over)
    if not begun:
        return
    state.rows.keep_only(begun)
    axes = sweep.plan.axes
    if ended:
        lines = _lines(state, store, ended)
        comparison = compare([line.group for line in lines], state.look.metric or sweep.metric)
        metric_choice(state, comparison.metric, _("What the values came to"))
        _best(session, state, sweep, comparison)
        _response(sweep, axes, comparison)
        if len(axes) > 1:
            _importance(axes, comparison)
        with st.expander(_("All points")):
            st.dataframe(standings_table(lines, comparison), hide_index=True)
        several = said(best_of_words(len(comparison.standings)))
        st.caption(plain(together(said(basis_words(comparison)), several)))
    if len(axes) == 1:
        _curves(state, session, store, begun, axes[0])


def _lines(state: PageState, store: Store, records: Mapping[str, RunRecord]) -> list[Line]:
    seeds = [one for record in records.values() for one in state.rows.seed_runs(store, record)]
    return lines_of(seeds, records)


def _finished_words(sweep: Sweep, finished: int, planned: int) -> str:
    return _(
        "{axes}: {finished:,} of {planned:,} seeds are finished.",
        axes=[label(axis) for axis in sweep.plan.axes],
        finished=finished,
        planned=planned,
    )


def _trials_words(sweep: Sweep, begun: int, records: Iterable[RunRecord]) -> str:
    """How many trials are done; of ``begun`` ones a run may have been deleted."""
    is_pruned = [PRUNED in record.tags for record in records if is_done(record)]
    words = _(
        "{axes}: {done:,} of {planned:,} trials are done.",
        axes=[label(axis) for axis in sweep.plan.axes],
        done=len(is_pruned),
        planned=max(sweep.trials, begun),
    )
    if any(is_pruned):
        early = _("{count:,} of them ended early for doing badly.", count=sum(is_pruned))
        words = together(words, early)
    return words


def _is_trained(state: PageState, store: Store, sweep: Sweep) -> bool:
    """Whether a process has it; that of one that is finished takes a moment to end."""
    return state.has_process(sweep.name) or trained_by(store, sweep) is not None


def _handling(
    session: Session, state: PageState, store: Store, sweep: Sweep, is_over: bool
) -> None:
    """The ways to go on with the sweep, to stop and to delete it."""

    def delete() -> None:
        if _is_trained(state, store, sweep):  # since the button was drawn, as by another window
            raise StoreError(
                "The sweep {name} is being trained: stop it first.", name=shown(sweep.name)
            )
        delete_sweep(store, sweep.name)
        state.deleted, state.deleted_sweep = (), sweep.name
        state.look_at(sweep="")

    with st.container(horizontal=True, key="sweep_handling"):
        if may_begin(session):
            start_or_stop(state, store, sweep, is_over)
        quiet_button(
            _("Delete"),
            "delete_sweep",
            "delete",
            partial(attempt, state, delete),
            help=_("The sweep and its runs. They can be restored for a day."),
            disabled=_is_trained(state, store, sweep),
        )


def _standing(
    state: PageState, store: Store, sweep: Sweep, records: Mapping[str, RunRecord]
) -> tuple[object, ...]:
    """A value that changes when a run or the training begins or ends, or has another problem."""
    runs = tuple(f"{run} {record.status}" for run, record in sorted(records.items()))
    now = sweep_called(store, sweep.name)
    told = now.problem, now.trials
    return trained_by(store, sweep), state.has_process(sweep.name), *told, *runs


def _standing_now(state: PageState, store: Store, sweep: Sweep) -> tuple[object, ...]:
    names = {piece.run for piece in pieces_of(store, sweep.name)}
    with suppress(StoreError):  # another window may have deleted it
        records = {one.run: one for one in store.runs() if one.run in names}
        return _standing(state, store, sweep, records)
    return ()


def _watch(
    session: Session,
    state: PageState,
    store: Store,
    sweep: Sweep,
    words: str,
    drawn: tuple[object, ...],
) -> None:
    """How far the sweep is; the page is drawn anew when a run of it has begun or ended."""
    if state.progress is None or state.progress.sweep != sweep:
        state.progress = SweepProgress(sweep, Watch(store, sweep, sweep.trials))
    progress = state.progress

    @st.fragment(run_every=LOOK_SECONDS)
    def watch() -> None:
        session.runner.touch()  # somebody looks
        far = progress.look()
        sentences = (words, so_far(far), left_words(progress.seconds_left(far)))
        share = far.steps / far.planned_steps if far.planned_steps else 0.0
        st.progress(min(1.0, share), plain(together(*sentences)))
        if _standing_now(state, store, sweep) != drawn:
            st.rerun()

    watch()


def _curves(
    state: PageState,
    session: Session,
    store: Store,
    records: Mapping[str, RunRecord],
    axis: Axis,
) -> None:
    """A line for each value, and a small chart of each with the others behind it."""
    lines = _lines(state, store, records)
    view_controls(session, state, records.values())
    named = [
        (line, point_words({axis.name: getattr(line.group.config, axis.name)})) for line in lines
    ]
    multiples = small_multiples(named) if 1 < len(lines) <= MOST_MULTIPLES else []
    overlay(session, state, store, lines, records, multiples)


def _best(session: Session, state: PageState, sweep: Sweep, comparison: Comparison) -> None:
    """Which point is best, against the second one, and the way to its values."""
    found = [one for one in comparison.standings if len(one.counted)]
    ranked = sorted(found, key=lambda one: -one.interquartile_mean)
    if not ranked:
        return
    first = ranked[0]
    st.markdown(best_words(sweep, ranked))
    with st.container(horizontal=True, key="sweep_actions"):
        if button(
            _("Take the best into the controls"),
            "sweep_take",
            "tune",
            partial(
                session.prepare, first.group.config, min(len(first.group.seed_runs), MOST_MEMBERS)
            ),
            help=_("The controls of the Train page take these values, for the next run."),
        ):
            st.switch_page("app.py")
        button(
            _("List its runs"),
            "sweep_runs",
            "list",
            partial(state.look_at, sweep="", tag=TAG + sweep.name),
        )


def best_words(sweep: Sweep, ranked: Sequence[Standing]) -> str:
    """The best point as Markdown, and what its lead over the second one proves."""
    first, *others = ranked
    name = point_words(point_of(sweep, first.group.config))
    words = _(
        "**{point}** is best with {score}.",
        point=plain(name),
        score=number(first.interquartile_mean),
    )
    if others:
        second = point_words(point_of(sweep, others[0].group.config))
        pair = compare([others[0].group, first.group])
        words += f" {plain(said(verdict_words(pair, second, name)))}"
    return words


def _response(sweep: Sweep, axes: Sequence[Axis], comparison: Comparison) -> None:
    if len(axes) == 1:
        figure = response(axes[0], comparison, colours()[0])
    else:
        first, second = _pair(axes)
        is_grid = sweep.plan.random is None and not sweep.pruner
        draw = surface if is_grid else scatter
        figure = draw(first, second, comparison)
    st.plotly_chart(figure, config=PICTURE, key="sweep_response")
    if len(axes) > 2:
        st.caption(_("Each place is the interquartile mean over all values of the other axes."))


def _importance(axes: Sequence[Axis], comparison: Comparison) -> None:
    """How much of the differences each hyperparameter explains by itself."""
    unfolded = st.expander(
        _("Which hyperparameter mattered"), key="importance_section", on_change="rerun"
    )
    if not unfolded.open:  # a forest is grown for it
        return
    with unfolded:
        try:
            shares = importance(axes, _seeds(axes, comparison))
        except MissingPackageError as error:
            st.info(plain(said(error)))
            return
        if not shares:
            st.caption(_("Too few points so far, or they differ no more than their seeds do."))
        for axis in (axis for name in shares for axis in axes if axis.name == name):
            share = shares[axis.name]
            st.progress(
                min(1.0, share), plain(_("{name}: {value}", name=label(axis), value=percent(share)))
            )
        st.caption(
            _(
                "A random forest learns to predict the seeds' returns. This is the share of its "
                "predictions' variance that each explains by itself (functional ANOVA, Hutter et "
                "al. 2014); what is missing to 100 % is explained by values of several together."
            )
        )


def _seeds(axes: Sequence[Axis], comparison: Comparison) -> list[tuple[Point, float]]:
    return [
        ({axis.name: getattr(standing.group.config, axis.name) for axis in axes}, float(score))
        for standing in comparison.standings
        for score in standing.counted
    ]


def _pair(axes: Sequence[Axis]) -> tuple[Axis, Axis]:
    """The two axes of the surface; asked where there are more."""
    if len(axes) == 2:
        return axes[0], axes[1]
    with st.container(horizontal=True, key="sweep_axes"):
        first = st.selectbox(
            _("Across"), axes, 0, format_func=label, key=worded_key("sweep_across"), width=240
        )
        others = [axis for axis in axes if axis != first]
        second = st.selectbox(
            _("Upward"), others, 0, format_func=label, key=worded_key("sweep_up"), width=240
        )
    return first, second
