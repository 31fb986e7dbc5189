"""Every head with every kind of target against autograd, and against published figures."""

from itertools import product
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F
from torch.nn.utils import parameters_to_vector

from dqn_core.base.errors import ConfigurationError
from dqn_core.configuration.config import DQNConfig
from dqn_core.distributional import Categorical, Quantile, project, quantile_losses
from dqn_core.heads import SCALAR, Head
from dqn_core.learner import Learner
from dqn_core.networks import MLP, NetworkShape, QNetwork
from tests.core.oracle import ACTIONS, BATCH, DIM, EXACT, Transitions, as_batch, transitions

ATOMS = 7
RANGES = [(-4.0, 5.0), (-1.0, 1.0)]  # rewards reach beyond both
GAMMAS = [0.9, 1.0]


def head_of(kind: str) -> Head:
    if kind == "categorical":
        return Categorical(torch.tensor(RANGES, dtype=torch.float64), ATOMS)
    return Quantile(ATOMS, torch.float64) if kind == "quantile" else SCALAR


def learner_of(configs: list[DQNConfig]) -> Learner:
    head = head_of(configs[0].head)
    shape = NetworkShape(DIM, ACTIONS, (6, 5), configs[0].dueling, atoms=head.atoms)
    seeds = [config.seed for config in configs]
    online = QNetwork.initialised(shape, seeds, torch.float64, head)
    learner = Learner(online, configs)
    other = QNetwork.initialised(shape, [seed + 1_000 for seed in seeds], torch.float64)
    learner.target.parameters.copy_(3 * other.parameters)
    return learner


class Textbook:
    """One member's loss as the papers write it, transition by transition."""

    def __init__(self, config: DQNConfig, p: int, online: MLP, target: MLP) -> None:
        self.config, self.online, self.target = config, online, target
        self.gamma = GAMMAS[p]
        self.atoms = torch.linspace(*RANGES[p], ATOMS, dtype=torch.float64)

    def q_values(self, network: MLP, observations: Tensor) -> Tensor:
        outputs = network(observations)
        match self.config.head:
            case "categorical":
                return torch.einsum("ban,n->ba", outputs.softmax(-1), self.atoms)
            case "quantile":
                return outputs.sum(-1) / ATOMS
        return outputs

    def munchausen(self, batch: Transitions) -> tuple[Tensor, Tensor, Tensor]:
        """The reward with the bonus, π(·|s'), and its entropy."""
        tau = self.config.munchausen_temperature
        here = self.policy(batch.observations, batch.allowed)
        taken = here[torch.arange(BATCH), batch.actions]
        bonus = (tau * taken.log()).clamp(-1, 0)
        policy = self.policy(batch.next_observations, batch.next_allowed)
        entropy = torch.distributions.Categorical(policy).entropy()
        return batch.rewards + self.config.munchausen_share * bonus, policy, tau * entropy

    def policy(self, observations: Tensor, allowed: Tensor | None) -> Tensor:
        """π of each state: exp(Q/τ) of the allowed actions, over their sum."""
        preferences = self.q_values(self.target, observations) / self.config.munchausen_temperature
        preferences = (preferences - preferences.max(-1, keepdim=True).values).exp()
        if allowed is not None:
            preferences = preferences * allowed
        return preferences / preferences.sum(-1, keepdim=True)

    def best(self, batch: Transitions) -> Tensor:
        """The greedy action of each next state, of those allowed there."""
        chooser = self.online if self.config.double_dqn else self.target
        rows = self.q_values(chooser, batch.next_observations).tolist()
        allowed = torch.ones(BATCH, ACTIONS) if batch.next_allowed is None else batch.next_allowed
        return torch.tensor(
            [
                max((a for a in range(ACTIONS) if allowed[b, a]), key=row.__getitem__)
                for b, row in enumerate(rows)
            ]
        )

    def samples(self, batch: Transitions) -> Tensor:
        """r + γ times what the target network says of the next state: `(B, …)`."""
        outputs = self.target(batch.next_observations)
        if outputs.dim() == 2:
            outputs = outputs.unsqueeze(-1)
        if self.config.munchausen:
            rewards, policy, bonus = self.munchausen(batch)
            following = torch.einsum("ba,ban->bn", policy, outputs) + bonus[:, None]
        else:
            rewards = batch.rewards
            following = outputs[torch.arange(BATCH), self.best(batch)]
            if self.config.head == "categorical":
                following = following.softmax(-1)
                return self.projected(rewards, batch.terminated, following)
        discounts = self.gamma * (1 - batch.terminated)
        return rewards[:, None] + discounts[:, None] * following

    def projected(self, rewards: Tensor, terminated: Tensor, probabilities: Tensor) -> Tensor:
        """Bellemare et al. 2017, Algorithm 1, atom by atom."""
        low, high = self.atoms[0].item(), self.atoms[-1].item()
        step = (high - low) / (ATOMS - 1)
        projected = torch.zeros(BATCH, ATOMS, dtype=torch.float64)
        for b, j in product(range(BATCH), range(ATOMS)):
            discount = self.gamma * (1 - terminated[b].item())
            value = min(max(rewards[b].item() + discount * self.atoms[j].item(), low), high)
            for i in range(ATOMS):
                share = max(0.0, 1 - abs(value - self.atoms[i].item()) / step)
                projected[b, i] += share * probabilities[b, j]
        return projected

    def losses(self, batch: Transitions, samples: Tensor) -> Tensor:
        outputs = self.online(batch.observations)[torch.arange(BATCH), batch.actions]
        match self.config.head:
            case "categorical":
                return F.kl_div(outputs.log_softmax(-1), samples, reduction="none").sum(-1)
            case "quantile":
                shares = (torch.arange(ATOMS).double() + 0.5) / ATOMS
                total = torch.zeros(BATCH, dtype=torch.float64)
                for i, j in product(range(ATOMS), range(ATOMS)):
                    error = samples[:, j] - outputs[:, i]
                    weight = torch.where(error < 0, 1 - shares[i], shares[i])
                    huber = F.huber_loss(outputs[:, i], samples[:, j], reduction="none")
                    total = total + weight * huber / ATOMS
                return total
        way = F.mse_loss if self.config.loss == "mse" else F.smooth_l1_loss
        return way(outputs, samples[:, 0], reduction="none")

    def expectation(self, samples: Tensor) -> Tensor:
        if self.config.head == "categorical":
            return samples @ self.atoms
        return samples.mean(-1)


def combinations() -> list[dict[str, Any]]:
    """All that a configuration allows."""
    found = []
    names = ("head", "loss", "dueling", "double_dqn", "munchausen")
    switches = [[False, True]] * 3
    for values in product(["scalar", "categorical", "quantile"], ["mse", "huber"], *switches):
        chosen: dict[str, Any] = dict(zip(names, values, strict=True))
        try:
            DQNConfig(**chosen, n_step=1)
        except ConfigurationError:
            continue
        found.append(chosen)
    return found


def masked(member: Transitions, seed: int) -> Transitions:
    """The same steps where not every action is allowed: at least the one taken, and one more."""
    allowed, next_allowed = (
        torch.rand(2, BATCH, ACTIONS, generator=torch.Generator().manual_seed(seed)) < 0.5
    )
    allowed[torch.arange(BATCH), member.actions] = True
    next_allowed[torch.arange(BATCH), torch.arange(BATCH) % ACTIONS] = True
    return member._replace(allowed=allowed, next_allowed=next_allowed)


@pytest.mark.parametrize("with_masks", [False, True], ids=["all", "masked"])
@pytest.mark.parametrize(
    "chosen",
    combinations(),
    ids=lambda c: "-".join(n if v is True else str(v) for n, v in c.items() if v),
)
def test_targets_losses_and_gradient_of_every_combination_equal_autograds(
    chosen: dict[str, Any],
    with_masks: bool,
) -> None:
    configs = [
        DQNConfig(
            seed=p,
            n_step=1,
            gradient_clipping="none",
            gamma=GAMMAS[p],
            munchausen_temperature=[0.5, 2.0][p],
            munchausen_share=[0.9, 0.3][p],
            **chosen,
        )
        for p in range(2)
    ]
    learner = learner_of(configs)
    members = [transitions(torch.Generator().manual_seed(p)) for p in range(2)]
    if with_masks:
        members = [masked(member, p) for p, member in enumerate(members)]
    modules = [(learner.online.to_module(p), learner.target.to_module(p)) for p in range(2)]
    weights = torch.ones(2, BATCH, dtype=torch.float64)
    weights[1].uniform_(0.1, 1, generator=torch.Generator().manual_seed(2))
    batch = as_batch(members, GAMMAS)._replace(weights=weights)

    learner.update(batch)

    last = learner.last
    assert last is not None
    for p, member in enumerate(members):
        textbook = Textbook(configs[p], p, *modules[p])
        with torch.no_grad():
            samples = textbook.samples(member)
        losses = textbook.losses(member, samples)
        (weights[p] * losses).mean().backward()
        gradient = parameters_to_vector(
            weights.grad for weights in modules[p][0].parameters() if weights.grad is not None
        )
        q_values = textbook.q_values(modules[p][0], member.observations).detach()
        taken = q_values[torch.arange(BATCH), member.actions]
        for mine, theirs in (
            (last.targets[p].reshape(samples.shape), samples),
            (last.losses[p], losses.detach()),
            (last.q_values[p], q_values),
            (last.td_errors[p], taken - textbook.expectation(samples)),
            (learner.gradient.parameters[p], gradient),
        ):
            torch.testing.assert_close(mine, theirs, rtol=0, atol=EXACT)


def test_rlaxs_published_projections() -> None:
    """rlax, `value_learning_test.py`, `L2ProjectTest`."""
    atoms = torch.arange(-1, 1, 0.25, dtype=torch.float64)
    values = torch.stack([atoms, atoms + 1]).unsqueeze(1)
    weights = values.clone()
    weights[0, :, ::2] = 0
    weights[1, :, 1::2] = 0
    low = torch.tensor([-1.0, 0.0], dtype=torch.float64).view(2, 1, 1)
    projected = project(values, weights, low, torch.full_like(low, 0.5), 4)
    expected = [[-0.375, -0.5, 0.0, 0.875], [0.0, 0.5, 1.0, 1.5]]
    assert projected.squeeze(1).tolist() == expected


@pytest.mark.parametrize(
    ("kappa", "factor", "expected"), [(1e-9, 1e-9, [2.0, 2.2]), (2.0, 4.0, [2.5, 8.5 / 3])]
)
def test_rlaxs_published_quantile_losses(
    kappa: float, factor: float, expected: list[float]
) -> None:
    """rlax, `value_learning_test.py`, `QuantileRegressionLossTest`, for κ = 0 and 2.

    In units of κ they are those of κ = 1: Huber's loss is κ² of it, and |δ| what it comes to where
    κ is small, divided by κ.
    """
    quantiles = torch.tensor([[-1.0, 3.0]] * 2, dtype=torch.float64)
    targets = torch.tensor([[-3.0, 4.0, 2.0]] * 2, dtype=torch.float64)
    shares = torch.tensor([[0.2, 0.7], [0.0, 0.4]], dtype=torch.float64)
    losses = factor * quantile_losses(quantiles / kappa, shares, targets / kappa)
    np.testing.assert_allclose(losses, expected, rtol=1e-8)


def test_sb3_contribs_published_quantile_loss() -> None:
    """sb3-contrib, `test_utils.py`: 10 quantiles at 0 against 10 at 1, summed over quantiles."""
    head = Quantile(10)
    assert quantile_losses(torch.zeros(1, 10), head.shares, torch.ones(1, 10)).item() == (
        pytest.approx(2.5)
    )


@pytest.mark.parametrize("reward", [-100.0, -4.0, -2.5, 0.0, 0.3, 5.0, 100.0])
def test_a_projection_keeps_its_mass_on_an_atom_at_both_ends_and_beyond(reward: float) -> None:
    head = Categorical(torch.tensor([[-4.0, 5.0]], dtype=torch.float64), ATOMS)
    following = torch.randn(1, 9, ATOMS, generator=torch.Generator().manual_seed(0)).double()
    for discount in (0.0, 0.97, 1.0):  # 0 where the environment terminated
        rewards = torch.full((1, 9), reward, dtype=torch.float64)
        targets = head.targets(rewards, torch.full_like(rewards, discount), following)
        torch.testing.assert_close(targets.sum(-1), torch.ones(1, 9).double())
        assert (targets >= 0).all()


def test_a_projection_onto_the_same_atoms_changes_nothing() -> None:
    head = Categorical(torch.tensor([[-4.0, 5.0]], dtype=torch.float64), ATOMS)
    following = torch.randn(1, 9, ATOMS, generator=torch.Generator().manual_seed(0)).double()
    none, all_of_it = torch.zeros(1, 9).double(), torch.ones(1, 9).double()
    torch.testing.assert_close(head.targets(none, all_of_it, following), following.softmax(-1))


def test_one_quantile_is_half_of_hubers_loss() -> None:
    errors = torch.linspace(-3, 3, 31, dtype=torch.float64).view(1, -1, 1)
    losses = quantile_losses(torch.zeros_like(errors), Quantile(1, torch.float64).shares, errors)
    huber = F.huber_loss(torch.zeros_like(errors), errors, reduction="none").squeeze(-1)
    torch.testing.assert_close(losses, huber / 2)


def test_the_quantiles_of_a_sample_are_where_the_loss_is_least() -> None:
    """With large units κ = 1 is small, and the loss is that of quantile regression."""
    sample = 1e4 * torch.randn(1, 1, 501, generator=torch.Generator().manual_seed(0)).double()
    head = Quantile(5, torch.float64)
    best = sample.quantile(head.shares, dim=-1).view(1, 1, 5)
    least = quantile_losses(best, head.shares, sample)
    for moved in (best + 200, best - 200, best * 1.1, best.flip(-1)):
        assert quantile_losses(moved, head.shares, sample) > least
