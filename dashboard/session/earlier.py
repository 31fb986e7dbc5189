"""Earlier runs and undone branches, to compare the present run with."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any, get_args

import numpy as np

from dashboard.session.returns import average_returns, greedy_returns, over_members
from dashboard.session.run import Run
from dashboard.session.view import Dash
from dashboard.session.words import change_label, show
from dqn_core import HYPERPARAMETERS, Agent, DQNConfig
from dqn_core.errors import ConfigurationError
from dqn_core.history import WHEN
from dqn_core.hyperparameter import Value

MOST_NAMED = 2
"""Values that tell a run from the present one in a legend."""

DASHES: tuple[Dash, ...] = get_args(Dash)
"""Of the curves of an environment's runs; as many are kept."""

LEAVES = (
    f"The present run ends. The newest {len(DASHES)} runs are kept: the curve in grey, the values "
    "under Earlier runs, the agent under Test. To continue a run later, save it under Files first."
)
"""What is lost when a new run supersedes the present one."""


@dataclass(frozen=True)
class Change:
    """A hyperparameter that was set to another value at a step."""

    env_step: int
    name: str
    old: Value
    new: Value


@dataclass(frozen=True, eq=False)
class Earlier:
    """What is kept of a superseded run, or of an undone branch.

    ``place`` is the name that a run keeps when it is undone, ``counted`` are the members whose
    returns are here, ``agents`` one of each member. ``number`` and ``dash`` tell it from the
    others that are kept.
    """

    place: str
    first_config: DQNConfig
    changes: tuple[Change, ...]
    members: int
    env_steps: int
    counted: tuple[int, ...]
    greedy_returns: tuple[float, ...]
    episodes: dict[str, Any]
    agents: tuple[Agent, ...]
    was_undone: bool = False
    number: int = 0
    dash: Dash = "solid"

    @classmethod
    def of(cls, run: Run) -> "Earlier":
        """Its returns, however long it was, and what its agents are at the end.

        The returns are of those members alone that numbers over members are made of.
        """
        columns, trainer = run.history.episodes.columns(), run.trainer
        counted = np.isin(columns["member"], trainer.counted) if any(trainer.stops) else slice(None)
        return cls(
            run.place,
            run.first_config,
            _changes(run),
            trainer.members,
            trainer.env_step,
            tuple(trainer.counted),
            tuple(greedy_returns(run)),
            {name: columns[name][counted] for name in (*WHEN, "return")},
            tuple(run.agent(member) for member in range(trainer.members)),
        )

    def average_return(self, smoothing: float) -> float:
        """At its end, NaN where no episode had ended."""

        def columns(start: int) -> dict[str, np.ndarray]:
            return {name: column[start:] for name, column in self.episodes.items()}

        return over_members(average_returns(columns, self.counted, smoothing))

    @property
    def greedy_return(self) -> float:
        """In its last greedy evaluation, NaN where there was none."""
        return over_members(self.greedy_returns)

    @property
    def config(self) -> DQNConfig:
        """The configuration of its last step."""
        return _after(self.first_config, self.changes)

    @property
    def name(self) -> str:
        """``run 2``, or ``undone 2``."""
        return f"{'undone' if self.was_undone else 'run'} {self.number}"

    def is_left_by(self, present: Run) -> bool:
        """Whether it is an undone branch of ``present``."""
        return self.place == present.place

    def begins(self, other: "Earlier") -> bool:
        """Whether ``other`` has all the episodes of this run, to the second, and maybe more."""
        rows = len(self.episodes["return"])
        return self.place == other.place and all(
            np.array_equal(column, other.episodes[name][:rows])
            for name, column in self.episodes.items()
        )

    def words(self, present: Run) -> str:
        """``run 2 (γ 0.9, α 0.01 → 0.001, 1 more)``, for a legend."""
        values = self.differences(present)
        more = [f"{len(values) - MOST_NAMED} more"] if len(values) > MOST_NAMED else []
        named = ", ".join(values[:MOST_NAMED] + more)
        return f"{self.name} ({named})" if named else self.name

    def differences(self, present: Run) -> list[str]:
        """Values that differ from those ``present`` began with, and the changes of this run, as
        ``γ 0.9`` and ``α 0.01 → 0.001``; of an undone branch, only the changes after the fork."""
        first, last, other = self.first_config, self.config, present.first_config
        if self.is_left_by(present):
            first, other = self._where_left(present), last
        values = [
            change_label(name, getattr(first, name), getattr(last, name))
            if name in last.difference(first)
            else f"{HYPERPARAMETERS[name].symbol or HYPERPARAMETERS[name].label} {show(value)}"
            for name, value in last.to_dict().items()
            if name in last.difference(first) or name in last.difference(other)
        ]
        if self.members != present.trainer.members:
            values.append("1 seed" if self.members == 1 else f"{self.members} seeds")
        return values

    def _where_left(self, present: Run) -> DQNConfig:
        """The configuration at the fork: with the changes that both have in common."""
        both = zip(self.changes, _changes(present), strict=False)
        alike = takewhile(lambda changes: changes[0] == changes[1], both)
        return _after(self.first_config, [change for change, _ in alike])


def _changes(run: Run) -> tuple[Change, ...]:
    """Those of the first member that a step was made with."""
    columns = run.history.changes.columns()
    rows = zip(*(columns[name] for name in ("env_step", "name", "old", "new")), strict=True)
    return tuple(
        Change(*row)
        for row, member in zip(rows, columns["member"], strict=True)
        if member == 0 and row[0] < run.trainer.env_step
    )


def _after(config: DQNConfig, changes: Iterable[Change]) -> DQNConfig:
    with suppress(ConfigurationError):  # those in a file may not go together
        return config.replace(**{change.name: change.new for change in changes})
    return config


class EarlierRuns:
    """A session's newest ones in each environment, under a number and with a dash of its own."""

    def __init__(self) -> None:
        self._kept: list[Earlier] = []
        self._count = 0

    def keep(self, earlier: Earlier) -> None:
        """Add the newest, unless all of it is there already; the oldest is dropped for it."""
        if any(earlier.begins(kept) for kept in self._kept):
            return
        alike = self.of(earlier.config.environment)
        if len(alike) == len(DASHES):
            self.forget(alike.pop(0).number)
        self._count += 1
        dash = next(dash for dash in DASHES if dash not in {kept.dash for kept in alike})
        self._kept.append(replace(earlier, number=self._count, dash=dash))

    def go_again(self, present: Run) -> None:
        """``present`` is back on an undone branch, which is then no earlier run any more."""
        whole = Earlier.of(present)
        self._kept = [kept for kept in self._kept if not kept.begins(whole)]

    def forget(self, number: int) -> None:
        """Let one go."""
        self._kept = [kept for kept in self._kept if kept.number != number]

    @property
    def all(self) -> list[Earlier]:
        """Of all environments, oldest first."""
        return list(self._kept)

    def of(self, environment: str) -> list[Earlier]:
        """Those of an environment, oldest first: returns of another one say nothing there."""
        return [kept for kept in self._kept if kept.config.environment == environment]
