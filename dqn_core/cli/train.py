"""The command line's ``train``: a run, its files, and its result in words or JSON."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

import torch

from dqn_core.agent import Agent
from dqn_core.base.errors import DivergenceError, LabError
from dqn_core.cli.exit_codes import FAILED, INTERRUPTED
from dqn_core.cli.interruptions import Interruptions, interruptions
from dqn_core.cli.keeping import Keeping
from dqn_core.cli.origins import begun
from dqn_core.cli.outputs import Attempts, check_distinct
from dqn_core.cli.progress import progress
from dqn_core.cli.results import evaluation_summary, json_text, train_result, train_words
from dqn_core.cli.streams import apart_from_prints, say, tell
from dqn_core.episodes.evaluation import Evaluation, evaluate
from dqn_core.files.checkpoint import save_agent, save_run
from dqn_core.foresight import never_due
from dqn_core.trainer import Trainer

SLICE_SECONDS = 0.1
"""Training between two looks at the signals, and two refreshes of the progress."""


@apart_from_prints
def train(options: argparse.Namespace, out: TextIO) -> int:
    """Train as ``options`` say, save, evaluate and print the result; returns the exit code."""
    check_distinct({"--save": options.save, "--save-run": options.save_run}, out)
    resumed = options.resume and Path(options.resume)
    check_distinct({"--save": options.save, "--resume": resumed}, out)
    attempts = Attempts()
    trainer, keeping = begun(options)
    for never in never_due(trainer.config, trainer.spec, trainer.interaction.gives_masks).values():
        tell(never.sentence)
    try:
        with interruptions() as signals:
            try:
                ended = _run(trainer, keeping, signals, attempts)
            except KeyboardInterrupt:
                _save_in_a_step(trainer, options, attempts)
                raise
            with attempts.attempt():
                keeping.finish(trainer)
            _tell_stops(trainer, attempts)
            evaluations = _saved_and_evaluated(trainer, signals, options, attempts)
            result = train_result(trainer, ended, evaluations)
            if keeping.run:
                result["run"] = keeping.run
            with attempts.attempt():
                say(json_text(result) if options.json else train_words(trainer, result), out)
    finally:
        with attempts.attempt():
            trainer.close()
    return attempts.code


def _run(trainer: Trainer, keeping: Keeping, signals: Interruptions, attempts: Attempts) -> str:
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
                keeping.record()
            return end
    except DivergenceError as error:  # told below, as of every member
        return str(error)
    except LabError as error:
        attempts.failed(FAILED, f"error: {error}")
        return str(error)


def _tell_stops(trainer: Trainer, attempts: Attempts) -> None:
    for config, stop in zip(trainer.configs, trainer.stops, strict=True):
        if stop:
            seed = f"Seed {config.seed} was stopped. " if trainer.members > 1 else ""
            attempts.failed(FAILED, f"error: {seed}{stop.reason}")


def _saved_and_evaluated(
    trainer: Trainer, signals: Interruptions, options: argparse.Namespace, attempts: Attempts
) -> list[list[Evaluation]]:
    """Each member's final greedy episodes; what is to be saved is saved before they are played."""
    if options.save_run:
        with attempts.attempt():
            save_run(options.save_run, trainer)
            tell(f"The run is saved in {options.save_run}.")
    agents = _agents(trainer, options.best)
    trainer.close()  # of some environments there can be one at a time
    candidates = _candidates(trainer, agents)
    choice = candidates[0] if candidates else None
    if options.save:
        _save(None if choice is None else agents[choice], options.save, attempts)
    evaluations: list[list[Evaluation]] = [[] for _ in trainer.configs]
    for p, agent in agents.items():
        with attempts.attempt("The final evaluation was cut short."), signals.at_most(0):
            evaluate(agent, options.eval_episodes, keep=evaluations[p].append)
        if signals.seen:
            break
    if options.save and candidates and all(evaluations[p] for p in candidates):
        better = max(candidates, key=lambda p: evaluation_summary(evaluations[p])["mean_return"])
        if better != choice:
            _save(agents[better], options.save, attempts)
    return evaluations


def _save_in_a_step(trainer: Trainer, options: argparse.Namespace, attempts: Attempts) -> None:
    """Save what is whole while a step of an environment does not end: the agent, not the run."""
    if options.save:
        agents = _agents(trainer, options.best)
        candidates = _candidates(trainer, agents)
        _save(agents[candidates[0]] if candidates else None, options.save, attempts)
    if options.save_run:
        tell("The run is not saved: it is in the middle of a step.")


def _candidates(trainer: Trainer, agents: Mapping[int, Agent]) -> list[int]:
    """Members that were not stopped; the first has the largest return in its last evaluation."""
    returns = _latest_returns(trainer)
    return sorted((p for p in trainer.counted if p in agents), key=lambda p: -returns[p])


def _agents(trainer: Trainer, is_best: bool) -> dict[int, Agent]:
    """The policies of the members whose weights are finite: the last ones, or the best ones."""
    if is_best and not len(trainer.history.evaluations):
        tell("--best finds no greedy evaluation, so it takes the last policy.")
        is_best = False
    choose = trainer.best_agent if is_best else trainer.agent
    agents = {p: choose(p) for p in range(trainer.members)}
    return {p: a for p, a in agents.items() if torch.isfinite(a.network.parameters).all()}


def _latest_returns(trainer: Trainer) -> list[float]:
    """Each member's mean return in its last greedy evaluation on the way, 0 if it had none."""
    columns = trainer.history.evaluations.columns()
    latest = dict(zip(columns["member"].tolist(), columns["mean_return"].tolist(), strict=True))
    return [latest.get(p, 0.0) for p in range(trainer.members)]


def _save(agent: Agent | None, path: Path, attempts: Attempts) -> None:
    if agent is None:
        attempts.failed(FAILED, "The agent is not saved: its weights are no longer finite.")
        return
    with attempts.attempt():
        save_agent(path, agent)
        tell(f"The agent of seed {agent.config.seed} is saved in {path}.")
