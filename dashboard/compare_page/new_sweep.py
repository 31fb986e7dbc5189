"""A sweep that is begun on the page: declared in the store, and trained by a process of its own."""

import os
import subprocess
import sys
import threading
from contextlib import suppress

import streamlit as st

from dashboard.compare_page.managing import attempt
from dashboard.compare_page.page_state import PageState
from dashboard.session.session import Session
from dashboard.session.store import store
from dashboard.web.admission import is_own_machine
from dashboard.web.language import _
from dashboard.web.widgets import worded_key
from dqn_core.comparison import FEWEST_SEEDS
from dqn_core.environments.modules import parts
from dqn_core.errors import StoreError
from dqn_core.phrases import Phrase
from dqn_core.settings import MODULES
from dqn_core.store.store import Store
from dqn_core.sweeps.axis import axis_from
from dqn_core.sweeps.catalogue import (
    Sweep,
    declare,
    note_problem,
    pieces_of,
    sweep_called,
    with_seeds,
)
from dqn_core.sweeps.choices import PRUNERS, USUAL_PRUNER, WAYS, Pruner, Way
from dqn_core.sweeps.driver import stop, trained_by
from dqn_core.sweeps.plan import MOST_RUNS, Plan
from dqn_core.sweeps.search import loaded_optuna
from dqn_core.sweeps.workers import usual_workers

POPOVER = "new_sweep"
MOST_SEEDS, MOST_WORKERS = 100, 64
FURTHER_TRIALS = 20
FURTHER_SEEDS = FEWEST_SEEDS
INTERRUPTED = 130
"""The exit code of a process that was stopped as Ctrl-C does."""

EXAMPLE = "gamma=0.9,0.95,0.99\nlearning_rate=log:0.0001:0.01:5"


def may_begin() -> bool:
    """Whether whoever looks may start processes: who sits at the server's own machine."""
    return is_own_machine(st.context.headers)


def new_sweep(state: PageState, session: Session) -> None:
    """The form that declares a sweep of the Train page's values and has it trained."""
    # Another one for each sweep that is looked at: it is closed when one has begun.
    key = f"{POPOVER}_{state.look.sweep}"
    popover = st.popover(_("New sweep"), icon=":material/grid_view:", key=key, on_change="rerun")
    if popover.open:
        with popover:
            _what_to_sweep(state, session)


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
    st.button(
        _("Start the sweep"),
        key="start_sweep",
        type="primary",
        icon=":material/play_arrow:",
        on_click=attempt,
        args=(state, lambda: _begin(state, session)),
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


def _begin(state: PageState, session: Session) -> None:
    """Raises `LabError` for what is no sweep."""
    typed = st.session_state
    axes = tuple(axis_from(line) for line in typed["sweep_axes"].splitlines() if line.strip())
    first, count = session.config.seed, int(typed["sweep_seeds"])
    way = typed["sweep_way"]
    points = int(typed["sweep_count"]) if WAYS[way].counted else 0
    random = points if way == "random" else None
    plan = Plan(session.config, axes, tuple(range(first, first + count)), random)
    trials = points if way == "optuna" else 0
    if trials:
        loaded_optuna()
    pruner = typed[worded_key("sweep_pruner")] if trials else ""
    kept = store()
    sweep = declare(kept, plan, pruner=pruner, preset=session.preset)
    _train(state, kept, sweep, int(typed["sweep_workers"]), trials)
    state.look_at(sweep=sweep.name, metric=None)


def _train(state: PageState, kept: Store, sweep: Sweep, workers: int, trials: int) -> None:
    if waiting := train(kept, sweep, workers, trials):
        state.begun = sweep.name, waiting


def train(kept: Store, sweep: Sweep, workers: int, trials: int = 0) -> threading.Thread | None:
    """Have a process of its own go on with the sweep, a search until it has so many ``trials``.

    Returns the thread that waits for it. A sweep that is being trained already is left to whoever
    does that.
    """
    if trained_by(kept, sweep) is not None:
        return None
    command = [sys.executable, "-m", "dqn_core", "sweep", "--runs", str(kept.folder)]
    command += [f"--name={sweep.name}", "--workers", str(workers)]  # a name may begin with a dash
    process = subprocess.Popen(
        command + (["--optuna", str(trials)] if trials else []),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=_variables(sweep.plan.base.env_id),
        start_new_session=True,  # it outlives the server
    )
    # Whoever does not wait for a process that has ended leaves its entry in the system's table.
    waiting = threading.Thread(target=_wait, args=(kept, sweep, process), daemon=True)
    waiting.start()
    return waiting


def _wait(kept: Store, sweep: Sweep, process: subprocess.Popen[bytes]) -> None:
    """Until the process has ended: one that could not say why it failed has that said for it."""
    code = process.wait()
    if code in (0, INTERRUPTED):
        return
    with suppress(StoreError):
        is_unsaid = not sweep_called(kept, sweep.name).problem
        if is_unsaid and trained_by(kept, sweep) is None:
            ended = Phrase(
                "The process that trained it was ended by signal {signal}: train the rest."
                if code < 0
                else "The process that trained it failed with exit code {code}: train the rest.",
                signal=-code,
                code=code,
            )
            note_problem(kept, sweep.name, ended)


def _variables(env_id: str) -> dict[str, str]:
    """The process's environment variables: it may import the environment's module, if one did."""
    module, _ = parts(env_id)
    imported = module if module in sys.modules else ""
    return {**os.environ, MODULES.name: ",".join(filter(None, (MODULES.text, imported)))}


def start_or_stop(state: PageState, kept: Store, sweep: Sweep, is_done: bool) -> None:
    """The button that has the rest of a sweep trained or ends that, or has more seeds or trials."""
    goes_on = not is_done or bool(sweep.pruner)  # else a process that has it is about to end
    if goes_on and trained_by(kept, sweep) is not None:
        st.button(
            _("Stop"),
            key="stop_sweep",
            icon=":material/stop:",
            help=_("What was trained is kept, and can be gone on with."),
            on_click=attempt,
            args=(state, lambda: stop(kept, sweep)),
        )
        return
    if goes_on and state.has_process(sweep.name):  # which takes seconds until it trains
        st.button(
            _("Beginning…"), key="sweep_begins", icon=":material/hourglass_top:", disabled=True
        )
        return
    trials, seeds = sweep.trials, sweep.plan.seeds
    words = _("Train the rest")
    if is_done and sweep.pruner:  # trials that were refused have no piece
        numbers = [piece.number for piece in pieces_of(kept, sweep.name)]
        trials = max(numbers, default=-1) + 1 + FURTHER_TRIALS
        words = _("{count} more trials", count=FURTHER_TRIALS)
    elif is_done:
        first = max(seeds) + 1
        seeds += tuple(range(first, first + FURTHER_SEEDS))
        words = _("{count} more seeds", count=FURTHER_SEEDS)

    def go_on() -> None:
        further = with_seeds(kept, sweep, seeds)
        _train(state, kept, further, usual_workers(), trials)

    st.button(
        words,
        key="continue_sweep",
        icon=":material/play_arrow:",
        help=_(
            "A search keeps its seeds, since what it tried follows from what these came to. Take "
            "the best into the controls, and train that with more."
        )
        if is_done and sweep.pruner
        else None,
        on_click=attempt,
        args=(state, go_on),
    )
