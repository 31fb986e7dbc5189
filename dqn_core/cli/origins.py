"""Where a run of ``train`` begins: at step 0, where another one stopped, or as a fork."""

import argparse
from contextlib import suppress
from pathlib import Path
from typing import Any

from dqn_core.base.errors import ConfigurationError
from dqn_core.cli.keeping import Keeping
from dqn_core.cli.progress import Progress, shown
from dqn_core.cli.streams import tell
from dqn_core.configuration.config import HYPERPARAMETERS, DQNConfig
from dqn_core.environments.modules import import_typed
from dqn_core.files.checkpoint import load_run
from dqn_core.presets import AUTO, PRESETS, preset
from dqn_core.recommendation import untuned
from dqn_core.store.record import RunRecord
from dqn_core.store.recorder import Recorder
from dqn_core.store.retraining import retrained
from dqn_core.store.store import Store
from dqn_core.trainer import Trainer


def begun(options: argparse.Namespace) -> tuple[Trainer, Keeping]:
    """The run that is to be trained, with the values that were given, and its way to the store."""
    _check(options)
    given = given_values(options)
    store = None if options.runs is None else Store(options.runs)
    if store and options.fork is not None:
        trainer, keeping = _forked(options, given, store)
    elif store and options.resume is not None and not _is_file(options.resume):
        trainer, keeping = _resumed(options, given, store)
    else:
        trainer = _new(options, given) if options.resume is None else load_run(options.resume)
        keeping = _keeping(options, trainer, store)
        if options.resume is not None:
            _change(trainer, keeping, given)
    if options.resume is not None and trainer.finished():
        tell("Nothing is left to train: a larger --total-steps goes on.")
    if trainer.notice:
        tell(trainer.notice)
    if keeping.run:
        tell(f"This run is {keeping.run} in {options.runs}.")
    return trainer, keeping


def _is_file(text: str) -> bool:
    """Whether ``text`` names a file; any other text, however long, is taken for a run's name."""
    with suppress(OSError, ValueError):
        return Path(text).is_file()
    return False


def _check(options: argparse.Namespace) -> None:
    for option, value in (("--name", options.name), ("--fork", options.fork)):
        if value is not None and options.runs is None:
            raise ConfigurationError(f"{option} needs a store: give its folder with --runs.")
    if options.at is not None and options.fork is None:
        raise ConfigurationError("--at says where a fork begins: give the run with --fork.")
    origins = [option for option in ("resume", "fork") if getattr(options, option) is not None]
    if len(origins) == 2:
        raise ConfigurationError("Give --resume or --fork, not both.")
    if origins and (options.preset or options.seeds):
        raise ConfigurationError(
            "A resumed or forked run keeps its seeds: give no --preset and no --seeds."
        )


def _new(options: argparse.Namespace, given: dict[str, Any]) -> Trainer:
    config = new_config(options, given)
    return Trainer([config.replace(seed=seed) for seed in member_seeds(options, config)])


def given_values(options: argparse.Namespace) -> dict[str, Any]:
    """The hyperparameters that were given, with the environment's module imported."""
    given = {name: getattr(options, name) for name in HYPERPARAMETERS if hasattr(options, name)}
    import_typed(given.get("env_id", ""))
    return given


def new_config(options: argparse.Namespace, given: dict[str, Any]) -> DQNConfig:
    """The preset's configuration with what was given."""
    name = options.preset or AUTO
    env_id = given.get("env_id", DQNConfig.env_id)
    config = preset(name, env_id, given.get("env_kwargs", "")).replace(**given)
    if PRESETS[name].follows_environment and (words := untuned(env_id, config.env_kwargs)):
        tell(words)
    return config


def member_seeds(options: argparse.Namespace, config: DQNConfig) -> list[int]:
    """The listed seeds, or as many as were asked for, counted up from the configuration's seed."""
    if isinstance(options.seeds, list):
        if hasattr(options, "seed"):
            raise ConfigurationError("Give --seed or a list of --seeds, not both.")
        return options.seeds
    return [config.seed + member for member in range(options.seeds or 1)]


def _keeping(
    options: argparse.Namespace, trainer: Trainer, store: Store | None, **parentage: Any
) -> Keeping:
    """A new run in the store, if there is one."""
    if store is None:
        return Keeping(None)
    described = {"preset": options.preset or AUTO, "title": options.name or "", **parentage}
    record = store.create(trainer.configs, **described)
    return Keeping(Recorder(store, record, trainer))


def _resumed(
    options: argparse.Namespace, given: dict[str, Any], store: Store
) -> tuple[Trainer, Keeping]:
    record = store.called(options.resume)
    trainer = store.trainer(record.run)
    if options.name is not None:
        store.update(record.run, title=options.name)
    keeping = Keeping(Recorder(store, record, trainer))
    _change(trainer, keeping, given)
    return trainer, keeping


def _change(trainer: Trainer, keeping: Keeping, given: dict[str, Any]) -> None:
    if values := _other_values(trainer, given):
        keeping.before_change()
        trainer.change(**values)


def _other_values(trainer: Trainer, given: dict[str, Any]) -> dict[str, Any]:
    """The given values without those that the run has already."""
    return {
        name: value
        for name, value in given.items()
        if any(getattr(config, name) != value for config in trainer.configs)
    }


def _forked(
    options: argparse.Namespace, given: dict[str, Any], store: Store
) -> tuple[Trainer, Keeping]:
    parent = store.called(options.fork)
    trainer = store.trainer(parent.run, options.at)
    if options.at is not None:
        _train_again(store, parent, trainer, options.at)
    step = trainer.env_step
    trainer.change(**_other_values(trainer, given))
    if trainer.finished():
        raise ConfigurationError(
            f"A fork of {parent.run} at step {step:,} would end where it begins: give it a larger "
            "budget, such as --total-steps, or an earlier step with --at."
        )
    parentage = {"preset": parent.preset, "parent": parent.run, "fork_step": step}
    return trainer, _keeping(options, trainer, store, **parentage)


def _train_again(store: Store, parent: RunRecord, trainer: Trainer, at: int) -> None:
    """Bring a ``trainer`` from the nearest kept state to that at step ``at``, or at the end."""
    begun, step = trainer.env_step, min(at, parent.env_steps)
    if at > step:
        tell(f"{parent.run} has come to step {step:,}: the fork begins there.")
    if step <= begun:
        return
    tell(f"{parent.run} keeps its state at step {begun:,}: it is trained again from there.")

    def look() -> Progress:
        made, left = trainer.env_step - begun, step - begun
        return Progress(made, left, "", f"{made:,} of {left:,} environment steps")

    with shown(parent.run, look) as show:
        for _ in retrained(store, parent.run, trainer, step):
            show()
