"""What the command line prints: every number of a result, in words and as JSON."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from dqn_core.base.numbers import number
from dqn_core.base.statistics import bootstrap_interval, interquartile_mean
from dqn_core.comparison import Standing

if TYPE_CHECKING:
    from dqn_core.episodes.evaluation import Evaluation
    from dqn_core.trainer import Trainer

OF_ONE = ("evaluations", "stopped", "evaluation")
"""What a result with one member says of it."""


def json_text(result: Any) -> str:
    """``result`` as one JSON document; what is not finite has no number there and is null."""
    return json.dumps(_finite(result), allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def standing_result(standing: Standing) -> dict[str, Any]:
    """How a group did; a seed that is left out has no score."""
    return {
        "scores": standing.scores,
        "interquartile_mean": standing.interquartile_mean,
        "interval": standing.interval,
    }


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """The rows of a table as lines for a terminal."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def evaluation_summary(evaluations: Sequence["Evaluation"]) -> dict[str, Any]:
    """Evaluations taken together: each episode counts once, and without any there is no mean.

    ``returns`` are the sums of an episode's rewards, undiscounted, in the order of the seeds.
    """
    returns = [value for evaluation in evaluations for value in evaluation.returns.tolist()]
    mean = float(np.mean(returns)) if returns else None
    return {"episodes": len(returns), "mean_return": mean, "returns": returns}


def train_result(
    trainer: "Trainer", ended: str, evaluations: Sequence[Sequence["Evaluation"]]
) -> dict[str, Any]:
    """What a training came to; ``evaluations`` are each member's final greedy ones.

    ``env_steps`` and ``gradient_updates`` are those of each member that went on. ``wall_seconds``
    is the time of training, greedy evaluations on the way included and the final one not;
    ``steps_per_second`` is the environment steps of all members in it. ``returns`` and
    ``episode_ends`` (the environment step after which each episode ended) are of all members, in
    the order of time. Of several members ``evaluation`` and the aggregates are over those alone
    that did not stop.
    """
    seconds = trainer.seconds
    members = [_member_result(trainer, p, evaluations[p]) for p in range(trainer.members)]
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
        "steps_per_second": steps_of_all(trainer, trainer.env_step) / seconds if seconds else 0.0,
    }
    if trainer.members == 1:
        return result | {name: members[0][name] for name in OF_ONE}
    went_on = [evaluations[p] for p in trainer.going_on]
    result["evaluation"] = evaluation_summary([one for member in went_on for one in member])
    result["members"] = members
    return result | _aggregates([evaluation_summary(member) for member in went_on])


def _member_result(
    trainer: "Trainer", p: int, evaluations: Sequence["Evaluation"]
) -> dict[str, Any]:
    """One member's part; ``evaluations`` are its greedy ones on the way, the oldest first."""
    episodes, on_the_way = (
        {name: column[table["member"] == p].tolist() for name, column in table.items()}
        for table in (trainer.history.episodes.columns(), trainer.history.evaluations.columns())
    )
    stop = trainer.stops[p]
    rows = zip(on_the_way["env_step"], on_the_way["mean_return"], strict=True)
    return {
        "seed": trainer.configs[p].seed,
        "episodes": trainer.episodes[p],
        "returns": episodes["return"],
        "episode_ends": episodes["env_step"],
        "evaluations": [{"env_step": step, "mean_return": mean} for step, mean in rows],
        "stopped": asdict(stop) if stop else None,
        "evaluation": evaluation_summary(evaluations),
    }


def _aggregates(evaluations: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The members' mean returns in the final evaluation taken together, and how many they are."""
    means = [one["mean_return"] for one in evaluations if one["episodes"]]
    return {
        "aggregate_members": len(means),
        "interquartile_mean": interquartile_mean(means) if means else None,
        "interval": bootstrap_interval(means) if means else None,
    }


def steps_of_all(trainer: "Trainer", env_step: int) -> int:
    """The environment steps that all members together have made when the run is at ``env_step``."""
    return sum(stop.env_step if stop else env_step for stop in trainer.stops)


def train_words(trainer: "Trainer", result: dict[str, Any]) -> str:
    """`train_result` for a person."""
    lines = [
        result["ended"],
        f"{result['env_steps']:,} environment steps and {result['gradient_updates']:,} gradient "
        f"updates in {result['wall_seconds']:.1f} s, {result['steps_per_second']:,.0f} steps/s.",
        _evaluation_words(trainer, result["evaluation"]),
    ]
    for member in result.get("members", ()):
        stop = member["stopped"]
        words = f", stopped at step {stop['env_step']:,}" if stop else ""
        lines.append(f"  seed {member['seed']}: {_mean(member['evaluation'])}{words}")
    if result.get("aggregate_members"):
        low, high = result["interval"]
        lines.append(
            f"Interquartile mean over {result['aggregate_members']} seeds "
            f"{number(result['interquartile_mean'])}, 95 % interval {number(low)} to "
            f"{number(high)}."
        )
    if "run" in result:
        lines.append(f"The run is {result['run']}.")
    return "\n".join(lines)


def _evaluation_words(trainer: "Trainer", evaluation: dict[str, Any]) -> str:
    if not evaluation["episodes"]:
        return "There is no final evaluation."
    policy = "policy" if trainer.members == 1 else f"policies of {len(trainer.going_on)} seeds"
    count = evaluation["episodes"]
    episodes = "one fresh episode" if count == 1 else f"{count:,} fresh episodes"
    threshold = trainer.spec.reward_threshold
    solved = "" if threshold is None else f" (solved at {number(threshold)})"
    return f"Greedy {policy} on {episodes}: mean return {_mean(evaluation)}{solved}."


def _mean(evaluation: dict[str, Any]) -> str:
    return number(math.nan if evaluation["mean_return"] is None else evaluation["mean_return"])
