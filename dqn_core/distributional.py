"""Heads that learn the distribution of the return of each action, not its expectation alone.

`Categorical`: C51, probabilities on fixed atoms (Bellemare et al. 2017). `Quantile`: QR-DQN,
returns at fixed probabilities (Dabney et al. 2018).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from dqn_core.heads import ErrorLoss
from dqn_core.masks import among


def project(values: Tensor, probabilities: Tensor, low: Tensor, step: Tensor, atoms: int) -> Tensor:
    """The distribution on ``values``, moved to atoms at ``low``, ``low`` + ``step``, …

    Bellemare et al. 2017, Algorithm 1: what lies between two atoms is shared between them so that
    the expectation stays, and probability beyond the ends goes to the ends. ``values`` and
    ``probabilities`` are `(P, B, N)`, ``low`` and ``step`` `(P, 1, 1)`; returns `(P, B, atoms)`.
    """
    places = ((values - low) / step).clamp_(0, atoms - 1)
    lower = places.long()
    share_above = places.frac_()
    to_upper = probabilities * share_above
    # A value on an atom has nothing to share: all of it goes to `lower`, and none is lost. One atom
    # more than there are, for the share above the last, which is 0.
    shape = (*probabilities.shape[:-1], atoms + 1)
    projected = probabilities.new_zeros(shape)
    projected.scatter_add_(-1, lower, probabilities - to_upper)
    projected.scatter_add_(-1, lower.add_(1), to_upper)
    return projected[..., :atoms]


def quantile_losses(quantiles: Tensor, shares: Tensor, targets: Tensor) -> Tensor:
    """The quantile Huber loss with κ = 1: Dabney et al. 2018, eq. 9 and 10.

    ``quantiles`` `(…, N)` at the probabilities ``shares`` `(…, N)` against samples ``targets``
    `(…, M)`: the mean over the samples, summed over the quantiles.
    """
    errors = targets.unsqueeze(-2) - quantiles.unsqueeze(-1)  # (…, N, M)
    size = errors.abs()
    inside = size.clamp(max=1)
    weights = (shares.unsqueeze(-1) - (errors < 0).to(errors)).abs()
    return (weights * inside * (size - inside / 2)).mean(-1).sum(-1)


def _index(outputs: Tensor, actions: Tensor) -> Tensor:
    """``actions`` `(P, B, 1)` as an index of all their atoms, `(P, B, 1, atoms)`."""
    return actions.unsqueeze(-1).expand(-1, -1, -1, outputs.shape[-1])


def _of(outputs: Tensor, actions: Tensor) -> Tensor:
    return outputs.gather(2, _index(outputs, actions)).squeeze(2)


def _into(outputs: Tensor, actions: Tensor, grad: Tensor) -> Tensor:
    """``grad`` by the outputs of the actions taken `(P, B, atoms)`, and 0 by all others."""
    index = _index(outputs, actions)
    return torch.zeros_like(outputs).scatter_(2, index, grad.unsqueeze(2))


class Categorical:
    """C51: outputs are logits of the probabilities of ``atoms`` returns at equal distances.

    ``value_range`` `(P, 2)` has each member's lowest and highest return.
    """

    prioritises_by_loss = True
    """Rainbow's choice (Hessel et al. 2018): the divergence is what the update makes smaller."""

    def __init__(self, value_range: Tensor, atoms: int) -> None:
        self.atoms = atoms
        self._lay(value_range)

    def _lay(self, value_range: Tensor) -> None:
        self.value_range = value_range
        self._low, high = value_range[:, :1, None], value_range[:, 1:, None]  # (P, 1, 1)
        self._step = (high - self._low) / (self.atoms - 1)
        places = torch.arange(self.atoms, device=value_range.device).to(value_range)
        self.values = self._low + self._step * places  # (P, 1, atoms)
        self._column = self.values.mT.contiguous()  # (P, atoms, 1)

    def q_values(self, outputs: Tensor) -> Tensor:
        probabilities = outputs.softmax(-1).flatten(1, 2)
        expected: Tensor = torch.bmm(probabilities, self._column)
        return expected.view(outputs.shape[:-1])

    def distributions(self, outputs: Tensor) -> tuple[Tensor, Tensor]:
        return self.values.unsqueeze(1).expand_as(outputs), outputs.softmax(-1)

    def of(self, outputs: Tensor, actions: Tensor) -> Tensor:
        return _of(outputs, actions)

    def of_greedy(self, outputs: Tensor, allowed: Tensor | None = None) -> Tensor:
        q_values = among(self.q_values(outputs), allowed)
        return _of(outputs, q_values.argmax(-1, keepdim=True))

    def targets(self, rewards: Tensor, discounts: Tensor, following: Tensor) -> Tensor:
        """Probabilities `(P, B, atoms)` of r + γ Z⁻(s', a*), on the atoms."""
        moved = rewards.unsqueeze(-1) + discounts.unsqueeze(-1) * self.values
        return project(moved, following.softmax(-1), self._low, self._step, self.atoms)

    def gradient(
        self, outputs: Tensor, actions: Tensor, targets: Tensor, loss: ErrorLoss
    ) -> tuple[Tensor, Tensor]:
        # The derivative of the cross-entropy by the logits is the difference of probabilities.
        excess = _of(outputs, actions).softmax(-1).sub_(targets)
        td_errors = torch.bmm(excess, self._column).squeeze(-1)
        return _into(outputs, actions, excess.div_(excess.shape[1])), td_errors

    def losses(self, outputs: Tensor, actions: Tensor, targets: Tensor, loss: ErrorLoss) -> Tensor:
        """D_KL(target ‖ Z(s, a)): the cross-entropy minus the entropy of the target."""
        log_probabilities = _of(outputs, actions).log_softmax(-1)
        divergences = torch.special.xlogy(targets, targets) - targets * log_probabilities
        of_each: Tensor = divergences.sum(-1)
        return of_each.clamp_(min=0)  # rounding may make it negative

    def members(self, rows: Sequence[int]) -> "Categorical":
        return Categorical(self.value_range[list(rows)], self.atoms)

    def on(self, device: str) -> "Categorical":
        return Categorical(self.value_range.to(device), self.atoms)

    def state_dict(self) -> dict[str, Any]:
        return {"value_range": self.value_range.clone()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self._lay(state["value_range"].to(self.value_range))


class Quantile:
    """QR-DQN: outputs are the returns at the middles of ``atoms`` equal shares of probability."""

    prioritises_by_loss = False
    """Its loss stays large where returns are random, also when they are learnt; the TD error of the
    expectation does not."""

    def __init__(self, atoms: int, dtype: torch.dtype = torch.float32, device: str = "cpu") -> None:
        self.atoms = atoms
        self._dtype = dtype
        places = torch.arange(atoms, dtype=dtype, device=device)
        self.shares = (2 * places + 1) / (2 * atoms)  # τ̂ of lemma 2, (atoms,)
        self._below, self._more_above = 1 - self.shares, 2 * self.shares - 1

    def q_values(self, outputs: Tensor) -> Tensor:
        return outputs.mean(-1)

    def distributions(self, outputs: Tensor) -> tuple[Tensor, Tensor]:
        return outputs, torch.full_like(outputs, 1 / self.atoms)

    def of(self, outputs: Tensor, actions: Tensor) -> Tensor:
        return _of(outputs, actions)

    def of_greedy(self, outputs: Tensor, allowed: Tensor | None = None) -> Tensor:
        return _of(outputs, among(outputs.mean(-1), allowed).argmax(-1, keepdim=True))

    def targets(self, rewards: Tensor, discounts: Tensor, following: Tensor) -> Tensor:
        """The returns `(P, B, atoms)` that r + γ Z⁻(s', a*) has, each as probable as the others."""
        return rewards.unsqueeze(-1) + discounts.unsqueeze(-1) * following

    def gradient(
        self, outputs: Tensor, actions: Tensor, targets: Tensor, loss: ErrorLoss
    ) -> tuple[Tensor, Tensor]:
        quantiles = _of(outputs, actions)
        # Each target pulls each quantile by its error, at most by 1: with weight τ̂ from above and
        # 1 − τ̂ from below. So Σ pulls (1 − τ̂) + Σ pulls from above (2τ̂ − 1).
        # The quantiles lie along the last axis: sums over another one are twice as fast.
        pulls = (targets.unsqueeze(-1) - quantiles.unsqueeze(-2)).clamp_(-1, 1)
        grad = pulls.sum(-2).mul_(self._below)
        grad.addcmul_(pulls.relu_().sum(-2), self._more_above)
        grad.div_(-self.atoms * grad.shape[1])  # the mean over targets and over the batch
        td_errors = (quantiles - targets).mean(-1)
        return _into(outputs, actions, grad), td_errors

    def losses(self, outputs: Tensor, actions: Tensor, targets: Tensor, loss: ErrorLoss) -> Tensor:
        return quantile_losses(_of(outputs, actions), self.shares, targets)

    def members(self, rows: Sequence[int]) -> "Quantile":
        return self

    def on(self, device: str) -> "Quantile":
        return Quantile(self.atoms, self._dtype, device)

    def state_dict(self) -> dict[str, Any]:
        return {}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        pass
