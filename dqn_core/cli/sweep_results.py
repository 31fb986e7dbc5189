"""What a sweep came to, as JSON and as a table."""

from typing import Any

import numpy as np

from dqn_core.base.errors import MissingPackageError
from dqn_core.base.numbers import number, percent
from dqn_core.cli.results import aligned, standing_result
from dqn_core.configuration.options import value_words
from dqn_core.sweeps.axis import short
from dqn_core.sweeps.catalogue import Sweep
from dqn_core.sweeps.importance import importance
from dqn_core.sweeps.plan import Point
from dqn_core.sweeps.results import PointResult, Results


def sweep_result(sweep: Sweep, results: Results) -> dict[str, Any]:
    """A sweep's points and their results, as JSON can hold them.

    ``final`` judges a point by the return of its seeds at step ``until``, ``area`` by the area
    under their curves up to that step, divided by the steps. ``best`` is the point with the largest
    interquartile mean, by ``metric``; ``importance`` is what `importance` says of each axis.
    """
    return {
        "sweep": sweep.name,
        "plan": sweep.plan.to_dict(),
        "pruner": sweep.pruner or None,
        "metric": results.metric,
        "measure": results.measure,
        "until": results.until,
        "planned": results.planned,
        "finished": results.finished,
        "pruned": results.pruned,
        "runs": results.runs,
        "points": [_point(one) for one in results.points],
        "best": results.best and results.best.values,
        "importance": _importance(sweep, results),
    }


def _point(point: PointResult) -> dict[str, Any]:
    return {
        "values": point.values,
        "seeds": point.final.group.seeds,
        "final": standing_result(point.final),
        "area": standing_result(point.area),
    }


def _importance(sweep: Sweep, results: Results) -> dict[str, float] | None:
    """The importance of each axis; None where a package for it is missing."""
    seeds = [
        (point.values, score)
        for point in results.points
        for score in results.judged(point).scores
        if np.isfinite(score)
    ]
    try:
        return importance(sweep.plan.axes, seeds)
    except MissingPackageError:
        return None


def sweep_words(result: dict[str, Any]) -> str:
    """`sweep_result` for a person, a line for each point, the best first."""
    lines = [_how_far(result)]
    if not result["points"]:
        return "\n".join(lines)
    points = sorted(
        result["points"],
        key=lambda one: _order(one[result["metric"]]["interquartile_mean"]),
        reverse=True,
    )
    names = list(points[0]["values"])
    kind = "greedy return" if result["measure"] == "greedy" else "return in training"
    header = [*names, kind, "95 % interval", "area", "seeds"]
    lines += aligned([header, *map(_cells, points)])
    lines.append(
        f"Interquartile means over seeds at step {result['until']:,}; the area under the curve is "
        "divided by the steps."
    )
    if shares := result["importance"]:
        words = ", ".join(f"{name} {percent(share)}" for name, share in shares.items())
        lines.append(
            "Of the variance of what a forest predicts from all seeds each explains by itself "
            f"(fANOVA): {words}."
        )
    return "\n".join(lines)


def _how_far(result: dict[str, Any]) -> str:
    """How far the sweep is, in words: in seeds, or in the trials of a search."""
    if not result["pruner"]:
        return (
            f"{result['finished']:,} of {result['planned']:,} seeds of {result['sweep']} are "
            "finished."
        )
    seeds, pruned = len(result["plan"]["seeds"]), result["pruned"]
    done, planned = result["finished"] // seeds + pruned, result["planned"] // seeds
    early = f", {pruned:,} of them ended early for doing badly" if pruned else ""
    return f"{done:,} of {planned:,} trials of {result['sweep']} are done{early}."


def point_words(point: Point) -> str:
    """``gamma 0.9, tau 0.01``."""
    return ", ".join(f"{name} {value_words(short(value))}" for name, value in point.items())


def _cells(point: dict[str, Any]) -> list[str]:
    final = point["final"]
    low, high = final["interval"]
    return [
        *(value_words(short(value)) for value in point["values"].values()),
        number(final["interquartile_mean"]),
        f"{number(low)} to {number(high)}",
        number(point["area"]["interquartile_mean"]),
        str(len(point["seeds"])),
    ]


def _order(mean: float) -> float:
    return mean if mean == mean else float("-inf")  # NaN: all its seeds have diverged
