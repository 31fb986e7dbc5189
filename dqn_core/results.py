"""What the command line prints: every number of a result, in words and as JSON."""

import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from dqn_core.evaluation import Evaluation
from dqn_core.statistics import bootstrap_interval, interquartile_mean
from dqn_core.trainer import Trainer


def json_text(result: Any) -> str:
    """``result`` as one JSON document; what is not finite has no number there and is null."""
    return json.dumps(_finite(result), allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def evaluation_summary(evaluations: Sequence[Evaluation]) -> dict[str, Any]:
    """Evaluations taken together: each episode counts once, and without any there is no mean.

    ``returns`` are the sums of an episode's rewards, undiscounted, in the order of the seeds.
    """
    returns = [value for evaluation in evaluations for value in evaluation.returns.tolist()]
    mean = float(np.mean(returns)) if returns else None
    return {"episodes": len(returns), "mean_return": mean, "returns": returns}


def train_result(
    trainer: Trainer, ended: str, evaluations: Sequence[Sequence[Evaluation]]
) -> dict[str, Any]:
    """What a training came to; ``evaluations`` are each member's final greedy ones.

    ``env_steps`` and ``gradient_updates`` are each member's own. ``wall_seconds`` is the time of
    training, greedy evaluations on the way included and the final one not; ``steps_per_second`` is
    the environment steps of all members in it. ``returns``, ``episode_ends`` (the environment step
    after which each episode ended) and ``evaluation`` pool all members.
    """
    seconds, steps = trainer.seconds, trainer.env_step * trainer.members
    episodes = trainer.history.episodes.columns()
    result: dict[str, Any] = {
        "config": trainer.config.to_dict(),
        "ended": ended,
        "env_steps": trainer.env_step,
        "gradient_updates": trainer.gradient_updates,
        "episodes": len(episodes["return"]),
        "returns": episodes["return"].tolist(),
        "episode_ends": episodes["env_step"].tolist(),
        "wall_seconds": seconds,
        "steps_per_second": steps / seconds if seconds else 0.0,
        "evaluation": evaluation_summary([one for member in evaluations for one in member]),
    }
    if trainer.members == 1:
        return result | {"evaluations": _evaluations(trainer, 0)}
    result["members"] = [
        {
            "seed": config.seed,
            "episodes": trainer.episodes[p],
            "returns": episodes["return"][episodes["member"] == p].tolist(),
            "episode_ends": episodes["env_step"][episodes["member"] == p].tolist(),
            "evaluations": _evaluations(trainer, p),
            "evaluation": evaluation_summary(evaluations[p]),
        }
        for p, config in enumerate(trainer.configs)
    ]
    return result | _aggregates([m["evaluation"] for m in result["members"]])


def _evaluations(trainer: Trainer, p: int) -> list[dict[str, float]]:
    """A member's greedy evaluations on the way, the oldest first."""
    columns = trainer.history.evaluations.columns()
    rows = zip(columns["member"], columns["env_step"], columns["mean_return"], strict=True)
    return [{"env_step": int(step), "mean_return": float(mean)} for q, step, mean in rows if q == p]


def _aggregates(evaluations: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Of the members' mean returns in the final evaluation, and over how many members that is."""
    means = [one["mean_return"] for one in evaluations if one["episodes"]]
    return {
        "aggregate_members": len(means),
        "interquartile_mean": interquartile_mean(means) if means else None,
        "interval": bootstrap_interval([means]) if means else None,
    }


def train_words(trainer: Trainer, result: dict[str, Any]) -> str:
    """`train_result` for a person."""
    lines = [
        result["ended"],
        f"{result['env_steps']:,} environment steps and {result['gradient_updates']:,} gradient "
        f"updates in {result['wall_seconds']:.1f} s, {result['steps_per_second']:,.0f} steps/s.",
        _evaluation_words(trainer, result["evaluation"]),
    ]
    for member in result.get("members", ()):
        mean = member["evaluation"]["mean_return"]
        lines.append(f"  seed {member['seed']}: " + ("–" if mean is None else f"{mean:.1f}"))
    if result.get("aggregate_members"):
        low, high = result["interval"]
        lines.append(
            f"Interquartile mean over {result['aggregate_members']} members "
            f"{result['interquartile_mean']:.1f}, 95 % interval {low:.1f} to {high:.1f}."
        )
    return "\n".join(lines)


def _evaluation_words(trainer: Trainer, evaluation: dict[str, Any]) -> str:
    if not evaluation["episodes"]:
        return "There is no final evaluation."
    threshold = trainer.spec.reward_threshold
    is_known = threshold is not None and math.isfinite(threshold)
    return (
        f"Greedy policy on {evaluation['episodes']:,} fresh episodes: mean return "
        f"{evaluation['mean_return']:.1f}" + (f" (solved at {threshold:g})." if is_known else ".")
    )
