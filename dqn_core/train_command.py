"""The command line's ``train``: a run with a progress bar, and its result in words or JSON."""

import argparse
import json
import math
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import numpy as np
import torch
from tqdm import tqdm

from dqn_core.checkpoint import load_run, save_agent, save_run
from dqn_core.config import HYPERPARAMETERS, DQNConfig
from dqn_core.errors import ConfigurationError, DivergenceError
from dqn_core.evaluation import Evaluation, evaluate
from dqn_core.presets import preset
from dqn_core.statistics import bootstrap_interval, interquartile_mean
from dqn_core.trainer import Trainer

INTERRUPTED = 130
"""The exit code of a program that Ctrl-C ended: 128 + SIGINT."""

SLICE_SECONDS = 0.1
"""Training between two looks at the keyboard, and two refreshes of the progress bar."""

RECENT_EPISODES = 10
"""Episodes of each member in the mean return beside the progress bar."""


def train(options: argparse.Namespace) -> int:
    """Train as ``options`` say, save, and print the result; returns the exit code."""
    trainer = _trainer(options)
    try:
        return _train(trainer, options)
    finally:
        trainer.close()


def _train(trainer: Trainer, options: argparse.Namespace) -> int:
    code = 0
    try:
        if not _run(trainer):
            code = INTERRUPTED
            _tell(f"Interrupted after {trainer.env_step:,} environment steps.")
    except DivergenceError as error:
        code = 1
        _tell(f"error: {error}")
    if options.save_run:
        save_run(options.save_run, trainer)
        _tell(f"The run is saved in {options.save_run}.")
    if options.best and not len(trainer.history.evaluations):
        trainer.evaluate()  # the best of one is the last, not the untrained first
    choose = trainer.best_agent if options.best else trainer.agent
    agents = [choose(p) for p in range(trainer.members)]
    evaluations = [evaluate(agent, options.eval_episodes) for agent in agents]
    if options.save:
        best = int(np.argmax([evaluation.mean_return for evaluation in evaluations]))
        if torch.isfinite(agents[best].network.parameters).all():
            save_agent(options.save, agents[best])
            _tell(f"The agent of seed {agents[best].config.seed} is saved in {options.save}.")
        else:
            _tell("The agent is not saved: its weights are no longer finite.")
    result = _result(trainer, evaluations)
    print(json.dumps(result) if options.json else _in_words(trainer, result))
    return code


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
        _tell(trainer.notice)
    return trainer


def _member_seeds(options: argparse.Namespace, config: DQNConfig) -> list[int]:
    if isinstance(options.seeds, list):
        if hasattr(options, "seed"):
            raise ConfigurationError("Give --seed or a list of --seeds, not both.")
        return options.seeds
    return [config.seed + member for member in range(options.seeds or 1)]


def _run(trainer: Trainer) -> bool:
    """Train to the end, or until Ctrl-C: then False."""
    members = trainer.members
    with (
        _interruptions() as interruptions,
        tqdm(
            desc=trainer.config.env_id,
            total=trainer.config.total_steps * members,
            initial=trainer.env_step * members,
            unit=" steps",
            dynamic_ncols=True,
        ) as bar,
    ):
        while not trainer.finished():
            if interruptions:
                return False
            try:
                trainer.run(max_seconds=SLICE_SECONDS)
            finally:
                bar.set_postfix_str(_progress(trainer), refresh=False)
                bar.update(trainer.env_step * members - bar.n)
    return True


def _progress(trainer: Trainer) -> str:
    returns = trainer.history.episodes.columns()["return"][-RECENT_EPISODES * trainer.members :]
    mean = f"{returns.mean():.1f}" if len(returns) else "–"
    budget = trainer.config.total_episodes
    of_budget = f"/{budget:,}" if budget else ""
    return f"return {mean}, episode {min(trainer.episodes):,}{of_budget}"


@contextmanager
def _interruptions() -> Iterator[list[int]]:
    """Collect Ctrl-C instead of stopping in the middle of a step; the second one does stop."""
    seen: list[int] = []

    def note(number: int, _: FrameType | None) -> None:
        if seen:
            raise KeyboardInterrupt
        seen.append(number)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield seen
    finally:
        signal.signal(signal.SIGINT, before)


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr)


def evaluation_summary(*evaluations: Evaluation) -> dict[str, Any]:
    """Evaluations, taken together, as JSON has them."""
    returns = np.concatenate([evaluation.returns for evaluation in evaluations])
    return {
        "episodes": len(returns),
        "mean_return": float(returns.mean()),
        "returns": returns.tolist(),
    }


def _result(trainer: Trainer, evaluations: list[Evaluation]) -> dict[str, Any]:
    columns = trainer.history.episodes.columns()
    seconds, steps = trainer.seconds, trainer.env_step * trainer.members
    result: dict[str, Any] = {
        "config": trainer.config.to_dict(),
        "env_steps": trainer.env_step,
        "gradient_updates": trainer.gradient_updates,
        "episodes": len(columns["return"]),
        "returns": columns["return"].tolist(),
        "wall_seconds": seconds,
        "steps_per_second": steps / seconds if seconds else 0.0,
        "evaluation": evaluation_summary(*evaluations),
    }
    if trainer.members > 1:
        result["members"] = [
            {
                "seed": config.seed,
                "episodes": trainer.episodes[p],
                "returns": columns["return"][columns["member"] == p].tolist(),
                "evaluation": evaluation_summary(evaluations[p]),
            }
            for p, config in enumerate(trainer.configs)
        ]
        means = [evaluation.mean_return for evaluation in evaluations]
        result["interquartile_mean"] = interquartile_mean(means)
        result["interval"] = bootstrap_interval([means])
    return result


def _in_words(trainer: Trainer, result: dict[str, Any]) -> str:
    evaluation = result["evaluation"]
    lines = [
        trainer.finished() or "The run is not at its end.",
        f"{result['env_steps']:,} environment steps and {result['gradient_updates']:,} gradient "
        f"updates in {result['wall_seconds']:.1f} s, {result['steps_per_second']:,.0f} steps/s.",
        f"Greedy policy on {evaluation['episodes']:,} fresh episodes: mean return "
        f"{evaluation['mean_return']:.1f}{_threshold(trainer)}.",
    ]
    for member in result.get("members", ()):
        lines.append(f"  seed {member['seed']}: {member['evaluation']['mean_return']:.1f}")
    if "interval" in result:
        low, high = result["interval"]
        lines.append(
            f"Interquartile mean over {trainer.members} members "
            f"{result['interquartile_mean']:.1f}, 95 % interval {low:.1f} to {high:.1f}."
        )
    return "\n".join(lines)


def _threshold(trainer: Trainer) -> str:
    threshold = trainer.spec.reward_threshold
    return "" if threshold is None or not math.isfinite(threshold) else f" (solved: {threshold:g})"
