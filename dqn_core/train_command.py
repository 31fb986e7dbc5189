"""The command line's ``train``: a run, its files, and its result in words or JSON."""

import argparse
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path

import torch

from dqn_core.checkpoint import load_run, save_agent, save_run
from dqn_core.config import HYPERPARAMETERS, DQNConfig
from dqn_core.errors import ConfigurationError, LabError
from dqn_core.evaluate_command import in_blocks
from dqn_core.evaluation import Agent, Evaluation
from dqn_core.foresight import never_due
from dqn_core.interruptions import Interruptions, interruptions
from dqn_core.outputs import FAILED, INTERRUPTED, Attempts, check_distinct
from dqn_core.presets import preset
from dqn_core.progress import progress
from dqn_core.results import evaluation_summary, json_text, train_result, train_words
from dqn_core.streams import say, tell
from dqn_core.trainer import Trainer

SLICE_SECONDS = 0.1
"""Training between two looks at the signals, and two refreshes of the progress."""


def train(options: argparse.Namespace) -> int:
    """Train as ``options`` say, save, evaluate and print the result; returns the exit code."""
    check_distinct({"--save": options.save, "--save-run": options.save_run})
    check_distinct({"--save": options.save, "--resume": options.resume})
    out, attempts = sys.stdout, Attempts()
    # What an environment prints is no part of the result.
    with redirect_stdout(sys.stderr):
        trainer = _trainer(options)
        for sentence in never_due(trainer.config, trainer.spec).values():
            tell(sentence)
        try:
            with interruptions() as signals:
                ended = _run(trainer, signals, attempts)
                evaluations = _saved_and_evaluated(trainer, signals, options, attempts)
                result = train_result(trainer, ended, evaluations)
                say(json_text(result) if options.json else train_words(trainer, result), out)
        finally:
            with attempts.attempt():
                trainer.close()
    return attempts.code


def _trainer(options: argparse.Namespace) -> Trainer:
    """A new run, or the one that is resumed, with the hyperparameters that were given."""
    given = {name: getattr(options, name) for name in HYPERPARAMETERS if hasattr(options, name)}
    if options.resume is None:
        config = preset(options.preset or "recommended").replace(**given)
        return Trainer([config.replace(seed=seed) for seed in _member_seeds(options, config)])
    if options.preset or options.seeds:
        raise ConfigurationError("A resumed run keeps its seeds: give no --preset and no --seeds.")
    trainer = load_run(options.resume)
    trainer.change(**given)
    if trainer.notice:
        tell(trainer.notice)
    return trainer


def _member_seeds(options: argparse.Namespace, config: DQNConfig) -> list[int]:
    if isinstance(options.seeds, list):
        if hasattr(options, "seed"):
            raise ConfigurationError("Give --seed or a list of --seeds, not both.")
        return options.seeds
    return [config.seed + member for member in range(options.seeds or 1)]


def _run(trainer: Trainer, signals: Interruptions, attempts: Attempts) -> str:
    """Train until something ends it, which is returned in one sentence.

    Should a step take long, the second signal ends the program.
    """
    try:
        with progress(trainer) as show, signals.at_most(1):
            while not (end := trainer.finished()):
                if signals.take():
                    end = f"Interrupted after {trainer.env_step:,} environment steps."
                    attempts.failed(INTERRUPTED, end)
                    return end
                try:
                    trainer.run(max_seconds=SLICE_SECONDS)
                finally:
                    show()
            return end
    except LabError as error:
        attempts.failed(FAILED, f"error: {error}")
        return str(error)


def _saved_and_evaluated(
    trainer: Trainer, signals: Interruptions, options: argparse.Namespace, attempts: Attempts
) -> list[list[Evaluation]]:
    """Each member's final greedy episodes; what is to be saved is saved before they are played."""
    if options.save_run:
        with attempts.attempt():
            save_run(options.save_run, trainer)
            tell(f"The run is saved in {options.save_run}.")
    agents = _agents(trainer, options.best)
    first_choice = _best(agents, _latest_returns(trainer))
    if options.save:
        _save(agents, first_choice, options.save, attempts)
    evaluations: list[list[Evaluation]] = [[] for _ in agents]
    for agent, blocks in zip(agents, evaluations, strict=True):
        with attempts.attempt("The final evaluation was cut short."), signals.at_most(0):
            for block in in_blocks(agent, options.eval_episodes):
                blocks.append(block)
        if signals.seen:
            break
    if options.save and all(evaluations):
        means = [float(evaluation_summary(blocks)["mean_return"]) for blocks in evaluations]
        if (choice := _best(agents, means)) != first_choice:
            _save(agents, choice, options.save, attempts)
    return evaluations


def _agents(trainer: Trainer, is_best: bool) -> list[Agent]:
    """Each member's policy: the last one, or the one of its best evaluation if it had any."""
    if is_best and not len(trainer.history.evaluations):
        tell("--best has no greedy evaluation to choose by: it is the last policy.")
        is_best = False
    choose = trainer.best_agent if is_best else trainer.agent
    return [choose(p) for p in range(trainer.members)]


def _latest_returns(trainer: Trainer) -> list[float]:
    """Each member's mean return in its last greedy evaluation on the way, 0 if it had none."""
    columns = trainer.history.evaluations.columns()
    latest = dict(zip(columns["member"].tolist(), columns["mean_return"].tolist(), strict=True))
    return [latest.get(p, 0.0) for p in range(trainer.members)]


def _best(agents: Sequence[Agent], returns: Sequence[float]) -> int | None:
    """The member with the largest return among those whose weights are finite."""
    finite = [p for p, a in enumerate(agents) if torch.isfinite(a.network.parameters).all()]
    return max(finite, key=returns.__getitem__, default=None)


def _save(agents: Sequence[Agent], choice: int | None, path: Path, attempts: Attempts) -> None:
    if choice is None:
        attempts.failed(FAILED, "The agent is not saved: its weights are no longer finite.")
        return
    with attempts.attempt():
        save_agent(path, agents[choice])
        tell(f"The agent of seed {agents[choice].config.seed} is saved in {path}.")
