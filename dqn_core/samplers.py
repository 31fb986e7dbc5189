"""How a batch is drawn from the replay buffer: samplers, each a value of one seam."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from torch import Tensor

from dqn_core.config import DQNConfig
from dqn_core.random_streams import UniformStream


class Contents(NamedTuple):
    """What a replay buffer of P members holds: the newest ``size`` of ``pushed`` transitions.

    Transition number k, from 0, lies in slot k mod ``capacity``.
    """

    members: int
    capacity: int
    size: int
    pushed: int

    @property
    def oldest(self) -> int:
        """The number of the oldest transition stored."""
        return self.pushed - self.size


class Draw(NamedTuple):
    """Transitions of P members, B each, by their order in the buffer, 0 the oldest.

    ``weights`` are what the loss of each is multiplied with; None where all are 1.
    """

    order: np.ndarray  # (P, B) int64
    weights: np.ndarray | None = None  # (P, B)


class Sampler:
    """Chooses the transitions of a batch. One that remembers nothing has only to draw."""

    bytes_a_transition: int = 0
    """Memory that it takes for each transition of each member."""

    def draw(self, stream: UniformStream, contents: Contents, batch_size: int) -> Draw:
        """``batch_size`` transitions of each member, or all there are, oldest first, if fewer."""
        raise NotImplementedError

    def learnt(self, slots: np.ndarray, td_errors: Tensor) -> None:
        """Hear what an update found: the TD errors `(P, B)` of the newest draw's slots `(P, B)`."""

    def configure(self, configs: Sequence[DQNConfig]) -> None:
        """Take over the members' hyperparameters for the draws to come."""

    def state_dict(self, contents: Contents) -> dict[str, Any]:
        """What it remembers of the transitions that are stored."""
        return {}

    def load_state_dict(self, state: Mapping[str, Any], contents: Contents) -> None:
        """Go on from what `state_dict` gave."""


class Uniform(Sampler):
    """Every transition with the same probability, with replacement (Mnih et al. 2015)."""

    def draw(self, stream: UniformStream, contents: Contents, batch_size: int) -> Draw:
        if batch_size >= contents.size:
            return everything(contents)
        return Draw((stream.take(batch_size) * contents.size).astype(np.int64))


class Sequential(Sampler):
    """Consecutive transitions from a random start: how an agent without replay would learn."""

    def draw(self, stream: UniformStream, contents: Contents, batch_size: int) -> Draw:
        if batch_size >= contents.size:
            return everything(contents)
        starts = stream.take(1) * (contents.size - batch_size + 1)
        return Draw(starts.astype(np.int64) + np.arange(batch_size))


SAMPLERS: dict[str, type[Sampler]] = {"uniform": Uniform, "sequential": Sequential}
"""By the value of ``sampling``."""


def everything(contents: Contents) -> Draw:
    """All transitions, once, oldest first."""
    return Draw(np.tile(np.arange(contents.size), (contents.members, 1)))
