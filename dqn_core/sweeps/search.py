"""A search: Optuna chooses each point by those before it, and ends early what does badly.

TPE (Bergstra et al. 2011) proposes the points. A trial is one run, whose members are the seeds of
its point; it is judged by the interquartile mean of the area under their greedy curves.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np

from dqn_core.base.errors import (
    ConfigurationError,
    LabError,
    StoreError,
    needs_package,
    reason_of,
)
from dqn_core.base.statistics import interquartile_mean
from dqn_core.comparison import ReturnKind, SeedRun
from dqn_core.configuration.config import DQNConfig, hyperparameter
from dqn_core.store.seed_runs import stored_seed_runs
from dqn_core.store.store import Store
from dqn_core.sweeps.axis import Axis, short
from dqn_core.sweeps.catalogue import (
    PRUNED,
    Sweep,
    added_piece,
    claim,
    pieces_of,
    want_trials,
)
from dqn_core.sweeps.driver import LOOK_SECONDS
from dqn_core.sweeps.tasks import Crew, Outcome, Task

DATABASE = "optuna.sqlite3"
"""Optuna's own storage in the store's folder, which optuna-dashboard reads."""


class Search:
    """A sweep whose pieces are trials. It goes on with the trials that a killed process left.

    Raises `MissingPackageError` without Optuna, and `StoreError` where its file cannot be used.
    """

    def __init__(self, store: Store, sweep: Sweep, crew: Crew) -> None:
        self._optuna = loaded_optuna()
        self._store = store
        self._file = store.folder / DATABASE
        self._sweep = sweep
        self._crew = crew
        self._under_way: dict[str, Any] = {}  # trials by their runs
        self._errors: list[str] = []
        self._study = self._stored()
        states = self._optuna.trial.TrialState
        self._complete, self._pruned, self._failed = states.COMPLETE, states.PRUNED, states.FAIL
        unfinished = self._study.get_trials(deepcopy=False, states=(states.RUNNING,))
        self._left = [self._optuna.trial.Trial(self._study, one._trial_id) for one in unfinished]

    def run(
        self, trials: int, is_stopped: Callable[[], bool], show: Callable[[], object]
    ) -> list[str]:
        """Train until there are so many trials; returns a sentence for each that failed.

        ``is_stopped`` and ``show`` are as in `train_pieces`. Until it has them the store knows how
        many are wanted.
        """
        from sqlalchemy.exc import SQLAlchemyError  # Optuna needs it

        with self._usable(self._optuna.exceptions.OptunaError, SQLAlchemyError):
            return self._run(trials, is_stopped, show)

    def _run(
        self, trials: int, is_stopped: Callable[[], bool], show: Callable[[], object]
    ) -> list[str]:
        want_trials(self._store, self._sweep.name, trials)
        while True:
            while self._crew.idle and (trial := self._next(trials)):
                self._begin(trial)
            if not self._under_way:
                want_trials(self._store, self._sweep.name, 0)
                return self._errors
            for outcome in self._crew.wait(LOOK_SECONDS):
                self._hear(outcome)
            show()
            if is_stopped():
                self._crew.stop()
                return self._errors

    def _next(self, trials: int) -> Any:
        """A trial that was left, else a new one unless there are enough."""
        if self._left:
            trial = self._left.pop(0)
        elif len(self._study.get_trials(deepcopy=False)) < trials:
            trial = self._study.ask()
        else:
            return None
        # Its own seed for each trial: a search that goes on later proposes what it would have.
        seed = (self._sweep.plan.base.seed + trial.number) % 2**32
        self._study.sampler = self._optuna.samplers.TPESampler(seed=seed)
        for axis in self._sweep.plan.axes:
            _propose(trial, axis)
        return trial

    def _begin(self, trial: Any) -> None:
        plan = self._sweep.plan
        try:
            config = plan.base.replace(
                **{name: short(value) for name, value in trial.params.items()}
            )
        except ConfigurationError as error:  # values that do not go together
            self._errors.append(error.phrase)
            self._study.tell(trial, state=self._failed)
            return
        configs = tuple(config.replace(seed=seed) for seed in plan.seeds)
        piece = added_piece(self._store, self._sweep.name, trial.number, configs)
        record = claim(self._store, self._sweep, piece)
        if PRUNED in record.tags:  # the process was killed before it told
            self._study.tell(trial, state=self._pruned)
            return
        trial.set_user_attr("run", record.run)
        self._under_way[record.run] = trial
        self._go_on(record.run, config, record.env_steps)

    def _go_on(self, run: str, config: DQNConfig, env_step: int) -> None:
        """Train up to the next greedy evaluation."""
        period = config.evaluation_period
        self._crew.begin(Task(run, (env_step // period + 1) * period if period else None))

    def _hear(self, outcome: Outcome) -> None:
        trial = self._under_way.pop(outcome.run)
        record = self._store.run(outcome.run)
        if outcome.error:
            self._errors.append(outcome.error)
            self._study.tell(trial, state=self._failed)
            return
        members = stored_seed_runs(self._store, record)
        if outcome.is_finished:
            self._judge(trial, members, record.env_steps)
            return
        returns = [member.greedy.returns[-1] for member in members if len(member.greedy.returns)]
        if returns and self._is_to_be_pruned(trial, record.env_steps, interquartile_mean(returns)):
            self._store.update(outcome.run, tags=[*record.tags, PRUNED])
            self._study.tell(trial, state=self._pruned)
            return
        self._under_way[outcome.run] = trial
        self._go_on(outcome.run, record.configs[0], record.env_steps)

    def _is_to_be_pruned(self, trial: Any, env_step: int, greedy_return: float) -> bool:
        known = self._study.get_trials(deepcopy=False)[trial.number].intermediate_values
        if env_step not in known:  # it is, if the process was killed between this line and the next
            trial.report(greedy_return, env_step)
        return bool(trial.should_prune())

    def _judge(self, trial: Any, members: Sequence[SeedRun], until: int) -> None:
        """Tell what a trial that came to its end is worth; with a seed that diverged, nothing."""
        is_greedy = all(len(member.greedy.returns) for member in members)
        measure: ReturnKind = "greedy" if is_greedy else "training"
        areas = [member.score("area", measure, until) for member in members]
        if np.isfinite(areas).all():
            self._study.tell(trial, interquartile_mean(areas), state=self._complete)
        else:
            self._study.tell(trial, state=self._pruned)

    def _pruner(self) -> Any:
        pruners, base = self._optuna.pruners, self._sweep.plan.base
        match self._sweep.pruner:
            case "median":
                return pruners.MedianPruner()
            case "hyperband":
                return pruners.HyperbandPruner(max(1, base.evaluation_period), base.total_steps)
        return pruners.NopPruner()

    def _stored(self) -> Any:
        """The study in the store's folder, which is made if there is none.

        A study whose trials have no runs is left from a deleted sweep of the same name.
        """
        name = self._sweep.name
        with self._usable(Exception):  # whatever its migrations raise
            storage = self._storage()
            study = self._study_in(storage)
            has_runs = any("run" in trial.user_attrs for trial in study.get_trials(deepcopy=False))
            if has_runs and not pieces_of(self._store, name):
                self._optuna.delete_study(study_name=name, storage=storage)
                study = self._study_in(storage)
            return study

    @contextmanager
    def _usable(self, *errors: type[Exception]) -> Iterator[None]:
        """Say of these ``errors`` which file they are about."""
        try:
            yield
        except LabError:
            raise
        except errors as error:
            raise StoreError(
                "Optuna cannot use {file!r}: {reason}; move it elsewhere.",
                file=str(self._file),
                reason=reason_of(error),
            ) from error

    def _storage(self) -> Any:
        """Optuna's storage in that file.

        Not by its address, in which a ?, a # or a % of the folder's name would mean something.
        """
        connect = partial(sqlite3.connect, self._file, check_same_thread=False)
        address = f"sqlite:///{self._file.name}"
        return self._optuna.storages.RDBStorage(address, engine_kwargs={"creator": connect})

    def _study_in(self, storage: Any) -> Any:
        return self._optuna.create_study(
            study_name=self._sweep.name,
            storage=storage,
            direction="maximize",
            pruner=self._pruner(),
            load_if_exists=True,
        )


def _propose(trial: Any, axis: Axis) -> None:
    """Have Optuna choose one of the listed values, or anything within the range.

    What it chose before stays: a process may be killed between two axes of a trial.
    """
    if axis.spacing == "list":
        trial.suggest_categorical(axis.name, axis.values)
        return
    is_whole = hyperparameter(axis.name).kind is int
    suggest = trial.suggest_int if is_whole else trial.suggest_float
    suggest(axis.name, axis.values[0], axis.values[-1], log=axis.spacing == "log")


def loaded_optuna() -> Any:
    """Optuna, which says nothing of each study; raises `MissingPackageError` without it."""
    with needs_package(
        "A search needs the package optuna: pip install -r requirements-sweeps.txt."
    ):
        import optuna
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna
