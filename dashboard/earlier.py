"""The runs before the present one and the ways that were undone, to compare it with."""

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, get_args

import numpy as np

from dashboard.figures import average_returns, greedy_returns, over_members
from dashboard.live_chart import Dash
from dashboard.run import RestorePoint, Run, change_label, show
from dqn_core import HYPERPARAMETERS, DQNConfig
from dqn_core.errors import ConfigurationError
from dqn_core.history import WHEN

MOST_NAMED = 2
"""Values that tell a run from the present one in a legend."""

DASHES: tuple[Dash, ...] = get_args(Dash)
"""Of the curves of an environment's runs; as many are kept."""


@dataclass(frozen=True, eq=False)
class Fork:
    """Where the present run left a way that was undone."""

    env_step: int
    config: DQNConfig


@dataclass(frozen=True, eq=False)
class Earlier:
    """What is kept of a run that another one took the place of, or of a way that was undone.

    ``place`` is the name that a run keeps when it is undone, and ``fork`` where it then went on
    from; the returns are as the page showed them last. ``number`` and ``dash`` tell it from the
    others that are kept.
    """

    place: str
    first_config: DQNConfig
    config: DQNConfig
    members: int
    env_steps: int
    average_return: str
    greedy_return: str
    episodes: dict[str, Any]
    fork: Fork | None = None
    number: int = 0
    dash: Dash = "solid"

    @classmethod
    def of(cls, run: Run) -> "Earlier":
        """Its returns, however long it was, and the configurations of its first and last step."""
        changes = run.history.changes.columns()
        since = np.flatnonzero(changes["env_step"] == run.trainer.env_step)[::-1]
        unused = {changes["name"][row]: changes["old"][row] for row in since}  # the oldest counts
        config = run.config
        with suppress(ConfigurationError):  # those in a file may not go together
            config = config.replace(**unused)
        columns = run.history.episodes.columns()
        return cls(
            run.place,
            run.first_config,
            config,
            run.trainer.members,
            run.trainer.env_step,
            over_members(average_returns(run)),
            over_members(greedy_returns(run)),
            {name: columns[name] for name in (*WHEN, "return")},
        )

    def is_undone(self, present: Run) -> bool:
        """Whether it is a way that ``present`` itself has gone, and that was taken back."""
        return self.place == present.place

    def begins(self, other: "Earlier") -> bool:
        """Whether ``other`` goes the whole of this way, to the second, and maybe on."""
        rows = len(self.episodes["return"])
        return self.place == other.place and all(
            np.array_equal(column, other.episodes[name][:rows])
            for name, column in self.episodes.items()
        )

    def name(self, present: Run) -> str:
        """``run 2``, or ``undone 2``."""
        return f"{'undone' if self.is_undone(present) else 'run'} {self.number}"

    def words(self, present: Run) -> str:
        """``run 2 (γ 0.9, α 0.01 → 0.001, 1 more)``, for a legend."""
        values = self.differences(present)
        more = [f"{len(values) - MOST_NAMED} more"] if len(values) > MOST_NAMED else []
        named = ", ".join(values[:MOST_NAMED] + more)
        return f"{self.name(present)} ({named})" if named else self.name(present)

    def differences(self, present: Run) -> list[str]:
        """How it was set where ``present`` began with something else, and what was changed on its
        way, as ``γ 0.9`` and ``α 0.01 → 0.001``; of a way that was undone, what was changed on it
        alone."""
        first, last, other = self.first_config, self.config, present.first_config
        if self.fork and self.is_undone(present):
            first, other = self.fork.config, last
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


class EarlierRuns:
    """A session's newest ones in each environment, under a number and with a dash of its own."""

    def __init__(self) -> None:
        self._kept: list[Earlier] = []
        self._count = 0

    def keep(self, earlier: Earlier) -> None:
        """Add the newest, unless all of it is there already; the oldest goes for it."""
        if any(earlier.begins(kept) for kept in self._kept):
            return
        alike = self.of(earlier.config.env_id)
        if len(alike) == len(DASHES):
            self.forget(alike.pop(0).number)
        self._count += 1
        dash = next(dash for dash in DASHES if dash not in {kept.dash for kept in alike})
        self._kept.append(replace(earlier, number=self._count, dash=dash))

    def fork(self, present: Run, point: RestorePoint) -> None:
        """``present`` went back to ``point``: it left the ways that it has gone from there."""
        fork = Fork(point.env_step, present.config)
        self._kept = [
            replace(kept, fork=fork)
            if kept.is_undone(present) and (not kept.fork or kept.fork.env_step > fork.env_step)
            else kept
            for kept in self._kept
        ]

    def forget(self, number: int) -> None:
        """Let one go."""
        self._kept = [kept for kept in self._kept if kept.number != number]

    def of(self, env_id: str) -> list[Earlier]:
        """Those of an environment, oldest first: returns of another one say nothing there."""
        return [kept for kept in self._kept if kept.config.env_id == env_id]
