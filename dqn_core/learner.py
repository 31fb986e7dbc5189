"""The DQN update: target, loss, gradient, clipping, Adam and the target network.

Mnih et al. 2015, Algorithm 1, and the notebook's `DQN.update`. The same tensor operations update
all P members; a hyperparameter that may differ between members is a column `(P, 1)`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from dqn_core.configuration.config import DQNConfig
from dqn_core.configuration.members import by_values
from dqn_core.heads import ErrorLoss, Head
from dqn_core.masks import among
from dqn_core.munchausen import munchausen_target
from dqn_core.networks import QNetwork
from dqn_core.noise import Exact, Factors, Noisy, Weights
from dqn_core.replay import Batch

BETA_1, BETA_2, ADAM_EPSILON = 0.9, 0.999, 1e-8
"""Adam's constants, PyTorch's defaults (Kingma & Ba 2015, Algorithm 1)."""


def learning_rate_at(config: DQNConfig, env_step: int) -> float:
    """Adam's step size at ``env_step``: it changes linearly over the step budget, then stays."""
    start, end = config.learning_rate, config.learning_rate_end
    return start + (end - start) * min(1.0, env_step / config.total_steps)


def bellman_target(batch: Batch, online: QNetwork, target: QNetwork, double_dqn: bool) -> Tensor:
    """The target of each transition, `(P, B)`, of a distributional head `(P, B, atoms)`.

    y = r + γ max_a Q⁻(s', a), or with Double DQN y = r + γ Q⁻(s', argmax_a Q(s', a))
    (van Hasselt et al. 2016, eq. 4), over the actions a that are allowed in s'. γ is 0 where the
    environment terminated.
    """
    head, allowed = target.head, batch.next_allowed
    following = target.forward(batch.next_observations).outputs
    if double_dqn:
        q_values = among(online.q_values(batch.next_observations), allowed)
        best = q_values.argmax(-1, keepdim=True)
        chosen = head.of(following, best)
    else:
        chosen = head.of_greedy(following, allowed)
    return head.targets(batch.rewards, batch.discounts, chosen)


@dataclass
class LastUpdate:
    """What the newest update was made of: for statistics, never for the algorithm."""

    batch: Batch
    targets: Tensor  # (P, B), or (P, B, atoms)
    td_errors: Tensor  # (P, B)
    outputs: Tensor  # (P, B, n_actions), or (P, B, n_actions, atoms): the head makes Q of them
    head: Head
    error_loss: ErrorLoss

    @property
    def losses(self) -> Tensor:
        """The loss of each transition, `(P, B)`."""
        return self.head.losses(self.outputs, self.batch.actions, self.targets, self.error_loss)

    @property
    def q_values(self) -> Tensor:
        """Q `(P, B, n_actions)`."""
        return self.head.q_values(self.outputs)


class Learner:
    """P online networks, their target networks and their optimizer state.

    Updates change only the members that `go_on_with` names.
    """

    def __init__(self, online: QNetwork, configs: Sequence[DQNConfig]) -> None:
        self.online = online
        # A copy: a second name for the online network would move with each update.
        self.target = online.copy()
        self.gradient = online.like()
        seeds = [config.seed for config in configs]
        noise = Factors(online.shape, seeds, online.parameters) if online.shape.noisy else None
        self._noise = noise
        self.online_weights: Weights
        self.target_weights: Weights
        self.online_weights, self.target_weights = (
            Noisy(network, noise) if noise else Exact(network) for network in (online, self.target)
        )
        self.first_moment = torch.zeros_like(online.parameters)
        self.second_moment = torch.zeros_like(online.parameters)
        self.adam_steps = torch.zeros((), dtype=torch.float32, device=online.parameters.device)
        self.gradient_norm = torch.zeros_like(online.parameters[:, :1])
        self.last: LastUpdate | None = None
        self._going_on: Sequence[int] = range(len(configs))
        self.configure(configs)

    def go_on_with(self, members: Sequence[int]) -> None:
        """Let the coming updates change these members and no others."""
        self._going_on = list(members)
        self._group()

    def configure(self, configs: Sequence[DQNConfig]) -> None:
        """Use these hyperparameters in the coming updates.

        The learning rates have their start values until `set_env_step` is called.
        """
        self._configs = list(configs)
        self.double_dqn = configs[0].double_dqn
        self.munchausen = configs[0].munchausen
        self.munchausen_share = self._column([c.munchausen_share for c in configs])
        self.munchausen_temperature = self._column([c.munchausen_temperature for c in configs])
        self.tau = self._column([c.tau for c in configs])
        self.set_env_step(0)
        # dL/dδ is 2δ for the squared error and δ cut off at ±1 for Huber's.
        slope = self._column([2.0 if c.loss == "mse" else 1.0 for c in configs])
        bound = self._column([torch.inf if c.loss == "mse" else 1.0 for c in configs])
        self.error_loss = ErrorLoss(slope, bound)
        self.largest_element = self._limits("value")
        self.largest_norm = self._limits("norm")
        self._group()

    def _column(self, values: list[float]) -> Tensor:
        return self.online.parameters.new_tensor(values)[:, None]

    def _limits(self, clipping: str) -> Tensor | None:
        """Each member's limit `(P, 1)`, infinite for members with another ``clipping``.

        None if all have another.
        """
        limits = [
            c.gradient_clip if c.gradient_clipping == clipping else torch.inf for c in self._configs
        ]
        return None if min(limits) == torch.inf else self._column(limits)

    def _group(self) -> None:
        """Find out once which of the members that go on are updated together.

        Adam's kernel takes one learning rate, so members with the same schedule share a call of it.
        Target networks with the same period move at the same time.
        """
        periods = ("target_update_unit", "target_update_period")
        self._target_groups = [
            (members, torch.tensor(members, device=self.online.parameters.device))
            for members in by_values(self._configs, periods, self._going_on).values()
        ]
        schedules = ("learning_rate", "learning_rate_end", "total_steps")
        self._adam_groups = [
            (
                members[0],
                [self.online.parameters[p] for p in members],
                [self.gradient.parameters[p] for p in members],
                [self.first_moment[p] for p in members],
                [self.second_moment[p] for p in members],
                [self.adam_steps] * len(members),
            )
            for members in by_values(self._configs, schedules, self._going_on).values()
        ]

    def set_env_step(self, env_step: int) -> None:
        """Set the learning rates to their values at that step."""
        self._env_step = env_step

    @property
    def learning_rates(self) -> list[float]:
        """The present learning rate of each member."""
        return [learning_rate_at(config, self._env_step) for config in self._configs]

    def targets(self, batch: Batch) -> Tensor:
        """The targets of ``batch``, as `bellman_target` or `munchausen_target` gives them.

        Each use of a noisy network has its own noise: the target network's, the online network's
        for Double DQN's choice, and another one for the learning (Fortunato et al. 2018,
        Algorithm 1).
        """
        target = self.target_weights.draw()
        if self.munchausen:
            share, temperature = self.munchausen_share, self.munchausen_temperature
            return munchausen_target(batch, target, share, temperature)
        online = self.online_weights.draw() if self.double_dqn else self.online
        return bellman_target(batch, online, target, self.double_dqn)

    def update(self, batch: Batch) -> Tensor:
        """Make one gradient update of every member on its own part of ``batch``.

        Returns: the errors `(P, B)` from before the update that prioritised replay uses. They are
        the TD errors, or the losses where the head says so.
        """
        head, targets = self.online.head, self.targets(batch)
        online = self.online_weights.draw()
        forward = online.forward(batch.observations)
        grad, td_errors = head.gradient(forward.outputs, batch.actions, targets, self.error_loss)
        if batch.weights is not None:  # importance weights: what is drawn often counts less
            grad.view(*batch.weights.shape, -1).mul_(batch.weights.unsqueeze(-1))
        online.backward(forward, grad, self.gradient)
        self.online_weights.backward(self.gradient)
        self._clip()
        self._adam()
        self.last = LastUpdate(batch, targets, td_errors, forward.outputs, head, self.error_loss)
        if head.prioritises_by_loss and batch.weights is not None:
            return self.last.losses
        return td_errors

    def _clip(self) -> None:
        gradient = self.gradient.parameters
        norm = self.gradient_norm = torch.linalg.vector_norm(gradient, dim=1, keepdim=True)
        if self.largest_norm is not None:
            gradient.mul_((self.largest_norm / (norm + 1e-6)).clamp_(max=1))
        if self.largest_element is not None:
            torch.clamp(gradient, -self.largest_element, self.largest_element, out=gradient)

    def _adam(self) -> None:
        """Adam (Kingma & Ba 2015) by PyTorch's fused kernel, on each member's row by itself."""
        self.adam_steps += 1
        for first, parameters, gradients, first_moments, second_moments, steps in self._adam_groups:
            torch._fused_adam_(
                parameters,
                gradients,
                first_moments,
                second_moments,
                [],
                steps,
                lr=learning_rate_at(self._configs[first], self._env_step),
                beta1=BETA_1,
                beta2=BETA_2,
                weight_decay=0.0,
                eps=ADAM_EPSILON,
                amsgrad=False,
                maximize=False,
            )

    def update_targets(self, unit: str, count: int) -> None:
        """Move the target networks that are due; ``unit`` is "env_steps" or "gradient_updates"."""
        for members, rows in self._target_groups:
            config = self._configs[members[0]]
            if config.target_update_unit == unit and count % config.target_update_period == 0:
                self.update_target(None if len(members) == len(self._configs) else rows)

    def end_episode(self, member: int, count: int) -> None:
        """Move the member's target network if that is due after its ``count``-th episode."""
        config = self._configs[member]
        if config.target_update_unit == "episodes" and count % config.target_update_period == 0:
            self.update_target([member])

    def update_target(self, members: Sequence[int] | Tensor | None = None) -> None:
        """θ⁻ ← θ⁻ + τ (θ − θ⁻) for some members or all; τ = 1 is the hard update."""
        online, target = self.online.parameters, self.target.parameters
        if members is None:
            target.lerp_(online, self.tau)
        else:
            rows = members if isinstance(members, Tensor) else list(members)
            target[rows] = target[rows].lerp(online[rows], self.tau[rows])

    def loss(self) -> Tensor:
        """The newest update's loss of each member, `(P,)`."""
        assert self.last is not None
        losses, weights = self.last.losses, self.last.batch.weights
        return (losses if weights is None else losses * weights).mean(1)

    def state_dict(self) -> dict[str, Any]:
        return {
            "online": self.online.parameters.clone(),
            "target": self.target.parameters.clone(),
            "first_moment": self.first_moment.clone(),
            "second_moment": self.second_moment.clone(),
            "adam_steps": self.adam_steps.clone(),
            "head": self.online.head.state_dict(),
            "noise": self._noise.state_dict() if self._noise else {},
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self.online.parameters.copy_(state["online"])
        self.target.parameters.copy_(state["target"])
        self.first_moment.copy_(state["first_moment"])
        self.second_moment.copy_(state["second_moment"])
        self.adam_steps.copy_(state["adam_steps"])
        self.online.head.load_state_dict(state["head"])  # the target network has the same head
        if self._noise:
            self._noise.load_state_dict(state["noise"])
