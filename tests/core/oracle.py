"""The update as everybody knows it, with autograd and `torch.optim.Adam`, and batches for it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils import clip_grad_norm_, clip_grad_value_, parameters_to_vector

from dqn_core.configuration.config import DQNConfig
from dqn_core.configuration.widths import widths
from dqn_core.learner import Learner, bellman_target
from dqn_core.networks import MLP, NetworkShape, QNetwork
from dqn_core.replay import Batch

BATCH, ACTIONS, DIM, UPDATES = 16, 3, 4, 6
EXACT = 1e-9


class Transitions(NamedTuple):
    """What one member learns from in one update, as a textbook would hold it."""

    observations: Tensor  # (B, dim)
    actions: Tensor  # (B,)
    rewards: Tensor  # (B,)
    next_observations: Tensor  # (B, dim)
    terminated: Tensor  # (B,)
    allowed: Tensor | None = None  # (B, ACTIONS)
    next_allowed: Tensor | None = None


def transitions(generator: torch.Generator, n_states: int = 0) -> Transitions:
    def observations() -> Tensor:
        if n_states:
            return torch.randint(n_states, (BATCH, 1), generator=generator).double()
        return torch.randn(BATCH, DIM, generator=generator, dtype=torch.float64)

    return Transitions(
        observations(),
        torch.randint(ACTIONS, (BATCH,), generator=generator),
        # Large enough that errors lie on both sides of Huber's bound and gradients get clipped.
        3 * torch.randn(BATCH, generator=generator, dtype=torch.float64),
        observations(),
        (torch.rand(BATCH, generator=generator) < 0.3).double(),
    )


def as_batch(members: Sequence[Transitions], gammas: Sequence[float]) -> Batch:
    discounts = [
        gamma * (1 - member.terminated) for member, gamma in zip(members, gammas, strict=True)
    ]
    return Batch(
        torch.stack([m.observations for m in members]),
        torch.stack([m.actions for m in members]).unsqueeze(-1),
        torch.stack([m.rewards for m in members]),
        torch.stack([m.next_observations for m in members]),
        torch.stack(discounts),
        allowed=stacked([m.allowed for m in members]),
        next_allowed=stacked([m.next_allowed for m in members]),
    )


def stacked(masks: Sequence[Tensor | None]) -> Tensor | None:
    return None if masks[0] is None else torch.stack([m for m in masks if m is not None])


class Oracle:
    """One agent updated the way that everybody knows: `nn.Module`, autograd, `torch.optim.Adam`."""

    def __init__(self, config: DQNConfig, online: MLP, target: MLP) -> None:
        self.config = config
        self.online, self.target = online, target
        self.optimizer = torch.optim.Adam(online.parameters(), lr=config.learning_rate)
        self.gradient = torch.empty(0)

    def encode(self, observations: Tensor) -> Tensor:
        n_states = self.online.shape.n_states
        return F.one_hot(observations[:, 0].long(), n_states).double() if n_states else observations

    def targets(self, batch: Transitions) -> Tensor:
        with torch.no_grad():
            next_inputs = self.encode(batch.next_observations)
            next_q = self.target(next_inputs)
            if self.config.double_dqn:
                best = self.online(next_inputs).argmax(1, keepdim=True)
                next_value = next_q.gather(1, best).squeeze(1)
            else:
                next_value = next_q.max(1).values
            return batch.rewards + self.config.gamma * next_value * (1 - batch.terminated)

    def loss(self, batch: Transitions) -> Tensor:
        q_values = self.online(self.encode(batch.observations))
        taken = q_values.gather(1, batch.actions.unsqueeze(1)).squeeze(1)
        criterion = nn.MSELoss() if self.config.loss == "mse" else nn.SmoothL1Loss()
        return criterion(taken, self.targets(batch))

    def update(self, batch: Transitions) -> float:
        loss = self.loss(batch)
        self.optimizer.zero_grad()
        loss.backward()
        if self.config.gradient_clipping == "value":
            clip_grad_value_(self.online.parameters(), self.config.gradient_clip)
        if self.config.gradient_clipping == "norm":
            clip_grad_norm_(self.online.parameters(), self.config.gradient_clip)
        self.gradient = parameters_to_vector(
            p.grad for p in self.online.parameters() if p.grad is not None
        )
        self.optimizer.step()
        return loss.item()

    def update_target(self) -> None:
        with torch.no_grad():
            for theirs, mine in zip(
                self.target.parameters(), self.online.parameters(), strict=True
            ):
                theirs.copy_((1 - self.config.tau) * theirs + self.config.tau * mine)


def shape_of(config: DQNConfig, n_states: int = 0) -> NetworkShape:
    inputs = 1 if n_states else DIM
    return NetworkShape(inputs, ACTIONS, widths(config.hidden_dims), config.dueling, n_states)


def learner_of(configs: Sequence[DQNConfig], n_states: int = 0) -> Learner:
    shape = shape_of(configs[0], n_states)
    online = QNetwork.initialised(shape, [c.seed for c in configs], dtype=torch.float64)
    learner = Learner(online, configs)
    # Targets of their own, or Double DQN could not be told from the plain maximum.
    other = QNetwork.initialised(shape, [c.seed + 1_000 for c in configs], dtype=torch.float64)
    learner.target.parameters.copy_(3 * other.parameters)
    return learner


def assert_equals_oracles(configs: Sequence[DQNConfig], n_states: int = 0) -> None:
    learner = learner_of(configs, n_states)
    oracles = [
        Oracle(config, learner.online.to_module(p), learner.target.to_module(p))
        for p, config in enumerate(configs)
    ]
    generator = torch.Generator().manual_seed(0)
    for update in range(UPDATES):
        members = [transitions(generator, n_states) for _ in configs]
        batch = as_batch(members, [c.gamma for c in configs])
        targets = bellman_target(batch, learner.online, learner.target, learner.double_dqn)
        for p, oracle in enumerate(oracles):
            torch.testing.assert_close(targets[p], oracle.targets(members[p]), rtol=0, atol=EXACT)

        learner.update(batch)

        losses = learner.loss()
        for p, oracle in enumerate(oracles):
            assert abs(losses[p].item() - oracle.update(members[p])) < EXACT
            theirs = parameters_to_vector(oracle.online.parameters()).detach()
            for mine, other in (
                (learner.gradient.parameters[p], oracle.gradient),
                (learner.online.parameters[p], theirs),
            ):
                torch.testing.assert_close(mine, other, rtol=0, atol=EXACT)
        if update % 2:
            learner.update_target()
            for p, oracle in enumerate(oracles):
                oracle.update_target()
                theirs = parameters_to_vector(oracle.target.parameters()).detach()
                torch.testing.assert_close(learner.target.parameters[p], theirs, rtol=0, atol=EXACT)


def config_of(**values: Any) -> DQNConfig:
    small: dict[str, Any] = {
        "hidden_dims": "8, 8",
        "batch_size": BATCH,
        "learning_rate": 1e-2,
        "tau": 0.3,
    }
    return DQNConfig(**(small | values))
