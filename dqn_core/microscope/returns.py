"""What the n-step returns of the newest batch were summed from, reward by reward."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from dqn_core.trainer import Trainer


@dataclass(frozen=True)
class Returns:
    """The returns of B transitions of one member, reward by reward.

    ``numbers`` count them from the run's first, 0; ``rewards`` `(B, n)` are the single ones, 0
    beyond the ``n_steps`` `(B,)` that were summed. ``terminated`` and ``truncated`` `(B,)` say
    whether the last of these steps ended its episode, and how.
    """

    numbers: np.ndarray
    rewards: np.ndarray
    n_steps: np.ndarray
    terminated: np.ndarray
    truncated: np.ndarray

    @classmethod
    def of(cls, trainer: Trainer, slots: Any) -> "Returns":
        """Those of the transitions in ``slots`` `(P, B)`, from the rows of the replay."""
        replay, p, n = trainer.replay, trainer.first, trainer.config.n_step
        contents = replay.contents
        ages = (replay.read(slots) - contents.oldest) % contents.capacity
        ahead = np.minimum(ages[..., None] + np.arange(n), contents.size - 1)  # (P, B, n)
        rows = replay.rows(ahead.reshape(len(ages), -1))[p].reshape(*ahead.shape[1:], -1)
        ends = (rows[..., -2] + rows[..., -1] > 0) | (ahead[p] == contents.size - 1)
        ends[:, -1] = True
        last = ends.argmax(-1)
        flags = rows[np.arange(len(rows)), last, -2:] > 0
        return cls(
            numbers=ages[p] + contents.oldest,
            rewards=np.where(np.arange(n) <= last[:, None], rows[..., -3], np.float32(0)),
            n_steps=last + 1,
            terminated=flags[:, 0],
            truncated=flags[:, 1],
        )
