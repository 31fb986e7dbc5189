"""What a sweep has come to: each point judged by its seeds."""

from dataclasses import dataclass

import numpy as np

from dqn_core.comparison import Metric, ReturnKind, Standing, compare, grouped
from dqn_core.configuration.config import DQNConfig
from dqn_core.store.seed_runs import stored_seed_runs
from dqn_core.store.store import Store
from dqn_core.sweeps.catalogue import PRUNED, Sweep, pieces_of
from dqn_core.sweeps.plan import Point
from dqn_core.sweeps.training import ENDED


@dataclass(frozen=True, eq=False)
class PointResult:
    """A point whose seeds are judged by the return that they came to and by the area."""

    values: Point
    final: Standing
    area: Standing


@dataclass(frozen=True)
class Results:
    """The points that have any finished seed, along the axes, or in the order of a search's trials.

    They are judged at step ``until`` by ``measure``, and told apart by ``metric``. ``runs`` are the
    finished ones; ``planned`` and ``finished`` count seeds of points, which are members of runs;
    ``pruned`` counts the runs that a search has ended early, and ``planned`` all trials that it is
    to come to.
    """

    points: tuple[PointResult, ...]
    metric: Metric
    measure: ReturnKind
    until: int
    runs: tuple[str, ...]
    planned: int
    finished: int
    pruned: int

    @property
    def best(self) -> PointResult | None:
        """The one whose seeds have the largest interquartile mean."""
        judged = [one for one in self.points if np.isfinite(self.score(one))]
        return max(judged, key=self.score, default=None)

    def judged(self, point: PointResult) -> Standing:
        """The standing that this point is judged by."""
        return point.area if self.metric == "area" else point.final

    def score(self, point: PointResult) -> float:
        """The interquartile mean of its seeds."""
        return self.judged(point).interquartile_mean


def results_of(store: Store, sweep: Sweep) -> Results:
    """What the finished runs of the sweep came to, pruned ones left out."""
    pieces = pieces_of(store, sweep.name)
    records = {record.run: record for record in store.runs()}
    done = [
        records[piece.run]
        for piece in pieces
        if piece.run in records and records[piece.run].status in ENDED
    ]
    seeds = [one for record in done for one in stored_seed_runs(store, record)]
    planned = sum(len(piece.configs) for piece in pieces)
    planned += max(0, sweep.trials - len(pieces)) * len(sweep.plan.seeds)
    runs = tuple(record.run for record in done)
    pruned = sum(PRUNED in records[piece.run].tags for piece in pieces if piece.run in records)
    if not seeds:
        return Results((), sweep.metric, "greedy", 0, (), planned, 0, pruned)
    groups = grouped(seeds)
    if not sweep.pruner:  # an order in which it does not matter when a seed was added
        groups.sort(key=lambda group: _order(sweep, group.config))
    final, area = compare(groups, "final"), compare(groups, "area")
    points = [
        PointResult(point_of(sweep, group.config), *standings)
        for group, *standings in zip(groups, final.standings, area.standings, strict=True)
    ]
    return Results(
        tuple(points), sweep.metric, final.measure, final.until, runs, planned, len(seeds), pruned
    )


def point_of(sweep: Sweep, config: DQNConfig) -> Point:
    """Which values of the axes a configuration has."""
    return {axis.name: getattr(config, axis.name) for axis in sweep.plan.axes}


def _order(sweep: Sweep, config: DQNConfig) -> list[tuple[int, float]]:
    return [axis.order(getattr(config, axis.name)) for axis in sweep.plan.axes]
