"""Runs against each other: which of them differ only in their seed, and what their seeds say.

After Agarwal et al. 2021, "Deep Reinforcement Learning at the Edge of the Statistical Precipice":
a single run says next to nothing, since another seed may come to something else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from dqn_core.base.errors import ConfigurationError
from dqn_core.base.statistics import (
    area_under,
    bootstrap_interval,
    improvement_interval,
    interquartile_mean,
    probability_of_improvement,
)
from dqn_core.configuration import members
from dqn_core.configuration.config import DQNConfig
from dqn_core.configuration.hyperparameter import Value
from dqn_core.history import CHANGES, WHEN

Metric: TypeAlias = Literal["final", "area"]
"""How a seed is judged: by the return that it came to, or by the area under its curve."""

ReturnKind: TypeAlias = Literal["greedy", "training"]
"""Whose returns these are: of greedy evaluations, or of the episodes of training."""

Columns: TypeAlias = Mapping[str, np.ndarray]

NEEDED: Mapping[str, Sequence[str]] = {
    "episodes": (*WHEN, "return"),
    "evaluations": (*WHEN, "mean_return"),
    "changes": tuple(CHANGES),
}
"""The columns of a history that curves and numbers are made of."""

FEWEST_SEEDS = 5
"""With fewer on either side a difference proves nothing: an interval of so few says little."""

LAST_EPISODES = 100
"""A seed without a greedy evaluation is judged by the mean of its newest episodes of training."""


@dataclass(frozen=True)
class Change:
    """A hyperparameter that was set to another value at a step."""

    env_step: int
    name: str
    old: Value
    new: Value


@dataclass(frozen=True, eq=False)
class Curve:
    """``returns`` `(T,)` at ``env_steps`` `(T,)`, which never fall."""

    env_steps: np.ndarray
    returns: np.ndarray

    def until(self, env_step: int) -> "Curve":
        """The part up to and with that step."""
        end = int(np.searchsorted(self.env_steps, env_step, side="right"))
        return Curve(self.env_steps[:end], self.returns[:end])


@dataclass(frozen=True, eq=False)
class SeedRun:
    """What one seed came to: ``member`` of a run, which is known by its name ``run``.

    ``config`` is that of step 0, ``env_steps`` how far it is. One that ``has_diverged`` is in no
    number.
    """

    run: str
    member: int
    config: DQNConfig
    changes: tuple[Change, ...]
    env_steps: int
    greedy: Curve
    training: Curve
    has_diverged: bool = False

    @property
    def seed(self) -> int:
        return self.config.seed

    def curve(self, measure: ReturnKind) -> Curve:
        return self.greedy if measure == "greedy" else self.training

    @property
    def but_for_its_seed(self) -> tuple[DQNConfig, tuple[Change, ...]]:
        """Equal for those that are more tries of the same: same values at step 0, same changes."""
        return self.config.replace(seed=0), self.changes

    def score(self, metric: Metric, measure: ReturnKind, until: int) -> float:
        """By what it is judged, at step ``until``; NaN where there is nothing to judge."""
        curve = self.curve(measure).until(until)
        if self.has_diverged or not len(curve.returns):
            return np.nan
        if metric == "area":
            return area_under(curve.env_steps, curve.returns, until)
        last = 1 if measure == "greedy" else LAST_EPISODES
        return float(curve.returns[-last:].mean())


def seed_runs(
    run: str,
    configs: Sequence[DQNConfig],
    env_steps: int,
    *,
    episodes: Columns,
    evaluations: Columns,
    changes: Columns,
    has_diverged: bool = False,
) -> list[SeedRun]:
    """Each member of a run, whose ``configs`` are those after its changes.

    The tables are those of `dqn_core.history`. ``has_diverged`` is for a run that diverged as a
    whole; a member that diverged while others went on lacks their newest evaluation.
    """
    newest = evaluations["env_step"].max(initial=0)
    found = []
    for member, first in enumerate(members.first_configs(configs, changes)):
        greedy = _curve(evaluations, "mean_return", member)
        stopped = has_diverged or greedy.env_steps.max(initial=0) < newest
        made = changes_of(changes, member, env_steps)
        training = _curve(episodes, "return", member)
        found.append(SeedRun(run, member, first, made, env_steps, greedy, training, stopped))
    return found


def _curve(table: Columns, column: str, member: int) -> Curve:
    own = table["member"] == member
    return Curve(table["env_step"][own], table[column][own])


def changes_of(table: Columns, member: int, env_step: int) -> tuple[Change, ...]:
    """A member's changes with which a step was made, where it is at ``env_step``."""
    own = np.flatnonzero((table["member"] == member) & (table["env_step"] < env_step))
    rows = zip(*(table[name][own] for name in ("env_step", "name", "old", "new")), strict=True)
    return tuple(Change(int(step), *values) for step, *values in rows)


@dataclass(frozen=True, eq=False)
class Group:
    """Seeds that differ in nothing else; no seed is there twice."""

    seed_runs: tuple[SeedRun, ...]

    @property
    def runs(self) -> list[str]:
        """Names of the runs that these seeds are from."""
        return list(dict.fromkeys(one.run for one in self.seed_runs))

    @property
    def members(self) -> dict[str, list[int]]:
        """Which members of each of its runs these seeds are."""
        return {run: [one.member for one in self.seed_runs if one.run == run] for run in self.runs}

    @property
    def seeds(self) -> list[int]:
        return [one.seed for one in self.seed_runs]

    @property
    def config(self) -> DQNConfig:
        """What they have in common, with the first one's seed."""
        return self.seed_runs[0].config

    @property
    def changes(self) -> tuple[Change, ...]:
        return self.seed_runs[0].changes


def grouped(seed_runs: Sequence[SeedRun]) -> list[Group]:
    """The groups, in the order in which their first seeds come.

    A seed that is there twice in one group has the same bits twice, and is no evidence twice: the
    run that went further counts.
    """
    found: dict[object, dict[int, SeedRun]] = {}
    for one in seed_runs:
        seeds = found.setdefault(one.but_for_its_seed, {})
        twin = seeds.get(one.seed)
        if twin is None or one.env_steps > twin.env_steps:
            seeds[one.seed] = one
    return [Group(tuple(seeds.values())) for seeds in found.values()]


def differing(groups: Sequence[Group]) -> list[str]:
    """The hyperparameters in which groups differ at step 0, in the order of the DQN loop."""
    return members.differing([group.config for group in groups])


@dataclass(frozen=True, eq=False)
class Standing:
    """How a group did: the ``scores`` of its seeds, their interquartile mean, its 95 % interval.

    A seed that has diverged, or has no return yet, has the score NaN and counts in neither.
    """

    group: Group
    scores: tuple[float, ...]
    interquartile_mean: float
    interval: tuple[float, float]

    @property
    def counted(self) -> np.ndarray:
        """The scores that there are."""
        return np.array([score for score in self.scores if np.isfinite(score)])


@dataclass(frozen=True)
class Improvement:
    """How probable it is that a seed of the second group beats one of the first."""

    probability: float
    interval: tuple[float, float]


@dataclass(frozen=True, eq=False)
class Comparison:
    """Groups judged by the same ``metric`` of the same returns at the same step ``until``.

    ``improvement`` is there for two groups.
    """

    metric: Metric
    measure: ReturnKind
    until: int
    standings: tuple[Standing, ...]
    improvement: Improvement | None

    @property
    def fewest_seeds(self) -> int:
        """Of all groups, the smallest number of seeds that count."""
        return min(len(standing.counted) for standing in self.standings)

    @property
    def left_out(self) -> int:
        """How many seeds of all groups do not count."""
        return sum(len(one.scores) - len(one.counted) for one in self.standings)


def compare(groups: Sequence[Group], metric: Metric = "final") -> Comparison:
    """Judge at least one group, at the last step that all their seeds have come to.

    Seeds that have diverged or have ended no episode are left out. Greedy evaluations are compared
    where every other seed has one by then, else episodes of training.
    Raises `ConfigurationError` where the groups are of different environments, whose returns say
    nothing about each other.
    """
    environments = list(dict.fromkeys(group.config.environment for group in groups))
    if len(environments) > 1:
        raise ConfigurationError(
            "Returns of {first} and {second} cannot be compared: choose runs of one environment.",
            first=environments[0],
            second=environments[1],
        )
    seeds = [one for group in groups for one in group.seed_runs]
    judged = [one for one in seeds if len(one.training.returns) and not one.has_diverged]
    until = min((one.env_steps for one in judged), default=0)
    is_greedy = all(len(one.greedy.until(until).returns) for one in judged)
    measure: ReturnKind = "greedy" if is_greedy else "training"
    standings = tuple(_standing(group, metric, measure, until) for group in groups)
    return Comparison(metric, measure, until, standings, _improvement(standings))


def _standing(group: Group, metric: Metric, measure: ReturnKind, until: int) -> Standing:
    scores = tuple(one.score(metric, measure, until) for one in group.seed_runs)
    counted = [score for score in scores if np.isfinite(score)]
    if not counted:
        return Standing(group, scores, np.nan, (np.nan, np.nan))
    return Standing(group, scores, interquartile_mean(counted), bootstrap_interval(counted))


def _improvement(standings: Sequence[Standing]) -> Improvement | None:
    if len(standings) != 2 or not all(len(standing.counted) for standing in standings):
        return None
    first, second = (standing.counted for standing in standings)
    return Improvement(
        probability_of_improvement(second, first), improvement_interval(second, first)
    )
