"""The command line's ``sweep``: declared, trained, and its result in words or JSON."""

import argparse
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TextIO

from dqn_core.base.errors import ConfigurationError, LabError
from dqn_core.base.numbers import number
from dqn_core.cli.exit_codes import FAILED, INTERRUPTED
from dqn_core.cli.interruptions import interruptions
from dqn_core.cli.origins import given_values, member_seeds, new_config
from dqn_core.cli.outputs import Attempts
from dqn_core.cli.progress import Progress, shown
from dqn_core.cli.results import json_text
from dqn_core.cli.streams import apart_from_prints, say, tell
from dqn_core.cli.sweep_results import point_words, sweep_result, sweep_words
from dqn_core.presets import AUTO
from dqn_core.store.store import Store
from dqn_core.sweeps.catalogue import (
    Sweep,
    declare,
    note_problem,
    pieces_of,
    sweep_called,
    with_seeds,
)
from dqn_core.sweeps.choices import USUAL_PRUNER
from dqn_core.sweeps.cluster import RayCrew, loaded_ray
from dqn_core.sweeps.driver import alone, train_pieces, unfinished
from dqn_core.sweeps.plan import Plan
from dqn_core.sweeps.results import results_of
from dqn_core.sweeps.search import Search, loaded_optuna
from dqn_core.sweeps.tasks import Crew
from dqn_core.sweeps.watch import Watch
from dqn_core.sweeps.workers import Workers, usual_workers


@apart_from_prints
def sweep(options: argparse.Namespace, out: TextIO) -> int:
    """Train what is left of the sweep that ``options`` declare; returns the exit code."""
    _check(options)
    attempts = Attempts()
    store, declared = _declared(options)
    tell(f"This is the sweep {declared.name} in {options.runs}{_what_it_has(store, declared)}.")
    with (
        alone(store, declared),
        _problem_kept(store, declared.name),
        closing(_crew(options, store, declared.plan)) as crew,
    ):
        _train(store, declared, crew, options.optuna or declared.trials, attempts)
    declared = sweep_called(store, declared.name)
    result = sweep_result(declared, results_of(store, declared))
    with attempts.attempt():
        say(json_text(result) if options.json else sweep_words(result), out)
    return attempts.code


def _check(options: argparse.Namespace) -> None:
    if options.ray is not None and options.workers is not None:
        raise ConfigurationError(
            "--workers is for this machine's processes, and a Ray cluster has its own: give "
            "--workers or --ray."
        )
    if options.optuna and options.random:
        raise ConfigurationError(
            "--random draws points and --optuna chooses them: give --random or --optuna."
        )
    if options.pruner and not options.optuna:
        raise ConfigurationError("--pruner is for a search: give --optuna with it.")
    if options.optuna:
        loaded_optuna()  # known before the sweep is declared rather than after
    if options.ray is not None:
        loaded_ray()


def _what_it_has(store: Store, declared: Sweep) -> str:
    """``: 6 of 10 seeds are finished``, nothing before one is."""
    planned = sum(len(piece.configs) for piece in pieces_of(store, declared.name))
    finished = planned - sum(len(piece.configs) for piece in unfinished(store, declared))
    return f": {finished:,} of {planned:,} seeds are finished" if finished else ""


def _declared(options: argparse.Namespace) -> tuple[Store, Sweep]:
    """The store, and the sweep that the options declare; with a name alone, that is there.

    One that is there gets the seeds that it lacks.
    """
    given = given_values(options)
    if options.axes:
        config = new_config(options, given)
        plan = Plan(
            config, tuple(options.axes), tuple(member_seeds(options, config)), options.random
        )
        store = Store(options.runs)
        pruner = (options.pruner or USUAL_PRUNER) if options.optuna else ""
        return store, declare(store, plan, options.name, pruner, options.preset or AUTO)
    if not options.name:
        raise ConfigurationError(
            "A sweep needs an axis, such as --set gamma=0.9,0.95, or the --name of one that is in "
            "the store."
        )
    if given or options.preset or options.random or options.pruner:
        raise ConfigurationError(
            "A sweep that is in the store keeps its values: give --name alone, or with more "
            "--seeds, or --set too."
        )
    store = Store(options.runs)
    declared = sweep_called(store, options.name)
    if bool(declared.pruner) != bool(options.optuna or declared.trials):
        what = (
            "a search that is done: more trials take --optuna"
            if declared.pruner
            else "no search: give no --optuna"
        )
        raise ConfigurationError(f"{declared.name} is {what}.")
    if options.seeds:
        seeds = tuple(member_seeds(options, declared.plan.base))
        declared = with_seeds(store, declared, seeds)
    return store, declared


@contextmanager
def _problem_kept(store: Store, name: str) -> Iterator[None]:
    """Have the store know why the sweep cannot be trained: on the page nobody sees this process."""
    note_problem(store, name, "")
    try:
        yield
    except LabError as error:
        note_problem(store, name, error.phrase)
        raise


def _crew(options: argparse.Namespace, store: Store, plan: Plan) -> Crew:
    typed = getattr(options, "env_id", "")
    if options.ray is not None:
        return RayCrew(store, plan.base, options.ray, typed)
    return Workers(store, options.workers or usual_workers(), typed)


def _train(store: Store, declared: Sweep, crew: Crew, trials: int, attempts: Attempts) -> None:
    watch = Watch(store, declared, trials)
    with interruptions() as signals, shown(declared.name, lambda: _progress(watch)) as show:

        def is_stopped() -> bool:
            if signals.seen:
                tell("Stopping: what was trained is being written.")
            return bool(signals.seen)

        with attempts.attempt("Interrupted: what workers had not written is trained again."):
            with signals.at_most(1), _problem_kept(store, declared.name):
                if trials:
                    errors = Search(store, declared, crew).run(trials, is_stopped, show)
                else:
                    errors = train_pieces(store, declared, crew, is_stopped, show)
                for error in errors:
                    attempts.failed(FAILED, f"error: {error}")
                if errors:
                    note_problem(store, declared.name, errors[0])
            if signals.take():
                attempts.failed(
                    INTERRUPTED,
                    "Interrupted: everything is kept, and the same command again goes on here.",
                )


def _progress(watch: Watch) -> Progress:
    now = watch.look()
    words = "no greedy evaluation yet"
    if now.best is not None:
        words = f"best {number(now.greedy_return)} with {point_words(now.best)}"
    line = f"{now.steps:,} of {now.planned_steps:,} environment steps, {words}"
    return Progress(now.steps, now.planned_steps, words, line)
