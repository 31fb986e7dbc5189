"""The plan of a sweep: which configurations it trains, and which of them side by side."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from operator import eq
from typing import Any

from dqn_core.base.errors import ConfigurationError, needs_package
from dqn_core.base.phrases import Phrase
from dqn_core.configuration.config import DQNConfig
from dqn_core.configuration.hyperparameter import Value
from dqn_core.configuration.members import side_by_side
from dqn_core.sweeps.axis import Axis

MOST_RUNS = 10_000
"""A sweep of more runs is a mistake in typing."""

MOST_MEMBERS = 8
"""Members of a piece: with more of them a member's step is no cheaper."""

MOST_TRANSITIONS = 2_000_000
"""In the replay buffers of a piece: its memory, and the size of its snapshots."""

NO_STOPS = {
    "total_seconds": Phrase("whose result would depend on the machine: give total_steps"),
    "total_episodes": Phrase("which judges all points at the same step: set it to 0"),
    "stop_when_solved": Phrase("which judges all points at the same step: set it to off"),
    "plateau_evaluations": Phrase("which judges all points at the same step: set it to 0"),
}
"""What would end a run of a sweep sooner than its step budget, and why it must not."""

Point = dict[str, Value]
"""One value for each axis."""

Piece = tuple[DQNConfig, ...]
"""The members of one run."""


@dataclass(frozen=True)
class Plan:
    """A sweep's ``base`` configuration, its axes, and the seeds that each point of these has.

    The points are all combinations of the axes' values. If ``random`` is given, they are so many
    points of a Sobol sequence between the ends of the axes.
    Raises `ConfigurationError` where axes do not go together.
    """

    base: DQNConfig
    axes: tuple[Axis, ...]
    seeds: tuple[int, ...]
    random: int | None = None

    def __post_init__(self) -> None:
        names = [axis.name for axis in self.axes]
        twice = [name for name in names if names.count(name) > 1]
        if twice:
            raise ConfigurationError(
                "{twice} is an axis twice: list all its values once.", twice=twice[0]
            )
        if not names:
            raise ConfigurationError("A sweep needs an axis, such as gamma=0.9,0.95.")
        for name, reason in NO_STOPS.items():
            if getattr(self.base, name):
                raise ConfigurationError(
                    "{name} does not go with a sweep, {reason}.", name, name=name, reason=reason
                )
        if self.count * len(self.seeds) > MOST_RUNS:
            raise ConfigurationError(
                "{count:,} points of {seeds:,} seeds are more than {most:,} runs: give fewer "
                "values or seeds.",
                count=self.count,
                seeds=len(self.seeds),
                most=MOST_RUNS,
            )

    @property
    def count(self) -> int:
        """Of its points."""
        return self.random or math.prod(len(axis.values) for axis in self.axes)

    def points(self) -> list[Point]:
        """The points in their order; raises `MissingPackageError` where random ones need SciPy."""
        names = [axis.name for axis in self.axes]
        if self.random is None:
            found = list(product(*(axis.values for axis in self.axes)))
        else:
            found = _sobol(self.axes, self.random, self.base.seed)
        return [dict(zip(names, values, strict=True)) for values in found]

    def pieces(self) -> list[Piece]:
        """The runs that it trains; raises `ConfigurationError` where values do not go together.

        Each point gets its first seed before any gets its second one.
        """
        points = [self.base.replace(**point) for point in self.points()]
        return cut([config.replace(seed=seed) for seed in self.seeds for config in points])

    def agrees_but_for_seeds(self, other: "Plan") -> bool:
        """Whether the two differ in nothing, or in the last seeds of the one that has more."""
        parts = (self.base, self.axes, self.random) == (other.base, other.axes, other.random)
        return parts and all(map(eq, self.seeds, other.seeds))

    def to_dict(self) -> dict[str, Any]:
        """The plan as JSON can hold it."""
        return {
            "base": self.base.to_dict(),
            "axes": [axis.to_dict() for axis in self.axes],
            "seeds": list(self.seeds),
            "random": self.random,
        }

    @classmethod
    def from_dict(cls, described: dict[str, Any]) -> "Plan":
        """What `to_dict` described; raises `ConfigurationError`."""
        return cls(
            DQNConfig.from_dict(described["base"]),
            tuple(map(Axis.from_dict, described["axes"])),
            tuple(described["seeds"]),
            described["random"],
        )


def cut(configs: Sequence[DQNConfig]) -> list[Piece]:
    """``configs`` as pieces: in each of them members that agree in what members have to share.

    It follows from the configurations alone, never from who trains them: so a sweep comes to the
    same bits with any number of workers.
    """
    pieces = [piece for members in side_by_side(configs) for piece in _cut_evenly(members)]
    place = {config: number for number, config in enumerate(configs)}
    return sorted(pieces, key=lambda piece: place[piece[0]])


def _cut_evenly(members: Sequence[DQNConfig]) -> list[Piece]:
    most = min(MOST_MEMBERS, max(1, MOST_TRANSITIONS // members[0].buffer_capacity))
    count = math.ceil(len(members) / most)
    ends = [len(members) * number // count for number in range(count + 1)]
    return [tuple(members[start:end]) for start, end in pairwise(ends)]


def _sobol(axes: Sequence[Axis], count: int, seed: int) -> list[tuple[Value, ...]]:
    """Points of a scrambled Sobol sequence (Owen 1998), which fill the space evenly."""
    with needs_package(
        "Random points need the package scipy: pip install -r requirements-sweeps.txt."
    ):
        from scipy.stats import qmc
    sequence = qmc.Sobol(len(axes), rng=seed)
    # A power of two, of which the first are taken: SciPy warns where others are drawn.
    shares = sequence.random_base2(math.ceil(math.log2(count)))[:count]
    points = (
        tuple(axis.at(share) for axis, share in zip(axes, row, strict=True))
        for row in shares.tolist()
    )
    return list(dict.fromkeys(points))  # listed values meet more than once
