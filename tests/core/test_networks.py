"""Networks as flat rows against ordinary modules, and their gradient against autograd."""

from itertools import product

import numpy as np
import pytest
import torch
from torch.nn import functional as F
from torch.nn.utils import parameters_to_vector

from dqn_core.networks import MLP, NetworkShape, QNetwork

CASES = pytest.mark.parametrize(
    ("dueling", "layer_norm", "n_states", "members"),
    list(product([False, True], [False, True], [0, 6], [1, 3])),
    ids=lambda value: str(value),
)


DEPTHS = pytest.mark.parametrize(
    "hidden_dims", [(), (7,), (7, 7), (7, 5, 3), (7, 5, 3, 6)], ids=str
)


def make(
    dueling: bool,
    layer_norm: bool,
    n_states: int,
    members: int,
    hidden_dims: tuple[int, ...] = (7, 7),
) -> tuple[QNetwork, torch.Tensor]:
    dim = 1 if n_states else 5
    shape = NetworkShape(dim, 4, hidden_dims, dueling, n_states, layer_norm=layer_norm)
    network = QNetwork.initialised(shape, range(members), dtype=torch.float64)
    generator = torch.Generator().manual_seed(0)
    # Away from scale 1 and shift 0, which would hide what they do.
    network.parameters += torch.randn(network.parameters.shape, generator=generator).double() / 10
    if n_states:
        observations = torch.randint(n_states, (members, 11, 1), generator=generator).double()
    else:
        observations = torch.randn(members, 11, 5, generator=generator, dtype=torch.float64)
    return network, observations


def inputs_of(network: QNetwork, observations: torch.Tensor) -> torch.Tensor:
    """Network inputs of one member, as the module wants them."""
    n_states = network.shape.n_states
    return F.one_hot(observations[:, 0].long(), n_states).double() if n_states else observations


@CASES
@DEPTHS
def test_q_values_equal_those_of_the_ordinary_module(
    dueling: bool, layer_norm: bool, n_states: int, members: int, hidden_dims: tuple[int, ...]
) -> None:
    network, observations = make(dueling, layer_norm, n_states, members, hidden_dims)
    q_values = network.q_values(observations)
    assert q_values.shape == (members, 11, 4)
    for p in range(members):
        expected = network.to_module(p)(inputs_of(network, observations[p]))
        torch.testing.assert_close(q_values[p], expected, rtol=0, atol=1e-12)


@CASES
@DEPTHS
def test_the_gradient_written_by_hand_equals_autograds(
    dueling: bool, layer_norm: bool, n_states: int, members: int, hidden_dims: tuple[int, ...]
) -> None:
    network, observations = make(dueling, layer_norm, n_states, members, hidden_dims)
    grad_q = torch.randn(members, 11, 4, generator=torch.Generator().manual_seed(1)).double()
    gradient = network.like()
    gradient.parameters.fill_(7)  # whatever was there before is overwritten
    network.backward(network.forward(observations), grad_q, gradient)
    for p in range(members):
        module = network.to_module(p)
        (module(inputs_of(network, observations[p])) * grad_q[p]).sum().backward()
        expected = parameters_to_vector(q.grad for q in module.parameters() if q.grad is not None)
        torch.testing.assert_close(gradient.parameters[p], expected, rtol=0, atol=1e-12)


def test_the_gradient_passes_gradcheck_of_finite_differences() -> None:
    network, observations = make(True, False, 0, 1)
    weights = torch.randn(1, 11, 4, generator=torch.Generator().manual_seed(2)).double()
    gradient = network.like()
    network.backward(network.forward(observations), weights, gradient)
    for index in (0, 17, 40, 90, network.shape.n_parameters - 1):
        values = []
        for step in (1e-6, -1e-6):
            moved = network.copy()
            moved.parameters[0, index] += step
            values.append((moved.q_values(observations) * weights).sum().item())
        slope = (values[0] - values[1]) / 2e-6
        assert gradient.parameters[0, index].item() == pytest.approx(slope, abs=1e-6)


def test_a_dueling_head_is_the_value_plus_advantages_without_their_mean() -> None:
    network, observations = make(True, False, 0, 1)
    before = network.q_values(observations)
    network.biases[2][..., 1:] += 5.0  # the same for all advantages: their mean takes it away
    torch.testing.assert_close(network.q_values(observations), before)
    network.biases[2][..., 0] += 5.0
    torch.testing.assert_close(network.q_values(observations), before + 5.0)


@CASES
def test_a_module_is_the_same_network_in_memory_of_its_own(
    dueling: bool, layer_norm: bool, n_states: int, members: int
) -> None:
    network, _ = make(dueling, layer_norm, n_states, members)
    kept = network.parameters.clone()
    for p in range(members):
        module = network.to_module(p)
        assert torch.equal(parameters_to_vector(module.parameters()), network.parameters[p])
        with torch.no_grad():
            for parameter in module.parameters():
                parameter.add_(1)
    assert torch.equal(network.parameters, kept)


def test_the_number_of_parameters_is_that_of_the_module() -> None:
    for dueling, layer_norm, n_states in product([False, True], [False, True], [0, 6]):
        dim = 1 if n_states else 5
        shape = NetworkShape(dim, 4, (7, 7), dueling, n_states, layer_norm=layer_norm)
        assert shape.n_parameters == sum(p.numel() for p in MLP(shape).parameters())


def test_weights_and_biases_are_views_so_that_one_row_is_everything() -> None:
    network, observations = make(False, False, 0, 2)
    network.parameters.zero_()
    assert not network.q_values(observations).any()
    network.biases[2].fill_(3)
    assert (network.q_values(observations) == 3).all()
    assert network.parameters.sum() == 3 * 4 * 2


def test_initial_weights_are_pytorchs_default_and_depend_on_the_members_own_seed_alone() -> None:
    shape = NetworkShape(4, 2, hidden_dims=(64, 64))
    network = QNetwork.initialised(shape, [3, 4, 5], dtype=torch.float64)
    alone = QNetwork.initialised(shape, [4], dtype=torch.float64)
    assert torch.equal(network.parameters[1], alone.parameters[0])
    assert not torch.equal(network.parameters[0], network.parameters[2])
    for (fan_in, _), weight, bias in zip(
        shape.layers, network.weights, network.biases, strict=True
    ):
        bound = fan_in**-0.5  # U(±1/√inputs): of variance bound² / 3
        assert weight.abs().max() <= bound
        assert bias.abs().max() <= bound
        assert weight.std().item() == pytest.approx(bound / 3**0.5, rel=0.1)
        assert abs(weight.mean().item()) < bound / 10


def test_no_global_generator_is_touched_by_initialising() -> None:
    before = torch.get_rng_state()
    np_before = np.random.get_state()[1].copy()  # type: ignore[index]  # noqa: NPY002
    QNetwork.initialised(NetworkShape(4, 2), [0, 1])
    assert torch.equal(before, torch.get_rng_state())
    np.testing.assert_array_equal(np_before, np.random.get_state()[1])  # type: ignore[index]  # noqa: NPY002


def test_copies_share_no_memory() -> None:
    network, _ = make(False, False, 0, 2)
    for other in (network.copy(), network.members([1]), network.like()):
        other.parameters.fill_(9)
        for weight in other.weights:
            assert (weight == 9).all()
    assert not (network.parameters == 9).any()
