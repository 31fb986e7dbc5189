"""Heads: what a network's outputs mean for each action, and the loss that trains them.

`Scalar`: one number, which is Q itself (Mnih et al. 2015). Heads that learn whole distributions are
in `distributional`.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Protocol

import torch
from torch import Tensor

from dqn_core.masks import among


class ErrorLoss:
    """The loss of an error δ for each member: δ², or Huber's ½δ² up to ±1 and linear beyond.

    ``slope`` and ``bound`` are columns `(P, 1)`: dL/dδ is ``slope`` times δ, cut off at ±``bound``.
    """

    def __init__(self, slope: Tensor, bound: Tensor) -> None:
        self.slope = slope
        self.bound = bound
        self.floor = -bound
        self.slope_of_mean = cache(lambda count: slope / count)
        """The slope of the mean of ``count`` losses, computed once."""

    def __call__(self, errors: Tensor) -> Tensor:
        """The loss of each of these errors `(P, B)`."""
        size = errors.abs()
        inside = size.clamp(max=self.bound)
        # ½δ² up to the bound and linear beyond it; without a bound it is doubled to δ².
        beyond = torch.where(size > self.bound, self.bound * (size - inside), 0)
        return self.slope * (inside * inside / 2 + beyond)


class Head(Protocol):
    """How the outputs of P networks become Q-values, targets, errors and gradients.

    ``outputs`` are `(P, B, n_actions)`, or `(P, B, n_actions, atoms)` where a distribution is
    learnt; of one action they are `(P, B)` or `(P, B, atoms)`, and so are the targets.
    """

    atoms: int
    """Outputs that describe the return of one action; 0 if the only output is Q."""
    prioritises_by_loss: bool
    """Whether prioritised replay uses the loss of a transition instead of its |TD error|."""

    def q_values(self, outputs: Tensor) -> Tensor:
        """Q `(P, B, n_actions)`: the expected returns."""
        ...

    def distributions(self, outputs: Tensor) -> tuple[Tensor, Tensor]:
        """Returns and their probabilities, both `(P, B, n_actions, atoms)`."""
        ...

    def of(self, outputs: Tensor, actions: Tensor) -> Tensor:
        """The outputs of the ``actions`` `(P, B, 1)` int64."""
        ...

    def of_greedy(self, outputs: Tensor, allowed: Tensor | None = None) -> Tensor:
        """The outputs of the actions with the largest Q among the ``allowed`` ones."""
        ...

    def targets(self, rewards: Tensor, discounts: Tensor, following: Tensor) -> Tensor:
        """r + γ · next: rewards and discounts are `(P, B)`, ``following`` is as `of` gives it."""
        ...

    def gradient(
        self, outputs: Tensor, actions: Tensor, targets: Tensor, loss: ErrorLoss
    ) -> tuple[Tensor, Tensor]:
        """The derivative of each member's mean loss by ``outputs``, and the TD errors `(P, B)`.

        A TD error is Q(s, a) minus the expectation of its target.
        """
        ...

    def losses(self, outputs: Tensor, actions: Tensor, targets: Tensor, loss: ErrorLoss) -> Tensor:
        """The loss of each transition, `(P, B)`."""
        ...

    def members(self, rows: Sequence[int]) -> "Head":
        """The head of these members alone."""
        ...

    def on(self, device: str) -> "Head":
        """The same head on a device."""
        ...

    def state_dict(self) -> dict[str, Any]:
        """What is fixed when a run begins and does not follow from the configuration alone."""
        ...

    def load_state_dict(self, state: Mapping[str, Any]) -> None: ...


class Scalar:
    """One number for each action: Q itself."""

    atoms = 0
    prioritises_by_loss = False

    def q_values(self, outputs: Tensor) -> Tensor:
        return outputs

    def distributions(self, outputs: Tensor) -> tuple[Tensor, Tensor]:
        """All of the probability is on Q."""
        values = outputs.unsqueeze(-1)
        return values, torch.ones_like(values)

    def of(self, outputs: Tensor, actions: Tensor) -> Tensor:
        return outputs.gather(-1, actions).squeeze(-1)

    def of_greedy(self, outputs: Tensor, allowed: Tensor | None = None) -> Tensor:
        return among(outputs, allowed).amax(-1)

    def targets(self, rewards: Tensor, discounts: Tensor, following: Tensor) -> Tensor:
        return rewards + discounts * following

    def gradient(
        self, outputs: Tensor, actions: Tensor, targets: Tensor, loss: ErrorLoss
    ) -> tuple[Tensor, Tensor]:
        q_taken = self.of(outputs, actions)
        # (B,) against (B, 1) would broadcast and pull every Q-value to every target.
        assert q_taken.shape == targets.shape
        td_errors = q_taken - targets
        # The mean is over a member's own batch; over members losses are summed, so none of
        # them scales another's gradient.
        slopes = td_errors.clamp(loss.floor, loss.bound).mul_(
            loss.slope_of_mean(td_errors.shape[1])
        )
        grad = torch.zeros_like(outputs).scatter_(-1, actions, slopes.unsqueeze(-1))
        return grad, td_errors

    def losses(self, outputs: Tensor, actions: Tensor, targets: Tensor, loss: ErrorLoss) -> Tensor:
        return loss(self.of(outputs, actions) - targets)

    def members(self, rows: Sequence[int]) -> "Scalar":
        return self

    def on(self, device: str) -> "Scalar":
        return self

    def state_dict(self) -> dict[str, Any]:
        return {}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        pass


SCALAR = Scalar()
