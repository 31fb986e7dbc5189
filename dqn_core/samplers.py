"""How a batch is drawn from the replay buffer: samplers, each a value of one seam."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from dqn_core.configuration.config import DQNConfig
from dqn_core.random_streams import UniformStream
from dqn_core.sum_tree import SumTree

PRIORITY_FLOOR = 1e-4
"""Added to |δ|, so that a transition without an error is drawn again some day."""

FIRST_ERROR = 1.0
"""|δ| of what is stored before any error is known: p₁ of Schaul et al. 2016, Algorithm 1."""

LARGEST_ERROR = 1e30
"""A larger error, or one that is no number, counts as this: its member diverges."""


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

    def slots(self, first: int = 0) -> np.ndarray:
        """The slots of what is stored, from number ``first`` on, `(k,)` int64, oldest first."""
        return np.arange(max(first, self.oldest), self.pushed) % self.capacity

    def by_age(self, order: Any) -> Any:
        """The slots of those at ``order`` int64, of any shape, by age: 0 is the oldest stored."""
        if self.size == self.pushed:
            return order  # none is overwritten yet
        return (order + self.oldest) % self.capacity


class Draw(NamedTuple):
    """Transitions of P members, B each, by where they lie in the buffer.

    ``weights`` are what the loss of each is multiplied with; None where all are 1.
    """

    slots: Any  # (P, B) int64
    weights: np.ndarray | None = None  # (P, B)


class Sampler:
    """Chooses the transitions of a batch. One that remembers nothing has only to draw."""

    bytes_each: int = 0
    """Memory that it takes for each transition of each member."""

    takes_tensors: bool = False
    """Whether it draws on the device where the transitions lie, else on the processor."""

    def __init__(self, members: int = 1) -> None:
        """``members`` is how many there are; a sampler that remembers nothing need not know."""

    def draw(self, stream: UniformStream, contents: Contents, batch_size: int) -> Draw:
        """``batch_size`` transitions of each member, or all there are, oldest first, if fewer."""
        raise NotImplementedError

    def learnt(self, slots: Any, td_errors: Tensor) -> None:
        """Hear what an update found: the TD errors `(P, B)` of the newest draw's slots `(P, B)`."""

    def chances(self, contents: Contents, member: int, order: np.ndarray) -> np.ndarray:
        """How likely a member draws these of its transitions, relative to each other, `(k,)`.

        For statistics.
        """
        return np.ones(len(order))

    def configure(self, configs: Sequence[DQNConfig]) -> None:
        """Take over the members' hyperparameters for the draws to come."""

    def state_dict(self, contents: Contents) -> dict[str, Any]:
        """What it remembers of the transitions that are stored."""
        return {}

    def load_state_dict(self, state: Mapping[str, Any], contents: Contents) -> None:
        """Go on from what `state_dict` gave."""


class Uniform(Sampler):
    """Every transition with the same probability, with replacement (Mnih et al. 2015)."""

    takes_tensors = True

    def draw(self, stream: UniformStream, contents: Contents, batch_size: int) -> Draw:
        if batch_size >= contents.size:
            return everything(contents)
        order = stream.take_below(contents.size, batch_size)
        return Draw(contents.by_age(order))


class Sequential(Sampler):
    """Consecutive transitions from a random start: how an agent without replay would learn."""

    def draw(self, stream: UniformStream, contents: Contents, batch_size: int) -> Draw:
        if batch_size >= contents.size:
            return everything(contents)
        starts = stream.take(1) * (contents.size - batch_size + 1)
        return Draw(contents.by_age(starts.astype(np.int64) + np.arange(batch_size)))


class Prioritised(Sampler):
    """Proportional prioritised replay (Schaul et al. 2016, section 3.3, Algorithm 1).

    A transition is drawn with probability P(i) = pᵢ / Σ p, where p = (|δ| + `PRIORITY_FLOOR`)^α and
    δ is the TD error when it was learnt from last; a new one has the largest |δ| of the run so far.
    Its loss is multiplied with (N · P(i))^−β, divided by the largest such weight of the batch. β
    rises linearly, and is 1 at the end of the step budget.

    An n-step return belongs to the slot where it starts. What was pushed is taken up at the next
    draw, which is the first that could find it; so an error that comes late, for a slot that has
    been overwritten, does not outlive it.
    """

    bytes_each = 26  # its error, its priority, and where that ends among its siblings

    def __init__(self, members: int) -> None:
        self._contents = Contents(members, capacity=0, size=0, pushed=0)
        self._errors = np.zeros((members, 0))  # |δ| by slots, (P, capacity)
        self._largest = np.full((members, 1), FIRST_ERROR)
        self._alpha = np.zeros((members, 1))

    def configure(self, configs: Sequence[DQNConfig]) -> None:
        """Take over α, β and the step budget; what is stored is prioritised anew by a new α."""
        alpha = np.array([[config.priority_exponent] for config in configs])
        self._first_beta = np.array([[config.importance_exponent] for config in configs])
        self._rise_of_beta = 1 - self._first_beta
        self._total_steps = configs[0].total_steps
        is_new, self._alpha = not np.array_equal(alpha, self._alpha), alpha
        if is_new and self._contents.size:
            slots = self._contents.slots()
            self._put(slots, self._errors[:, slots])

    def draw(self, stream: UniformStream, contents: Contents, batch_size: int) -> Draw:
        self._catch_up(contents)
        if batch_size >= contents.size:
            return everything(contents)
        # One target in each of B equal parts of the total, as in appendix B.2.1.
        parts = (np.arange(batch_size) + stream.take(batch_size)) / batch_size
        slots = self._tree.find(parts * self._tree.total)
        priorities = self._tree.at(slots)
        # N and Σ p are in every weight of the batch, so they fall out of the quotient.
        smallest = priorities.min(-1, keepdims=True)
        return Draw(slots, np.float_power(smallest / priorities, self._beta(contents)))

    def _beta(self, contents: Contents) -> np.ndarray:
        """β of each member, `(P, 1)`: every environment step pushes one transition."""
        share = min(1.0, contents.pushed / self._total_steps)
        return self._first_beta + self._rise_of_beta * share

    def learnt(self, slots: np.ndarray, td_errors: Tensor) -> None:
        errors = np.abs(td_errors.cpu().numpy()).astype(np.float64)
        np.fmin(errors, LARGEST_ERROR, out=errors)
        self._largest = np.maximum(self._largest, errors.max(-1, keepdims=True))
        self._errors.put(slots + self._offsets, errors)
        self._tree.set(slots, self._priorities(errors))

    def _priorities(self, errors: np.ndarray) -> np.ndarray:
        # Not `**`, which rounds some exponents in other ways where there is one member alone.
        priorities: np.ndarray = np.float_power(errors + PRIORITY_FLOOR, self._alpha)
        return priorities

    def errors(self, contents: Contents, member: int, order: np.ndarray) -> np.ndarray:
        """|δ| of these of a member's transitions, `(k,)`; also while another thread trains."""
        known, errors = self._contents.pushed, self._errors[member]
        numbers = contents.oldest + order
        found = np.full(len(order), self._largest[member, 0])
        if len(errors):
            found = np.where(numbers < known, errors[numbers % len(errors)], found)
        return found

    def chances(self, contents: Contents, member: int, order: np.ndarray) -> np.ndarray:
        errors = self.errors(contents, member, order)
        chances: np.ndarray = np.float_power(errors + PRIORITY_FLOOR, self._alpha[member])
        return chances

    def _catch_up(self, contents: Contents) -> None:
        """Follow the buffer to what it holds now: what is new there gets the largest error."""
        before = self._contents
        if contents == before:
            return
        grown = min(before.size + contents.pushed - before.pushed, contents.capacity)
        if contents.capacity != before.capacity or contents.size != grown:
            self._lay_out(self._errors_of(contents), contents)  # other slots
            return
        self._contents = contents
        new = contents.slots(before.pushed)
        if len(new):
            self._put(new, self._largest.repeat(len(new), axis=1))

    def _errors_of(self, contents: Contents) -> np.ndarray:
        """|δ| of what the buffer holds, `(P, size)`, oldest first."""
        before = self._contents
        errors = np.tile(self._largest, contents.size)
        kept = np.arange(max(before.oldest, contents.oldest), before.pushed)
        errors[:, kept - contents.oldest] = self._errors[:, kept % before.capacity]
        return errors

    def _lay_out(self, errors: np.ndarray, contents: Contents) -> None:
        """Begin anew with these errors of what the buffer holds."""
        self._contents = contents
        self._errors = np.zeros((contents.members, contents.capacity))
        self._offsets = np.arange(contents.members)[:, None] * contents.capacity
        self._tree = SumTree(contents.members, contents.capacity)
        self._put(contents.slots(), errors)

    def _put(self, slots: np.ndarray, errors: np.ndarray) -> None:
        """Let the same ``slots`` `(k,)` of every member have these errors `(P, k)`."""
        self._errors[:, slots] = errors
        self._tree.set(slots, self._priorities(errors))

    def state_dict(self, contents: Contents) -> dict[str, Any]:
        return {
            "errors": torch.from_numpy(self._errors_of(contents)),
            "largest": torch.from_numpy(self._largest.copy()),
        }

    def load_state_dict(self, state: Mapping[str, Any], contents: Contents) -> None:
        self._largest = state["largest"].numpy()
        self._lay_out(state["errors"].numpy(), contents)


SAMPLERS: dict[str, type[Sampler]] = {
    "uniform": Uniform,
    "sequential": Sequential,
    "prioritised": Prioritised,
}
"""By the value of ``sampling``."""


def everything(contents: Contents) -> Draw:
    """All transitions, once, oldest first."""
    return Draw(np.tile(contents.slots(), (contents.members, 1)))
