"""What an experiment is: a question, arms that train side by side, and the effect that is claimed.

An arm is an ordinary `Trainer` whose members are its seeds.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from dqn_core.comparison import Curve, Group, Metric, SeedRun
from dqn_core.configuration.config import DQNConfig
from dqn_core.configuration.hyperparameter import Value
from dqn_core.trainer import Trainer

SEEDS = range(5)
"""The seeds of each arm on the Learn page. The benchmark has others."""

Defect: TypeAlias = Callable[[Trainer], None]
"""Puts a defect into a trainer that has made no step."""


@dataclass(frozen=True)
class Arm:
    """One way to train: what it ``changes`` of the experiment's values, and what is wrong in it."""

    id: str
    label: str
    changes: Mapping[str, Value] = field(default_factory=dict)
    defect: Defect | None = None

    def trainer(self, configs: Sequence[DQNConfig]) -> Trainer:
        """A new trainer of these members, with the defect in it if there is one."""
        trainer = Trainer(configs)
        if self.defect:
            self.defect(trainer)
        return trainer


@dataclass(frozen=True)
class Measure:
    """What shows the effect: a column of the greedy evaluations, less another one if given.

    A seed's number is its newest value (``final``) or the mean height of its curve (``area``).
    """

    label: str
    column: str = "mean_return"
    minus: str = ""
    metric: Metric = "final"

    def values(self, evaluations: Mapping[str, np.ndarray]) -> np.ndarray:
        """One value for each row of the table of evaluations."""
        values: np.ndarray = evaluations[self.column]
        return values - evaluations[self.minus] if self.minus else values


@dataclass(frozen=True)
class Effect:
    """The claim: a seed of the arm ``more`` comes to a larger number than one of ``less``."""

    more: str
    less: str


@dataclass(frozen=True)
class Answer:
    """One that a student can choose before the start; of an experiment's three one is right."""

    label: str
    is_right: bool = False


@dataclass(frozen=True)
class Drawing:
    """A curve that a student draws before the start: the measure of ``arm`` over the steps."""

    arm: str
    low: float
    high: float


@dataclass(frozen=True)
class Experiment:
    """A question to the algorithm, with all that its answer needs.

    ``config`` is what all arms have in common. ``why`` explains the effect. With a ``drawing`` a
    curve is asked for beside the answers.
    """

    id: str
    title: str
    question: str
    answers: tuple[Answer, Answer, Answer]
    config: DQNConfig
    arms: tuple[Arm, ...]
    measure: Measure
    effects: tuple[Effect, ...]
    why: str
    drawing: Drawing | None = None

    def arm(self, arm_id: str) -> Arm:
        """The arm of that id."""
        return next(arm for arm in self.arms if arm.id == arm_id)

    def configs(self, arm: Arm, seeds: Sequence[int] = SEEDS) -> list[DQNConfig]:
        """The members' configurations."""
        config = self.config.replace(**arm.changes)
        return [config.replace(seed=seed) for seed in seeds]

    def trainer(self, arm: Arm, seeds: Sequence[int] = SEEDS) -> Trainer:
        """A new trainer of that arm, whose members are the seeds."""
        return arm.trainer(self.configs(arm, seeds))

    def curves(self, evaluations: Mapping[str, np.ndarray], seeds: Sequence[int]) -> list[Curve]:
        """The measure of each seed over the steps, from an arm's table of greedy evaluations."""
        values = self.measure.values(evaluations)
        own = [evaluations["member"] == member for member in range(len(seeds))]
        return [Curve(evaluations["env_step"][rows], values[rows]) for rows in own]

    def group(
        self, arm: Arm, curves: Sequence[Curve], env_step: int, seeds: Sequence[int] = SEEDS
    ) -> Group:
        """What the seeds of an arm have come to at ``env_step``, by the measure.

        A seed that has diverged counts with what it came to until then: that is its effect too.
        """
        runs = zip(self.configs(arm, seeds), curves, strict=True)
        return Group(
            tuple(
                SeedRun(arm.id, member, config, (), env_step, greedy=curve, training=curve)
                for member, (config, curve) in enumerate(runs)
            )
        )
