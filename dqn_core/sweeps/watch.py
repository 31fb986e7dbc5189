"""How far a sweep is while it is trained, and which point is the best so far."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from dqn_core.base.statistics import interquartile_mean
from dqn_core.configuration.config import DQNConfig
from dqn_core.store.record import RunRecord
from dqn_core.store.store import Store
from dqn_core.sweeps.catalogue import Sweep, pieces_of
from dqn_core.sweeps.plan import Point
from dqn_core.sweeps.results import point_of
from dqn_core.sweeps.training import is_done


@dataclass(frozen=True)
class HowFar:
    """Environment steps of all members, made and planned, and the best point so far.

    ``best`` is judged by the newest greedy evaluation of each of its seeds, whose interquartile
    mean is ``greedy_return``; it is None before there is one.
    """

    steps: int
    planned_steps: int
    best: Point | None
    greedy_return: float


class Watch:
    """Looks at a sweep while it is trained; of the histories it reads what is new alone."""

    def __init__(self, store: Store, sweep: Sweep, trials: int = 0) -> None:
        """``trials`` is how many pieces a search is to have."""
        self._store = store
        self._sweep = sweep
        self._trials = trials
        self._newest: dict[str, tuple[float, list[float]]] = {}

    def look(self) -> HowFar:
        """How far it is."""
        records = {record.run: record for record in self._store.runs()}
        pieces, plan = pieces_of(self._store, self._sweep.name), self._sweep.plan
        to_come = max(0, self._trials - len(pieces))
        steps, planned = 0, to_come * plan.base.total_steps * len(plan.seeds)
        returns: list[tuple[DQNConfig, float]] = []
        for piece in pieces:
            budget = piece.configs[0].total_steps
            planned += budget * len(piece.configs)
            if record := records.get(piece.run or ""):
                made = budget if is_done(record) else record.env_steps
                steps += made * len(piece.configs)
                returns += zip(piece.configs, self._returns(record), strict=True)
        return HowFar(steps, planned, *self._best(returns))

    def _best(self, returns: Iterable[tuple[DQNConfig, float]]) -> tuple[Point | None, float]:
        """The point with the largest interquartile mean of its members' returns."""
        of_points: dict[tuple[object, ...], tuple[Point, list[float]]] = {}
        for config, value in returns:
            point = point_of(self._sweep, config)
            of_points.setdefault(tuple(point.values()), (point, []))[1].append(value)
        means = [
            (point, interquartile_mean(values))
            for point, values in of_points.values()
            if np.isfinite(values).all()
        ]
        return max(means, key=lambda one: one[1], default=(None, np.nan))

    def _returns(self, record: RunRecord) -> list[float]:
        """Each member's newest greedy return, NaN before there is one."""
        known = self._newest.get(record.run)
        if known is None or known[0] != record.updated:
            columns = self._store.columns(
                record.run, "evaluations", names=("member", "mean_return")
            )
            newest = np.full(record.members, np.nan)
            newest[columns["member"]] = columns["mean_return"]  # of several the last one stays
            known = self._newest[record.run] = (record.updated, newest.tolist())
        return known[1]
