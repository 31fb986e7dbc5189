"""Experience replay (Lin 1992; Mnih et al. 2015; the notebook's `ReplayBuffer`)."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from dqn_core.random_streams import UniformStream


class Batch(NamedTuple):
    """Transitions of P members, B each, ready for one update.

    ``discounts`` is what the value of ``next_observations`` is worth in the target: γⁿ, or 0
    where the environment *terminated*. A truncated episode goes on in principle, so it keeps γⁿ.
    """

    observations: Tensor  # (P, B, observation_dim)
    actions: Tensor  # (P, B, 1) int64
    rewards: Tensor  # (P, B), summed and discounted over n steps
    next_observations: Tensor  # (P, B, observation_dim), the true last one of an episode
    discounts: Tensor  # (P, B)


class ReplayBuffer:
    """The newest ``capacity`` transitions of P members, on preallocated memory.

    A transition is one row, ``observation | next_observation | action | reward | terminated |
    truncated``, so that a batch is a single gather. All members push at the same time.
    """

    def __init__(
        self,
        capacity: int,
        observation_dim: int,
        stream: UniformStream,
        members: int = 1,
        dtype: torch.dtype = torch.float32,
        device: str = "cpu",
    ) -> None:
        self.observation_dim = observation_dim
        self._stream = stream
        self._members = members
        self._width = 2 * observation_dim + 4
        # Untouched pages of an empty tensor cost no memory until they are written.
        self._allocate(torch.empty(members, capacity, self._width, dtype=dtype, device=device))
        self._size = 0
        self._next = 0
        self.pushed = 0

    def _allocate(self, rows: Tensor) -> None:
        self._rows = rows
        self._flat = rows.view(-1, self._width)
        self._offsets = torch.arange(self._members, device=rows.device)[:, None] * rows.shape[1]
        # On the processor NumPy writes a row faster than PyTorch; both see the same memory.
        self._writable = rows.numpy() if rows.device.type == "cpu" else None
        self._staging = np.empty((self._members, self._width))

    @property
    def capacity(self) -> int:
        return self._rows.shape[1]

    @property
    def members(self) -> int:
        return self._members

    def __len__(self) -> int:
        return self._size

    def push(
        self,
        observations: np.ndarray,
        actions: np.ndarray,
        rewards: np.ndarray,
        next_observations: np.ndarray,
        terminated: np.ndarray,
        truncated: np.ndarray,
    ) -> None:
        """Store one transition of each member: `(P, observation_dim)` and `(P,)` arrays."""
        d = self.observation_dim
        row = self._staging if self._writable is None else self._writable[:, self._next]
        row[:, :d] = observations
        row[:, d : 2 * d] = next_observations
        row[:, -4] = actions
        row[:, -3] = rewards
        row[:, -2] = terminated
        row[:, -1] = truncated
        if self._writable is None:
            self._rows[:, self._next] = torch.from_numpy(row).to(self._rows)
        self._next = (self._next + 1) % self.capacity
        self._size = min(self._size + 1, self.capacity)
        self.pushed += 1

    def sample(
        self, batch_size: int, gamma: Tensor, n_step: int = 1, sequential: bool = False
    ) -> Batch:
        """``batch_size`` transitions of each member, drawn uniformly with replacement.

        ``gamma`` is `(P, 1)`. ``sequential`` takes one run of consecutive transitions from a
        random start instead. A batch larger than the buffer gives all there is, once, oldest
        first.
        """
        return self.batch(self._draw(batch_size, sequential), gamma, n_step)

    def _draw(self, batch_size: int, sequential: bool) -> Tensor:
        """Ages-from-oldest of the transitions to take, `(P, B)` int64."""
        if batch_size >= self._size:
            return torch.arange(self._size).expand(self._members, -1)
        if sequential:
            starts = self._stream.take(1) * (self._size - batch_size + 1)
            return torch.from_numpy(starts.astype(np.int64) + np.arange(batch_size))
        return torch.from_numpy((self._stream.take(batch_size) * self._size).astype(np.int64))

    def batch(self, order: Tensor, gamma: Tensor, n_step: int = 1) -> Batch:
        """The transitions at ``order`` `(P, B)` int64, where 0 is the oldest one stored."""
        rows = self.rows(order)
        d = self.observation_dim
        rewards = rows[..., -3]
        next_observations = rows[..., d : 2 * d]
        discounts = gamma * (1 - rows[..., -2])
        if n_step > 1:
            rewards, next_observations, discounts = self._look_ahead(order, gamma, n_step)
        actions = rows[..., -4].long().unsqueeze(-1)
        return Batch(rows[..., :d], actions, rewards, next_observations, discounts)

    def rows(self, order: Tensor) -> Tensor:
        """Whole transitions `(P, …, width)` at ``order`` `(P, …)` by age, 0 being the oldest."""
        oldest = self._next if self._size == self.capacity else 0
        slots = order.to(self._offsets.device)
        if oldest:
            slots = (slots + oldest) % self.capacity
        if self._members > 1:
            slots = slots.reshape(self._members, -1) + self._offsets
        return self._flat.index_select(0, slots.reshape(-1)).view(*order.shape, self._width)

    def _look_ahead(
        self, order: Tensor, gamma: Tensor, n_step: int
    ) -> tuple[Tensor, Tensor, Tensor]:
        """n-step returns (Sutton & Barto eq. 7.1), found when sampling, so that no start is lost.

        A return ends early at the end of its episode, or at the newest transition stored; it
        bootstraps there unless the environment terminated.
        """
        d = self.observation_dim
        ahead = torch.arange(n_step, device=order.device)
        steps = order.unsqueeze(-1) + ahead  # (P, B, n)
        window = self.rows(steps.clamp(max=self._size - 1))  # (P, B, n, width)
        ends = (window[..., -2:].sum(-1) > 0) | (steps + 1 >= self._size).to(window.device)
        # Step k counts if none before it ended: the ends so far, its own left out, are none.
        counts = (ends.cumsum(-1) - ends.long() == 0).to(window.dtype)
        powers = gamma.unsqueeze(-1) ** ahead.to(gamma)  # (P, 1, n)
        rewards = (counts * powers * window[..., -3]).sum(-1)
        length = counts.sum(-1, keepdim=True)  # (P, B, 1)
        last = window.take_along_dim(length.long().unsqueeze(-1) - 1, 2).squeeze(2)
        discounts = gamma ** length.squeeze(-1) * (1 - last[..., -2])
        return rewards, last[..., d : 2 * d], discounts

    def resize(self, capacity: int) -> None:
        """Hold ``capacity`` transitions from now on; shrinking keeps the newest."""
        kept = min(self._size, capacity)
        newest = torch.arange(self._size - kept, self._size).expand(self._members, -1)
        rows = self._rows.new_empty(self._members, capacity, self._width)
        rows[:, :kept] = self.rows(newest)
        self._allocate(rows)
        self._size = kept
        self._next = kept % capacity

    def clear(self) -> None:
        self._size = self._next = 0

    def cut(self) -> None:
        """Let no n-step return reach beyond the newest transition: its episode was given up."""
        if self._size:
            self._rows[:, self._next - 1, -1] = 1

    def state_dict(self) -> dict[str, Any]:
        """The stored rows, oldest first, and the sampling stream."""
        order = torch.arange(self._size).expand(self._members, -1)
        return {
            "rows": self.rows(order).clone(),
            "capacity": self.capacity,
            "pushed": self.pushed,
            "stream": self._stream.state_dict(),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        kept: Tensor = state["rows"]
        rows = self._rows.new_empty(self._members, state["capacity"], self._width)
        self._size = kept.shape[1]
        rows[:, : self._size] = kept
        self._allocate(rows)
        self._next = self._size % self.capacity
        self.pushed = state["pushed"]
        self._stream.load_state_dict(state["stream"])
