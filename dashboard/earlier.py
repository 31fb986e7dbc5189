"""The runs before the present one and the ways that were undone, to compare it with."""

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, get_args

import numpy as np

from dashboard.figures import average_returns, greedy_returns, over_members
from dashboard.live_chart import Dash
from dashboard.run import Run, change_label, show
from dqn_core import HYPERPARAMETERS, DQNConfig
from dqn_core.errors import ConfigurationError
from dqn_core.history import WHEN

MOST_NAMED = 2
"""Values that tell a run from the present one in a legend."""

DASHES: tuple[Dash, ...] = get_args(Dash)
"""Of the runs' curves; there are as many runs."""


@dataclass(frozen=True)
class Earlier:
    """What is kept of a run that another one took the place of, or that went on from an earlier
    state: of the way that is given up then, whose ``first_config`` is that state's.

    ``place`` is the name that the run keeps when it is undone; the returns are as the page showed
    them last. ``number`` and ``dash`` tell it from the others that are kept.
    """

    place: str
    first_config: DQNConfig
    config: DQNConfig
    members: int
    env_steps: int
    average_return: str
    greedy_return: str
    episodes: dict[str, Any]
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
            {name: columns[name].copy() for name in (*WHEN, "return")},
        )

    def is_undone(self, present: Run) -> bool:
        """Whether it is a way that ``present`` itself has gone, and that was taken back."""
        return self.place == present.place

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
        way, as ``γ 0.9`` and ``α 0.01 → 0.001``; of a way that was undone the latter alone."""
        first, last = self.first_config, self.config
        other = last if self.is_undone(present) else present.first_config
        values = [
            change_label(name, getattr(first, name), getattr(last, name))
            if name in last.difference(first)
            else f"{HYPERPARAMETERS[name].symbol or HYPERPARAMETERS[name].label} {show(value)}"
            for name, value in last.to_dict().items()
            if name in last.difference(first) or name in last.difference(other)
        ]
        if self.members != present.trainer.members:
            values.append("1 member" if self.members == 1 else f"{self.members} members")
        return values


class EarlierRuns:
    """A session's newest ones, each under a number and with a dash of its own."""

    def __init__(self) -> None:
        self._kept: list[Earlier] = []
        self._count = 0

    def keep(self, earlier: Earlier) -> None:
        """Add the newest; the oldest goes where there are too many."""
        self._count += 1
        self._kept = self._kept[1 - len(DASHES) :]
        taken = {kept.dash for kept in self._kept}
        dash = next(dash for dash in DASHES if dash not in taken)
        self._kept.append(replace(earlier, number=self._count, dash=dash))

    def forget(self, number: int) -> None:
        """Let one go."""
        self._kept = [kept for kept in self._kept if kept.number != number]

    def of(self, env_id: str) -> list[Earlier]:
        """Those of an environment, oldest first: returns of another one say nothing there."""
        return [kept for kept in self._kept if kept.config.env_id == env_id]
