"""Noisy networks against the published formula and autograd, and what noise must leave alone."""

from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.func import functional_call
from torch.nn import functional as F

from dqn_core import Agent, Trainer, load_agent
from dqn_core.exploration import epsilon_at
from dqn_core.files.checkpoint import save_agent
from dqn_core.files.earlier_versions import upgraded
from dqn_core.networks import MLP, NetworkShape, QNetwork
from dqn_core.noise import Exact, Factors, Noisy, Weights, sizes
from dqn_core.random_streams import NormalStream
from tests.core.small_runs import SMALL, assert_bit_equal, without_seconds

NOISY = SMALL.replace(noisy=True)
BATCH, ACTIONS = 9, 3


def published(shape: NetworkShape, row: Tensor, numbers: Tensor) -> dict[str, Tensor]:
    """The weights of an `MLP` by Fortunato et al. 2018, eq. 9 to 11, from a member's parameters."""
    places, module = iter(row.split(1)), MLP(replace(shape, noisy=False))
    mean = {n: torch.cat([next(places) for _ in p.view(-1)]) for n, p in module.named_parameters()}
    weights, drawn = {}, iter(numbers)
    for number, (fan_in, fan_out) in enumerate(shape.layers, start=1):
        of_inputs, of_outputs = (
            torch.stack([x.sign() * x.abs() ** 0.5 for x in (next(drawn) for _ in range(count))])
            for count in (fan_in, fan_out)
        )
        noise = {"weight": torch.outer(of_outputs, of_inputs), "bias": of_outputs}
        for kind, epsilon in noise.items():
            sigma = torch.cat([next(places) for _ in range(epsilon.numel())])
            name = f"fc{number}.{kind}"
            weights[name] = (mean[name] + sigma * epsilon.view(-1)).view(epsilon.shape)
    return mean | weights


@pytest.mark.parametrize("n_states", [0, 6], ids=["box", "index"])
@pytest.mark.parametrize("hidden_dims", [(5,), (5, 4), (5, 4, 3), (5, 4, 3, 6)], ids=str)
@pytest.mark.parametrize(
    ("layer_norm", "noisy", "dueling"), list(product([False, True], repeat=3)), ids=str
)
def test_outputs_and_gradient_of_every_combination_are_those_of_the_published_formula_and_autograd(
    layer_norm: bool, noisy: bool, dueling: bool, hidden_dims: tuple[int, ...], n_states: int
) -> None:
    shape = NetworkShape(
        1 if n_states else 4,
        ACTIONS,
        hidden_dims,
        dueling,
        n_states,
        layer_norm=layer_norm,
        noisy=noisy,
    )
    generator, seeds = torch.Generator().manual_seed(0), (3, 4)
    network = QNetwork.initialised(shape, seeds, torch.float64)
    network.parameters += torch.randn(network.parameters.shape, generator=generator).double() / 10
    if n_states:
        observations = torch.randint(n_states, (2, BATCH, 1), generator=generator).double()
    else:
        observations = torch.randn(2, BATCH, 4, generator=generator, dtype=torch.float64)
    slopes = torch.randn(2, BATCH, ACTIONS, generator=generator, dtype=torch.float64)
    gradient = network.like()
    gradient.parameters.fill_(7)  # whatever was there before is overwritten
    factors = Factors(shape, seeds, network.parameters)
    weights: Weights = Noisy(network, factors) if noisy else Exact(network)
    weights.draw()  # the gradient is that of the newest draw
    drawn = weights.draw()
    forward = drawn.forward(observations)
    drawn.backward(forward, slopes, gradient)
    weights.backward(gradient)

    again, count = NormalStream(seeds, "noise"), sum(map(sum, shape.layers))
    again.take(count)
    numbers = torch.from_numpy(again.take(count)).double()
    for p in range(2):
        row = network.parameters[p].clone().requires_grad_()
        module = MLP(replace(shape, noisy=False))
        inputs = observations[p]
        if n_states:
            inputs = F.one_hot(inputs[:, 0].long(), n_states).double()
        if noisy:
            values = published(shape, row, numbers[p])
        else:
            sizes_of = [q.numel() for q in module.parameters()]
            values = dict(zip(dict(module.named_parameters()), row.split(sizes_of), strict=True))
        by_name = {n: values[n].view(q.shape) for n, q in module.named_parameters()}
        outputs = functional_call(module, by_name, inputs)
        torch.testing.assert_close(forward.outputs[p], outputs.detach(), rtol=0, atol=1e-9)
        (outputs * slopes[p]).sum().backward()
        assert row.grad is not None
        torch.testing.assert_close(gradient.parameters[p], row.grad, rtol=0, atol=1e-9)


def test_noise_begins_at_its_share_of_the_papers_bound_for_weights_and_biases() -> None:
    shape = NetworkShape(4, 2, (9, 16), layer_norm=True, noisy=True)
    network = QNetwork.initialised(shape, [0], noisy_sigma=0.5)
    sigma = network.parameters[0, -shape.n_linear :].split([5 * 9, 10 * 16, 17 * 2])
    for of_layer, inputs in zip(sigma, (4, 9, 16), strict=True):
        torch.testing.assert_close(of_layer, torch.full_like(of_layer, 0.5 / inputs**0.5))
    torch.testing.assert_close(sizes(network), torch.tensor([[0.25, 0.5 / 3, 0.125]]))


def test_without_any_size_of_noise_a_noisy_network_is_the_plain_one_step_by_step() -> None:
    still = {"epsilon_start": 0.0, "epsilon_end": 0.0}
    plain = Trainer(SMALL.replace(**still))
    noisy = Trainer(NOISY.replace(noisy_sigma=0.0, learning_starts=200, **still))
    plain.change(learning_starts=200)
    for trainer in (plain, noisy):
        trainer.run(max_steps=100)
    returns = [t.history.episodes.columns()["return"].tolist() for t in (plain, noisy)]
    assert returns[0] == returns[1] != []
    n = plain.learner.online.shape.n_parameters
    assert torch.equal(noisy.learner.online.parameters[:, :n], plain.learner.online.parameters)
    drawn = noisy.learner.online_weights.draw()
    assert torch.equal(drawn.parameters, plain.learner.online.parameters)


def test_noise_differs_between_networks_uses_and_members() -> None:
    trainer = Trainer([NOISY, NOISY.replace(seed=NOISY.seed + 1)])
    learner = trainer.learner
    exact = learner.online.shape.n_linear
    draws = []
    for weights in (learner.online_weights, learner.target_weights, learner.online_weights):
        noise = weights.draw().parameters[:, :exact] - learner.online.parameters[:, :exact]
        draws += list(noise.clone())
    for index, one in enumerate(draws):
        assert one.abs().mean() > 0.01
        assert not any(torch.equal(one, other) for other in draws[:index])


def test_an_update_learns_from_noise_that_neither_its_target_nor_its_choice_had(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trainer = Trainer(NOISY.replace(double_dqn=True))
    trainer.run(max_steps=60)
    met: list[Tensor] = []
    forward = QNetwork.forward

    def watched(network: QNetwork, observations: Tensor) -> Any:
        met.append(network.parameters.clone())
        return forward(network, observations)

    monkeypatch.setattr(QNetwork, "forward", watched)
    assert trainer.learner.last is not None
    trainer.learner.update(trainer.learner.last.batch)
    assert len(met) == 3
    assert not any(torch.equal(a, b) for a, b in ((met[0], met[1]), (met[0], met[2])))
    assert not torch.equal(met[1], met[2])


def test_noise_is_zero_on_average_and_the_size_of_its_factors() -> None:
    shape = NetworkShape(2, 2, (4,), noisy=True)
    network = QNetwork.initialised(shape, [0], noisy_sigma=1.0)
    network.parameters[:, : shape.n_linear] = 0
    network.parameters[:, -shape.n_linear :] = 1
    weights = Noisy(network, Factors(shape, [0], network.parameters))
    drawn = torch.stack([weights.draw().weights[0].flatten().clone() for _ in range(4_000)])
    assert drawn.mean(0).abs().max() < 0.08
    # f(x)² = |x|, so that the product of two has the variance (E|x|)² = 2/π.
    torch.testing.assert_close(drawn.var(0), torch.full((8,), 2 / torch.pi), rtol=0.15, atol=0)


def test_epsilon_is_0_with_noise_whatever_its_schedule() -> None:
    for step in (0, 10, 10**6):
        assert epsilon_at(NOISY.replace(epsilon_start=1.0, epsilon_end=0.5), step) == 0
    trainer = Trainer(NOISY)
    trainer.run(max_steps=60)
    episodes = trainer.history.episodes.columns()
    assert not episodes["exploration_share"].any()
    assert not episodes["epsilon"].any()


def test_agents_play_by_the_mean_weights_and_survive_a_file(tmp_path: Path) -> None:
    trainer = Trainer(NOISY.replace(layer_norm=True))
    trainer.run(max_steps=80)
    agent, observations = trainer.agent(), np.eye(4, dtype=np.float32)
    first = agent.q_values(observations)
    np.testing.assert_array_equal(agent.q_values(observations), first)
    module = agent.network.to_module()
    np.testing.assert_allclose(first, module(torch.eye(4)).detach(), atol=1e-5)
    save_agent(tmp_path / "noisy.safetensors", agent)
    again: Agent = load_agent(tmp_path / "noisy.safetensors")
    np.testing.assert_array_equal(again.q_values(observations), first)


@pytest.mark.parametrize("values", [{}, {"layer_norm": True, "dueling": True, "hidden_dims": "8"}])
def test_a_noisy_run_goes_on_to_the_same_bits_and_each_member_is_as_alone(
    values: dict[str, Any],
) -> None:
    configs = [NOISY.replace(seed=seed, evaluation_period=40, **values) for seed in (3, 8)]
    trainer = Trainer(configs)
    trainer.run(max_steps=70)
    resumed = Trainer.from_state(trainer.state_dict())
    for one in (trainer, resumed):
        one.run(max_steps=60)
    mine, theirs = (without_seconds(one.state_dict()) for one in (trainer, resumed))
    assert_bit_equal(mine, theirs)
    alone = Trainer(configs[1])
    alone.run(max_steps=130)
    assert torch.equal(trainer.learner.online.parameters[1], alone.learner.online.parameters[0])
    updates = trainer.history.updates.frame()
    layers = len(trainer.learner.online.shape.layers)
    assert updates.filter(like="noise").notna().all().tolist() == [n < layers for n in range(5)]


@pytest.mark.parametrize("draws", range(2 * Factors.AHEAD + 1))
def test_noise_goes_on_to_the_same_bits_after_every_number_of_draws(draws: int) -> None:
    """After the last draw that was made ahead, the same ones came again."""
    shape, like = NetworkShape(3, 2, (4,), noisy=True), torch.zeros(1)
    factors, resumed = (Factors(shape, [0, 1], like) for _ in range(2))
    for _ in range(draws):
        factors.draw()
    resumed.load_state_dict(factors.state_dict())
    for _ in range(Factors.AHEAD + 1):
        assert torch.equal(factors.draw(), resumed.draw())


def test_a_run_saved_before_noise_was_drawn_ahead_goes_on_to_the_same_bits() -> None:
    trainer = Trainer([NOISY, NOISY.replace(seed=NOISY.seed + 1)])
    trainer.run(max_steps=75)
    state = trainer.state_dict()
    noise = dict(state["learner"]["noise"])
    used = noise.pop("next")
    assert 0 < used < Factors.AHEAD
    stream = NormalStream([config.seed for config in trainer.configs], "noise")
    stream.load_state_dict(noise)
    stream.take(used * sum(map(sum, trainer.learner.online.shape.layers)))
    before = {**state, "learner": {**state["learner"], "noise": stream.state_dict()}}
    resumed = Trainer.from_state(upgraded(before))
    for one in (trainer, resumed):
        one.run(max_steps=20)
    assert torch.equal(trainer.learner.online.parameters, resumed.learner.online.parameters)
