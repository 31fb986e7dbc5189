"""A sweep that is begun on the page: what it varies, and its declaration in the store."""

from functools import partial

import streamlit as st

from dashboard.compare_page.managing import attempt
from dashboard.compare_page.page_state import PageState
from dashboard.compare_page.sweep_process import FURTHER_TRIALS, have_trained
from dashboard.session.session import Session
from dashboard.session.store import store
from dashboard.web.admission import is_own_machine
from dashboard.web.buttons import popover, primary_button
from dashboard.web.keys import widget_values
from dashboard.web.language import _
from dashboard.web.notices import tell_error
from dashboard.web.widgets import worded_key
from dqn_core.base.errors import LabError
from dqn_core.comparison import FEWEST_SEEDS
from dqn_core.sweeps.axis import axis_from
from dqn_core.sweeps.catalogue import declare
from dqn_core.sweeps.choices import PRUNERS, USUAL_PRUNER, WAYS, Pruner, Way
from dqn_core.sweeps.plan import MOST_RUNS, Plan
from dqn_core.sweeps.search import loaded_optuna
from dqn_core.sweeps.workers import usual_workers

POPOVER = "new_sweep"
MOST_SEEDS, MOST_WORKERS = 100, 64
EXAMPLE = "gamma=0.9,0.95,0.99\nlearning_rate=log:0.0001:0.01:5"


def may_begin(session: Session) -> bool:
    """Whether whoever looks may start processes: who sits at the server's own machine."""
    return not session.owner and is_own_machine(st.context.headers)


def new_sweep(state: PageState, session: Session) -> None:
    """The form that declares a sweep of the Train page's values and has it trained."""
    # Another one for each sweep that is looked at: it is closed when one has begun.
    key = f"{POPOVER}_{state.look.sweep}"
    popover(_("New sweep"), key, "grid_view", lambda: _what_to_sweep(state, session))


def _what_to_sweep(state: PageState, session: Session) -> None:
    st.caption(
        _(
            "All other values are those that the controls of the Train page have. It trains in the "
            "background, also when the page is closed."
        )
    )
    st.text_area(
        _("One hyperparameter a line"),
        EXAMPLE,
        key="sweep_axes",
        help=_(
            "gamma=0.9,0.95 lists values. log:0.0001:0.01:5 stands for five values with "
            "equal ratios, lin:0.1:0.9:5 for five with equal distances."
        ),
    )
    _points()
    with st.container(horizontal=True):
        st.number_input(_("Seeds of each"), 1, MOST_SEEDS, FEWEST_SEEDS, key="sweep_seeds")
        st.number_input(
            _("Processes"),
            1,
            MOST_WORKERS,
            usual_workers(),
            key="sweep_workers",
            help=_("How many train at once. The results do not depend on it."),
        )
    _size(session)
    primary_button(
        _("Start the sweep"),
        "start_sweep",
        "play_arrow",
        partial(attempt, state, lambda: _begin(state, session)),
    )


def _points() -> None:
    """Which points of the axes are trained, and of a search what ends a trial early."""
    way: Way = st.segmented_control(
        _("How the points are chosen"),
        list(WAYS),
        default="grid",
        required=True,
        format_func=lambda name: _(WAYS[name].label),
        key="sweep_way",
    )
    chosen = WAYS[way]
    st.caption(_(chosen.help))
    with st.container(horizontal=True):
        if chosen.counted:
            st.number_input(_(chosen.counted), 1, MOST_RUNS, FURTHER_TRIALS, key="sweep_count")
        if way == "optuna":
            pruner: Pruner = st.selectbox(
                _("Ends a trial early"),
                list(PRUNERS),
                list(PRUNERS).index(USUAL_PRUNER),
                format_func=lambda name: _(PRUNERS[name].label),
                key=worded_key("sweep_pruner"),
            )
    if way == "optuna":
        st.caption(_(PRUNERS[pruner].help))


def _size(session: Session) -> None:
    """How much is going to be trained, or why that cannot be."""
    try:
        plan = _plan(session)
    except LabError as error:
        tell_error(error.phrase)
        return
    points, seeds = _trials() or plan.count, len(plan.seeds)
    st.caption(
        _(
            "Agents to train (points × seeds): {points:,} × {seeds:,} = {agents:,}, each for "
            "{steps:,} steps.",
            points=points,
            seeds=seeds,
            agents=points * seeds,
            steps=plan.base.total_steps,
        )
    )


def _trials() -> int:
    """Of a search that was chosen, else 0."""
    typed = widget_values()
    return int(typed["sweep_count"]) if typed["sweep_way"] == "optuna" else 0


def _plan(session: Session) -> Plan:
    """What was typed; raises `LabError` where it is none."""
    typed = widget_values()
    axes = tuple(axis_from(line) for line in typed["sweep_axes"].splitlines() if line.strip())
    first, count = session.config.seed, int(typed["sweep_seeds"])
    random = int(typed["sweep_count"]) if typed["sweep_way"] == "random" else None
    return Plan(session.config, axes, tuple(range(first, first + count)), random)


def _begin(state: PageState, session: Session) -> None:
    """Begin the sweep that was typed; raises `LabError` for what is none."""
    plan, trials, typed = _plan(session), _trials(), widget_values()
    if trials:
        loaded_optuna()
    pruner = typed[worded_key("sweep_pruner")] if trials else ""
    kept = store()
    sweep = declare(kept, plan, pruner=pruner, preset=session.link.preset)
    have_trained(state, kept, sweep, int(typed["sweep_workers"]), trials)
    state.look_at(sweep=sweep.name, metric=None)
