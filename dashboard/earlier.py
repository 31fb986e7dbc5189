"""The run before the present one, or the way that was undone, which its curve is compared with."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from dashboard.run import Run, change_label, show
from dqn_core import HYPERPARAMETERS, DQNConfig
from dqn_core.errors import ConfigurationError
from dqn_core.history import WHEN

MOST_NAMED = 2
"""Values that tell the two apart in a legend."""


@dataclass(frozen=True)
class Earlier:
    """What is kept of a run that another one took the place of, or that went on from an earlier
    state: of the way that ``is_undone``, whose ``first_config`` is that state's."""

    first_config: DQNConfig
    config: DQNConfig
    members: int
    episodes: dict[str, Any]
    is_undone: bool

    @classmethod
    def of(cls, run: Run, is_undone: bool = False) -> "Earlier":
        """Its returns, however long it was, and the configurations of its first and last step."""
        changes = run.history.changes.columns()
        since = np.flatnonzero(changes["env_step"] == run.trainer.env_step)[::-1]
        unused = {changes["name"][row]: changes["old"][row] for row in since}  # the oldest counts
        config = run.config
        with suppress(ConfigurationError):  # those in a file may not go together
            config = config.replace(**unused)
        columns = run.history.episodes.columns()
        kept = {name: columns[name].copy() for name in (*WHEN, "return")}
        return cls(run.first_config, config, run.trainer.members, kept, is_undone)

    def words(self, present: Run) -> str:
        """``before (γ 0.9, α 0.01 → 0.001)``: how it was set where ``present`` began with something
        else, and what was changed on its way; or ``undone (α 0.01 → 0.001)``, the latter alone."""
        which, other = "before", present.first_config
        first, last = self.first_config, self.config
        if self.is_undone:
            which, other = "undone", last
        values = [
            change_label(name, getattr(first, name), getattr(last, name))
            if name in last.difference(first)
            else f"{HYPERPARAMETERS[name].symbol or HYPERPARAMETERS[name].label} {show(value)}"
            for name, value in last.to_dict().items()
            if name in last.difference(first) or name in last.difference(other)
        ]
        if self.members != present.trainer.members:
            values.append("1 member" if self.members == 1 else f"{self.members} members")
        more = [f"{len(values) - MOST_NAMED} more"] if len(values) > MOST_NAMED else []
        named = ", ".join(values[:MOST_NAMED] + more)
        return f"{which} ({named})" if named else which
