"""The process of its own that trains a sweep: begun, ended, and gone on with."""

import os
import subprocess
import sys
import threading
from contextlib import suppress
from functools import partial

from dashboard.compare_page.managing import attempt
from dashboard.compare_page.page_state import PageState
from dashboard.web.buttons import button
from dashboard.web.language import _
from dqn_core.base.errors import StoreError
from dqn_core.base.phrases import Phrase
from dqn_core.base.settings import MODULES
from dqn_core.comparison import FEWEST_SEEDS
from dqn_core.environments.modules import parts
from dqn_core.store.store import Store
from dqn_core.sweeps.catalogue import Sweep, note_problem, pieces_of, sweep_called, with_seeds
from dqn_core.sweeps.driver import stop, trained_by
from dqn_core.sweeps.workers import usual_workers

FURTHER_TRIALS = 20
FURTHER_SEEDS = FEWEST_SEEDS
INTERRUPTED = 130
"""The exit code of a process that was stopped as Ctrl-C does."""


def start_or_stop(state: PageState, kept: Store, sweep: Sweep, is_done: bool) -> None:
    """The button that has the rest of a sweep trained or ends that, or has more seeds or trials."""
    goes_on = not is_done or bool(sweep.pruner)  # else a process that has it is about to end
    if goes_on and trained_by(kept, sweep) is not None:
        button(
            _("Stop"),
            "stop_sweep",
            "stop",
            partial(attempt, state, lambda: stop(kept, sweep)),
            help=_("What was trained is kept, and can be gone on with."),
        )
        return
    if goes_on and state.has_process(sweep.name):  # which takes seconds until it trains
        button(_("Beginning…"), "sweep_begins", "hourglass_top", disabled=True)
        return
    words, seeds, trials = _what_is_next(kept, sweep, is_done)

    def go_on() -> None:
        further = with_seeds(kept, sweep, seeds)
        have_trained(state, kept, further, usual_workers(), trials)

    button(
        words,
        "continue_sweep",
        "play_arrow",
        partial(attempt, state, go_on),
        help=_(
            "A search keeps its seeds, since what it tried follows from what these came to. Take "
            "the best into the controls, and train that with more."
        )
        if is_done and sweep.pruner
        else None,
    )


def _what_is_next(kept: Store, sweep: Sweep, is_done: bool) -> tuple[str, tuple[int, ...], int]:
    """What a process would train, in words: a sweep's rest or further seeds, or further trials."""
    seeds = sweep.plan.seeds
    if not is_done:
        return _("Train the rest"), seeds, sweep.trials
    if sweep.pruner:  # trials that were refused have no piece
        tried = 1 + max((piece.number for piece in pieces_of(kept, sweep.name)), default=-1)
        return _("{count} more trials", count=FURTHER_TRIALS), seeds, tried + FURTHER_TRIALS
    further = range(max(seeds) + 1, max(seeds) + 1 + FURTHER_SEEDS)
    return _("{count} more seeds", count=FURTHER_SEEDS), (*seeds, *further), sweep.trials


def have_trained(state: PageState, kept: Store, sweep: Sweep, workers: int, trials: int) -> None:
    """Have a process go on with the sweep; the page knows of it before it trains."""
    if waiting := train(kept, sweep, workers, trials):
        state.begun = sweep.name, waiting


def train(kept: Store, sweep: Sweep, workers: int, trials: int = 0) -> threading.Thread | None:
    """Have a process of its own go on with the sweep, with a search until it has ``trials``.

    Returns the thread that waits for it; None if another process trains the sweep already.
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
    """Wait for the process to end; where it failed without saying why, say it for the process."""
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
