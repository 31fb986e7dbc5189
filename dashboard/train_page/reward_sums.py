"""What the rewards of a member's episodes add up to: the measure for its values."""

import numpy as np

from dashboard.session.returns import newest_of_each
from dashboard.session.run import Run
from dqn_core.divergence import LONGEST_HORIZON

MEASURED_EPISODES = 100
"""The newest episodes of a member, by whose rewards its values are measured."""

LOOKED_AT = 1_000
"""First and newest episodes that are looked at for a difference: a history may be long."""


def largest_reward_sum(run: Run, member: int) -> float | None:
    """The discounted reward sum that is largest in size, of the newest episodes; None without any.

    As if each step of an episode had brought the same: Σγᵗ r̄ over its length, and without end where
    a time limit cut it, since values go on there. Where γ is 1 or nearly so they have no end to go
    to: there it is the return.
    """
    names, columns = ("return", "length", "terminated"), run.history.episodes.columns
    (rows,) = newest_of_each(columns, names, [member], MEASURED_EPISODES)
    lengths, gamma = rows["length"], run.trainer.configs[member].gamma
    if not len(lengths):
        return None
    weight = lengths.astype(np.float64)
    if 1 - gamma > 1 / LONGEST_HORIZON:
        weight = np.where(rows["terminated"], 1 - gamma**lengths, 1.0) / (1 - gamma)
    sums = rows["return"] / lengths * weight
    return float(sums[np.abs(sums).argmax()])


def common_return(run: Run, member: int) -> float | None:
    """The return that all episodes so far had; None if two differ, or no episode has ended."""
    table, reach = run.history.episodes, LOOKED_AT * run.trainer.members

    def own(rows: dict[str, np.ndarray]) -> np.ndarray:
        returns: np.ndarray = rows["return"][rows["member"] == member]
        return returns

    newest = own(table.columns(-reach))
    if not len(newest) or (newest != newest[0]).any():
        return None
    return float(newest[0]) if (own(table.columns(0, reach)) == newest[0]).all() else None
