"""Experience replay (Lin 1992; Mnih et al. 2015; the notebook's `ReplayBuffer`)."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Self

import numpy as np
import torch
from torch import Tensor

from dqn_core.base.arrays import arrays_on
from dqn_core.base.errors import ConfigurationError
from dqn_core.base.memory import free_memory, free_memory_of_gpu, in_words
from dqn_core.configuration.config import DQNConfig
from dqn_core.environments.configured import spec_for
from dqn_core.environments.declared import EnvironmentSpec
from dqn_core.random_streams import UniformStream
from dqn_core.samplers import SAMPLERS, Contents, Sampler, Uniform


class Transitions(NamedTuple):
    """One environment step of P members. Masks are None where all actions are allowed.

    Of a population that lives on a device all are tensors there.
    """

    observations: Any  # (P, observation_dim)
    actions: Any  # (P,)
    rewards: Any  # (P,)
    next_observations: Any  # (P, observation_dim), the true ones also at an episode's end
    terminated: Any  # (P,) bool
    truncated: Any  # (P,) bool
    allowed: Any = None  # (P, n_actions) bool
    next_allowed: Any = None  # (P, n_actions) bool


class Batch(NamedTuple):
    """B transitions of each of P members, ready for one update.

    ``discounts`` are the factors of the next state's value in the target: γⁿ, or 0 where the
    environment *terminated*. A truncated episode goes on in principle, so it keeps γⁿ. The loss of
    a transition is multiplied with its weight; ``weights`` are None where all are 1. ``slots`` are
    the places in the buffer. ``allowed`` and ``next_allowed`` are the allowed actions of the states
    before and after, None where all actions are.
    """

    observations: Tensor  # (P, B, observation_dim)
    actions: Tensor  # (P, B, 1) int64
    rewards: Tensor  # (P, B), summed and discounted over n steps
    next_observations: Tensor  # (P, B, observation_dim), the true last one of an episode
    discounts: Tensor  # (P, B)
    weights: Tensor | None = None  # (P, B)
    slots: Any = None  # (P, B) int64
    allowed: Tensor | None = None  # (P, B, n_actions) bool
    next_allowed: Tensor | None = None  # (P, B, n_actions) bool


class ReplayBuffer:
    """The newest ``capacity`` transitions of P members, on preallocated memory.

    A transition is one row, ``observation | next_observation | action | reward | terminated |
    truncated``, so that a batch is a single gather. With action masks of ``n_masked`` actions each,
    ``allowed | next_allowed`` follow the observations. All members push at the same time: the k-th
    transition of each lies in slot k mod ``capacity``, side by side in memory. The rows lie where
    the batches are needed: NumPy arrays on the processor, tensors on another ``device``. `rows`,
    `masks`, `ends` and `state_dict` give them to the processor. ``sampler`` chooses the transitions
    of a batch.
    """

    def __init__(
        self,
        capacity: int,
        observation_dim: int,
        stream: UniformStream,
        members: int = 1,
        dtype: np.dtype | type = np.float32,
        device: str = "cpu",
        n_masked: int = 0,
    ) -> None:
        self.observation_dim = observation_dim
        self.n_masked = n_masked
        self._stream = stream
        self.members = members
        self._dtype = np.dtype(dtype)
        self._device = device
        self._arrays = arrays_on(device)
        self._tensor = self._arrays.tensor
        self._resting: Any = None
        self._check_memory(capacity)
        self._allocate(self._empty_rows(capacity))
        self._size = 0
        self.pushed = 0
        self.sampler: Sampler = Uniform()

    @classmethod
    def of_run(
        cls, spec: EnvironmentSpec, configs: Sequence[DQNConfig], device: str = "cpu"
    ) -> Self:
        """The empty buffer of a run with these members."""
        replay = cls(
            configs[0].buffer_capacity,
            spec.observation_dim,
            UniformStream([config.seed for config in configs], "replay"),
            members=len(configs),
            device=device,
            n_masked=_n_masked(spec, configs[0]),
        )
        replay.configure(configs)
        return replay

    def _check_memory(self, capacity: int, sampling: str = "uniform") -> None:
        """Refuse a buffer that, with its sampler, does not fit into free memory."""
        members, d = self.members, self.observation_dim
        free = free_memory_of_gpu() if self._device == "cuda" else free_memory()
        each = transition_bytes(d, self.n_masked, sampling, self._dtype)
        size = members * capacity * each
        if free is not None and size > free:
            raise ConfigurationError(
                "{members} replay buffers of {capacity:,} transitions, with {dim:,} numbers an "
                "observation, may take {size} and {free} are free: lower buffer_capacity or train "
                "fewer seeds."
                if members > 1
                else "A replay buffer of {capacity:,} transitions, with {dim:,} numbers an "
                "observation, may take {size} and {free} are free: lower buffer_capacity.",
                "buffer_capacity",
                members=members,
                capacity=capacity,
                dim=d,
                size=in_words(size),
                free=in_words(free),
            )

    def _empty_rows(self, capacity: int) -> Any:
        # They are written one after the other, since the rows of all members lie together.
        width = row_width(self.observation_dim, self.n_masked)
        return self._arrays.zeros((capacity, self.members, width), self._dtype)

    def _allocate(self, rows: Any) -> None:
        self._rows = rows
        self.capacity = int(rows.shape[0])
        self._flat = rows.reshape(-1, rows.shape[-1])  # a view: slot i of member p is i·members + p
        self._offsets = self._arrays.arange(self.members)[:, None]

    def __len__(self) -> int:
        return self._size

    @property
    def stored_bytes(self) -> int:
        """Memory of the stored transitions."""
        return int(self.members * self._size * self._rows.shape[-1] * self._dtype.itemsize)

    @property
    def contents(self) -> Contents:
        """Which transitions are stored, and where."""
        return Contents(self.members, self.capacity, self._size, self.pushed)

    def configure(self, configs: Sequence[DQNConfig]) -> None:
        """Use capacity and sampling of these configurations.

        Raises `ConfigurationError`, with nothing changed, where the memory does not suffice.
        """
        sampling, capacity = configs[0].sampling, configs[0].buffer_capacity
        kind = SAMPLERS[sampling]
        sampler = self.sampler if isinstance(self.sampler, kind) else kind(self.members)
        if capacity != self.capacity or (sampler is not self.sampler and sampler.bytes_each):
            self._check_memory(capacity, sampling)
        if capacity != self.capacity:
            self.resize(capacity)
        sampler.configure(configs)
        self.sampler = sampler
        self._stream.move(self._device if sampler.takes_tensors else "cpu")

    def go_on_with(self, members: Sequence[int]) -> None:
        """From now on only these members make steps: `push` repeats the others' newest one."""
        resting = np.setdiff1d(np.arange(self.members), members)
        self._resting = self._arrays.placed(resting) if len(resting) else None

    def placed(self, values: np.ndarray) -> Any:
        """These numbers, where the rows lie: ``gamma`` of `sample` is needed there."""
        return self._arrays.placed(values)

    def read(self, values: Any) -> np.ndarray:
        """Numbers that lie where the rows lie, such as a batch's ``slots``, for the processor."""
        return self._arrays.read(values)

    def reserve(self, batches: int, batch_size: int) -> None:
        """Draw the random numbers of the next ``batches`` ahead, if the sampling is uniform."""
        if self.sampler.takes_tensors:
            self._stream.reserve(batches, batch_size)

    def push(self, transitions: Transitions) -> None:
        """Store one transition of each member."""
        d, m = self.observation_dim, self.n_masked
        if self._device != "cpu":
            transitions = self._moved(transitions)
        row = self._rows[self.pushed % self.capacity]
        row[:, :d] = transitions.observations
        row[:, d : 2 * d] = transitions.next_observations
        row[:, -4] = transitions.actions
        row[:, -3] = transitions.rewards
        row[:, -2] = transitions.terminated
        row[:, -1] = transitions.truncated
        if m:
            row[:, 2 * d : 2 * d + m] = transitions.allowed
            row[:, 2 * d + m : 2 * d + 2 * m] = transitions.next_allowed
        self._size = min(self._size + 1, self.capacity)
        self.pushed += 1
        if self._resting is not None:
            row[self._resting] = self._rows[self._newest - 1, self._resting]

    def _moved(self, transitions: Transitions) -> Transitions:
        """These transitions as arrays where the rows lie."""
        return Transitions(*(v if v is None else self._arrays.placed(v) for v in transitions))

    @property
    def _newest(self) -> int:
        """The slot of the newest transition."""
        return (self.pushed - 1) % self.capacity

    def sample(self, batch_size: int, gamma: Any, n_step: int = 1) -> Batch:
        """``batch_size`` transitions of each member, as the sampler draws them.

        ``gamma`` is `(P, 1)`. A batch larger than the buffer gives all there is, once, oldest
        first.
        """
        slots, weights = self.sampler.draw(self._stream, self.contents, batch_size)
        return self.batch(slots, gamma, n_step, weights)

    def learnt(self, batch: Batch, td_errors: Tensor) -> None:
        """Tell the sampler the TD errors `(P, B)` of the batch that was drawn last."""
        assert batch.slots is not None
        self.sampler.learnt(batch.slots, td_errors)

    def batch(
        self,
        slots: Any,
        gamma: Any,
        n_step: int = 1,
        weights: np.ndarray | None = None,
    ) -> Batch:
        """The transitions that lie in ``slots`` `(P, B)` int64."""
        d, m, arrays = self.observation_dim, self.n_masked, self._arrays
        places, gamma = arrays.placed(slots), arrays.placed(gamma)
        first = last = self._at(places)
        rewards, discounts = first[..., -3], gamma
        if n_step > 1:
            rewards, discounts, last = self._look_ahead(places, gamma, n_step)
        return Batch(
            self._tensor(first[..., :d]),
            self._tensor(arrays.whole(first[..., -4, None])),
            self._tensor(rewards),
            self._tensor(last[..., d : 2 * d]),
            self._tensor(arrays.as_kind_of(discounts * (1 - last[..., -2]), first)),
            None if weights is None else self._tensor(arrays.as_kind_of(weights, first)),
            slots,
            self._tensor(first[..., 2 * d : 2 * d + m] > 0) if m else None,
            self._tensor(last[..., 2 * d + m : 2 * d + 2 * m] > 0) if m else None,
        )

    def rows(self, order: np.ndarray) -> np.ndarray:
        """Copies of transitions `(P, B, width)` at ``order`` by age, 0 the oldest.

        That is `(P, B)`, or `(B,)` where it is the same for all members.
        """
        return self._arrays.read(self._at(self.contents.by_age(order)))

    def masks(self, member: int) -> tuple[np.ndarray, np.ndarray]:
        """A member's stored observations `(N, observation_dim)` and their masks `(N, n_masked)`.

        Both are copies, oldest first.
        """
        d, m = self.observation_dim, self.n_masked
        own = self._of(member)
        return own[:, :d], own[:, 2 * d : 2 * d + m] > 0

    def ends(self, member: int) -> np.ndarray:
        """Which of a member's stored transitions terminated and were truncated, `(N, 2)` bool.

        Oldest first.
        """
        ended: np.ndarray = self._of(member)[:, -2:] > 0
        return ended

    def largest(self, member: int) -> tuple[float, float]:
        """The largest sizes of a member's stored observations' components and rewards."""
        own = self._of(member)
        observations, rewards = own[:, : 2 * self.observation_dim], own[:, -3]
        return float(np.abs(observations).max(initial=0)), float(np.abs(rewards).max(initial=0))

    def _of(self, member: int) -> np.ndarray:
        """Copies of a member's rows `(N, width)`, oldest first, on the processor."""
        return self._arrays.read(self._arrays.rows(self._rows[:, member], self.contents.slots()))

    def _at(self, slots: Any) -> Any:
        """The rows in ``slots`` `(P, k)`, where they lie."""
        places = self._arrays.placed(slots) * self.members + self._offsets
        return self._arrays.rows(self._flat, places)

    def last_step(self, member: int) -> tuple[int, float]:
        """Action and reward of a member's newest transition."""
        row = self._arrays.read(self._rows[self._newest, member])
        return int(row[-4]), float(row[-3])

    def _look_ahead(self, slots: Any, gamma: Any, n_step: int) -> tuple[Any, Any, Any]:
        """n-step returns (Sutton & Barto eq. 7.1), computed when sampling: no start is lost.

        A return ends early at the end of its episode, and at the newest transition.

        Returns: the sums of rewards, γ to the power of the number of steps, and the last rows.
        """
        ahead = self._arrays.arange(n_step)
        steps = (slots[..., None] + ahead) % self.capacity  # (P, B, n)
        window = self._at(steps.reshape(self.members, -1))
        window = window.reshape(*steps.shape, -1)  # (P, B, n, width)
        ends = (window[..., -2] + window[..., -1] > 0) | (steps == self._newest)
        ends[..., -1] = True
        last = self._arrays.first(ends)  # (P, B), the first end
        powers = gamma[..., None] ** ahead * (ahead <= last[..., None])
        rewards = (powers * window[..., -3]).sum(-1, dtype=window.dtype)
        return rewards, gamma ** (last + 1), self._at((slots + last) % self.capacity)

    def resize(self, capacity: int) -> None:
        """Hold ``capacity`` transitions from now on; shrinking keeps the newest."""
        kept = self._kept(min(self._size, capacity))
        self._restore(kept, capacity)

    def _kept(self, count: int) -> np.ndarray:
        """Copies of the newest ``count`` rows `(P, count, width)`, oldest of them first."""
        return self.rows(np.arange(self._size - count, self._size))

    def _restore(self, kept: np.ndarray, capacity: int) -> None:
        rows = self._rows if capacity == self.capacity else self._empty_rows(capacity)
        self._size = kept.shape[1]
        self._allocate(rows)
        rows[self.contents.slots()] = self._arrays.placed(kept.swapaxes(0, 1))

    def cut(self) -> None:
        """Let no n-step return go beyond the newest transition, whose episode was given up."""
        if self._size:
            self._rows[self._newest, :, -1] = 1

    def state_dict(self) -> dict[str, Any]:
        """The stored rows, oldest first, the sampling stream, and what the sampler remembers."""
        return {
            "rows": torch.from_numpy(self._kept(self._size)),
            "capacity": self.capacity,
            "pushed": self.pushed,
            "stream": self._stream.state_dict(),
            "sampler": self.sampler.state_dict(self.contents),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Become the buffer that `state_dict` described; call `configure` before."""
        self.pushed = state["pushed"]
        self._restore(state["rows"].numpy(), state["capacity"])
        self._stream.load_state_dict(state["stream"])
        self.sampler.load_state_dict(state["sampler"], self.contents)


def row_width(observation_dim: int, n_masked: int = 0) -> int:
    """Numbers in the row of a transition."""
    return 2 * (observation_dim + n_masked) + 4


def transition_bytes(
    observation_dim: int,
    n_masked: int = 0,
    sampling: str = "uniform",
    dtype: np.dtype | type = np.float32,
) -> int:
    """The memory of a member's transition, with what the sampler keeps of it."""
    row = row_width(observation_dim, n_masked) * np.dtype(dtype).itemsize
    return row + SAMPLERS[sampling].bytes_each


def replay_bytes(configs: Sequence[DQNConfig]) -> int:
    """The memory of the full buffer of a run with these members."""
    first, spec = configs[0], spec_for(configs[0])
    each = transition_bytes(spec.observation_dim, _n_masked(spec, first), first.sampling)
    return len(configs) * first.buffer_capacity * each


def _n_masked(spec: EnvironmentSpec, config: DQNConfig) -> int:
    return spec.n_actions if config.action_masks else 0
