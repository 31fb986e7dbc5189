"""The update against plain autograd and `torch.optim.Adam`."""

import copy
from itertools import product

import numpy as np
import pytest
import torch
from torch.nn import functional as F
from torch.nn.utils import parameters_to_vector

from dqn_core.configuration.config import DQNConfig
from dqn_core.learner import Learner, bellman_target
from dqn_core.networks import NetworkShape, QNetwork
from dqn_core.replay import Batch
from tests.core.oracle import (
    BATCH,
    EXACT,
    UPDATES,
    Oracle,
    as_batch,
    assert_equals_oracles,
    config_of,
    learner_of,
    transitions,
)
from tests.core.small_runs import assert_bit_equal


@pytest.mark.parametrize("n_states", [0, 5], ids=["box", "discrete"])
@pytest.mark.parametrize(
    ("loss", "double_dqn", "dueling", "clipping"),
    list(product(["mse", "huber"], [False, True], [False, True], ["none", "value", "norm"])),
)
def test_targets_loss_gradient_and_updates_equal_autograds(
    loss: str, double_dqn: bool, dueling: bool, clipping: str, n_states: int
) -> None:
    config = config_of(
        loss=loss,
        double_dqn=double_dqn,
        dueling=dueling,
        gradient_clipping=clipping,
        gradient_clip=0.05 if clipping == "value" else 0.4,
    )
    assert_equals_oracles([config], n_states)


@pytest.mark.parametrize("n_states", [0, 5], ids=["box", "discrete"])
@pytest.mark.parametrize(("double_dqn", "dueling"), list(product([False, True], [False, True])))
def test_members_with_their_own_hyperparameters_equal_their_own_oracles(
    double_dqn: bool, dueling: bool, n_states: int
) -> None:
    shared = {"double_dqn": double_dqn, "dueling": dueling}
    choices = product(["mse", "huber"], ["none", "value", "norm"])
    configs = [
        config_of(
            seed=p,
            loss=loss,
            gradient_clipping=clipping,
            gradient_clip=[0.02, 0.3, 0.1][p % 3],
            gamma=[0.0, 0.5, 0.99, 1.0][p % 4],
            learning_rate=10.0 ** -(1 + p % 4),
            tau=[1.0, 0.005, 0.5][p % 3],
            **shared,
        )
        for p, (loss, clipping) in enumerate(choices)
    ]
    assert_equals_oracles(configs, n_states)


@pytest.mark.parametrize("clipping", ["value", "norm"])
def test_the_oracles_cases_do_clip_so_that_they_can_tell(clipping: str) -> None:
    free, clipped = (
        learner_of([config_of(loss="mse", gradient_clipping=way, gradient_clip=0.05)])
        for way in ("none", clipping)
    )
    batch = as_batch([transitions(torch.Generator().manual_seed(0))], [0.99])
    free.update(batch)
    clipped.update(batch)
    before, after = free.gradient.parameters, clipped.gradient.parameters
    if clipping == "value":
        assert before.abs().max() > 0.05
        torch.testing.assert_close(after, before.clamp(-0.05, 0.05))
    else:
        assert before.norm() > 0.05
        assert after.norm().item() == pytest.approx(0.05, rel=1e-4)


@pytest.mark.parametrize("loss", ["mse", "huber"])
def test_a_batchs_weights_multiply_the_loss_of_each_transition(loss: str) -> None:
    config = DQNConfig(loss=loss, hidden_dims="8", gradient_clipping="none")
    learner = learner_of([config])
    generator = torch.Generator().manual_seed(0)
    batch = as_batch([transitions(generator)], [config.gamma])
    weights = torch.rand(1, BATCH, generator=generator, dtype=torch.float64)
    batch = batch._replace(weights=weights)
    targets = bellman_target(batch, learner.online, learner.target, learner.double_dqn)[0]
    module = learner.online.to_module()
    taken = module(batch.observations[0]).gather(1, batch.actions[0])[:, 0]
    function = F.mse_loss if loss == "mse" else F.smooth_l1_loss
    expected = (weights[0] * function(taken, targets, reduction="none")).mean()
    expected.backward()
    td_errors = learner.update(batch)
    torch.testing.assert_close(td_errors[0], (taken - targets).detach(), rtol=0, atol=EXACT)
    gradient = parameters_to_vector(p.grad for p in module.parameters() if p.grad is not None)
    torch.testing.assert_close(learner.gradient.parameters[0], gradient, rtol=0, atol=EXACT)
    assert learner.loss().item() == pytest.approx(expected.item(), abs=EXACT)


def test_members_never_touch_not_even_one_whose_values_are_not_numbers() -> None:
    configs = [config_of(seed=p) for p in range(3)]
    together, alone = learner_of(configs), learner_of([configs[2]])
    together.online.parameters[0] = torch.nan
    together.target.parameters[1] *= 1e200
    generator = torch.Generator().manual_seed(1)
    for _ in range(UPDATES):
        members = [transitions(generator) for _ in configs]
        together.update(as_batch(members, [0.99] * 3))
        alone.update(as_batch(members[2:], [0.99]))
    torch.testing.assert_close(
        together.online.parameters[2], alone.online.parameters[0], rtol=0, atol=EXACT
    )


def test_rlaxs_published_q_learning_errors() -> None:
    """rlax, `value_learning_test.py`: Q-learning's TD errors are 0 and 1."""
    shape = NetworkShape(1, 3, hidden_dims=(4, 4), n_states=2)
    online, target = (QNetwork(shape, torch.zeros(1, shape.n_parameters)) for _ in range(2))
    for network, table in ((online, [[1, 1, 0], [1, 2, 0]]), (target, [[0, 1, 0], [1, 2, 0]])):
        # State i alone lights hidden unit i, whose outgoing weights are row i of the table.
        network.weights[0][0, [0, 1], [0, 1]] = 1
        network.weights[1][0, [0, 1], [0, 1]] = 1
        network.weights[2][0, :, :2] = torch.tensor(table).T.float()
    learner = Learner(online, [DQNConfig(hidden_dims="4, 4", double_dqn=False, loss="mse")])
    learner.target.parameters.copy_(target.parameters)
    states = torch.tensor([[[0.0], [1.0]]])
    batch = Batch(
        observations=states,
        actions=torch.tensor([[[0], [1]]]),
        rewards=torch.ones(1, 2),
        next_observations=states,
        discounts=torch.tensor([[0.0, 1.0]]),
    )
    learner.update(batch)
    assert learner.last is not None
    # Published as target − Q; what is kept here is Q − target.
    assert (-learner.last.td_errors).tolist() == [[0.0, 1.0]]


def test_double_dqn_chooses_with_one_network_and_values_with_the_other() -> None:
    """rlax, `value_learning_test.py`, has the same shape: argmax online, value of the target."""
    learner = learner_of([config_of()])
    batch = as_batch([transitions(torch.Generator().manual_seed(3))], [0.9])
    online_q = learner.online.q_values(batch.next_observations)
    target_q = learner.target.q_values(batch.next_observations)
    by_hand = [
        reward + discount * row_t[int(np.argmax(row_o))]
        for reward, discount, row_o, row_t in zip(
            batch.rewards[0].tolist(),
            batch.discounts[0].tolist(),
            online_q[0].tolist(),
            target_q[0].tolist(),
            strict=True,
        )
    ]
    double = bellman_target(batch, learner.online, learner.target, True)
    plain = bellman_target(batch, learner.online, learner.target, False)
    np.testing.assert_allclose(double[0], by_hand, atol=EXACT)
    assert not torch.allclose(double, plain)
    assert (plain >= double).all()  # what Double DQN is for


def test_the_target_network_moves_only_when_it_is_told_to_and_only_for_whom() -> None:
    configs = [config_of(seed=p, tau=tau) for p, tau in enumerate([1.0, 0.25, 0.5])]
    learner = learner_of(configs)
    before = learner.target.parameters.clone()
    learner.update(
        as_batch([transitions(torch.Generator().manual_seed(p)) for p in range(3)], [0.9] * 3)
    )
    assert torch.equal(learner.target.parameters, before)
    learner.update_target([0, 2])
    online, target = learner.online.parameters, learner.target.parameters
    assert torch.equal(target[0], online[0])
    assert torch.equal(target[1], before[1])
    torch.testing.assert_close(target[2], (before[2] + online[2]) / 2)
    learner.update_target()
    torch.testing.assert_close(target[1], before[1] + 0.25 * (online[1] - before[1]))


def test_a_new_configuration_is_what_the_next_update_uses() -> None:
    old, new = (
        config_of(loss="mse", tau=1.0),
        config_of(
            loss="huber",
            gamma=0.5,
            learning_rate=1e-3,
            gradient_clipping="value",
            gradient_clip=0.01,
        ),
    )
    learner = learner_of([old])
    oracle = Oracle(new, learner.online.to_module(), learner.target.to_module())
    learner.configure([new])
    members = [transitions(torch.Generator().manual_seed(5))]
    learner.update(as_batch(members, [new.gamma]))
    assert abs(learner.loss().item() - oracle.update(members[0])) < EXACT
    theirs = parameters_to_vector(oracle.online.parameters()).detach()
    torch.testing.assert_close(learner.online.parameters[0], theirs, rtol=0, atol=EXACT)


@pytest.mark.parametrize(
    ("env_step", "expected"), [(0, 1e-2), (500, 5.5e-3), (1_000, 1e-3), (2_000, 1e-3)]
)
def test_the_learning_rate_falls_linearly_to_its_end(env_step: int, expected: float) -> None:
    config = config_of(
        learning_rate=1e-2, learning_rate_end=1e-3, gradient_clipping="none", total_steps=1_000
    )
    learner = learner_of([config])
    oracle = Oracle(
        config.replace(learning_rate=expected),
        learner.online.to_module(),
        learner.target.to_module(),
    )
    learner.set_env_step(env_step)
    assert learner.learning_rates[0] == pytest.approx(expected, abs=1e-15)
    members = [transitions(torch.Generator().manual_seed(6))]
    learner.update(as_batch(members, [config.gamma]))
    oracle.update(members[0])
    theirs = parameters_to_vector(oracle.online.parameters()).detach()
    torch.testing.assert_close(learner.online.parameters[0], theirs, rtol=0, atol=EXACT)


def test_a_learners_state_is_a_copy_and_going_on_from_it_is_bit_equal() -> None:
    configs = [config_of(seed=p) for p in range(2)]
    learner, other = learner_of(configs), learner_of([c.replace(seed=9) for c in configs])
    generator = torch.Generator().manual_seed(7)
    batches = [as_batch([transitions(generator) for _ in configs], [0.99] * 2) for _ in range(6)]
    for batch in batches[:3]:
        learner.update(batch)
    state = learner.state_dict()
    kept = copy.deepcopy(state)
    for batch in batches[3:]:
        learner.update(batch)
    other.load_state_dict(state)
    assert_bit_equal(other.state_dict(), kept)
    for batch in batches[3:]:
        other.update(batch)
    assert torch.equal(learner.online.parameters, other.online.parameters)
    assert_bit_equal(state, kept)
