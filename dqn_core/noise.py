"""Noisy networks (Fortunato et al. 2018): weights θ = μ + σ ⊙ ε, with μ and σ learnt.

The noise ε is factorised and drawn anew for each use. All linear layers are noisy, as the fully
connected layers of DQN are in the paper. In ``parameters`` every μ comes first and every σ last.
So the network without noise, which is evaluated and saved, is an ordinary one with the means μ.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

import torch
from torch import Tensor

from dqn_core.networks import NetworkShape, QNetwork
from dqn_core.random_streams import NormalStream


class Weights(Protocol):
    """Gives a learner the network for one use."""

    def draw(self) -> QNetwork:
        """The network to use, until the next draw."""
        ...

    def backward(self, gradient: QNetwork) -> None:
        """Complete the gradient that the network of the newest draw has written."""
        ...


class Exact:
    """The weights as they are, for networks without noise."""

    def __init__(self, network: QNetwork) -> None:
        self._network = network

    def draw(self) -> QNetwork:
        return self._network

    def backward(self, gradient: QNetwork) -> None:
        pass


class Factors:
    """ε of one draw after another, by f(x) = sgn(x) √|x| of random numbers: eq. 9 to 11.

    A layer has a factor for each input and each output. Every member has its own stream. Factors
    are made for `AHEAD` draws at once: a draw needs so few numbers that the calls would cost more
    than the arithmetic. ``epsilon`` `(P, n_linear)` is that of the newest draw; all networks of a
    learner share it, since memory is what a draw costs.
    """

    AHEAD = 16

    def __init__(self, shape: NetworkShape, seeds: Sequence[int], like: Tensor) -> None:
        self._stream = NormalStream(seeds, "noise")
        self._before = self._stream.state_dict()  # from which the present factors are made
        self._are_made, self._next = False, 0
        sizes_of = [size for layer in shape.layers for size in layer]
        self._factors = like.new_zeros((len(seeds), self.AHEAD, sum(sizes_of)))
        self.epsilon = like.new_zeros((len(seeds), shape.n_linear))
        layers = QNetwork(replace(shape, noisy=False, layer_norm=False), self.epsilon).layers
        # Views, made once: what each layer's ε gets from the factors of each draw.
        self._draws: list[list[tuple[Tensor, Tensor, Tensor, Tensor, Tensor]]] = []
        for draw in self._factors.split(1, 1):
            parts = draw.split(sizes_of, -1)  # `(P, 1, in)` and `(P, 1, out)` of each layer
            of_layers = zip(layers, parts[::2], parts[1::2], strict=True)
            self._draws.append(
                [
                    (layer.weight, of_outputs.mT, of_inputs, layer.bias, of_outputs)
                    for layer, of_inputs, of_outputs in of_layers
                ]
            )

    def draw(self) -> Tensor:
        """New noise: ``epsilon``, which stands until the next call."""
        if not self._are_made:
            self._make()  # also of a state that was saved after the last of them
        if self._next == self.AHEAD:
            self._before, self._next = self._stream.state_dict(), 0
            self._make()
        for weight, column, row, bias, of_outputs in self._draws[self._next]:
            torch.mul(column, row, out=weight)  # eq. 10
            bias.copy_(of_outputs)  # eq. 11
        self._next += 1
        return self.epsilon

    def _make(self) -> None:
        members, ahead, count = self._factors.shape
        drawn = self._stream.take(ahead * count).reshape(members, ahead, count)
        numbers = torch.from_numpy(drawn).to(self._factors)
        torch.copysign(numbers.abs().sqrt_(), numbers, out=self._factors)
        self._are_made = True

    def state_dict(self) -> dict[str, Any]:
        return {**self._before, "next": self._next}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self._stream.load_state_dict(state)
        self._before = self._stream.state_dict()
        self._are_made, self._next = False, state["next"]


class Noisy:
    """Weights with new noise at each draw."""

    def __init__(self, network: QNetwork, factors: Factors) -> None:
        shape = replace(network.shape, noisy=False)
        n_linear, parameters = shape.n_linear, network.parameters
        exact = parameters[:, : shape.n_parameters]
        self._drawn = QNetwork(shape, torch.zeros_like(exact), network.head)
        # Parameters of the linear layers, and of the normalisations, which have no noise.
        self._mu, self._norms = exact.tensor_split([n_linear], 1)
        self._with_noise, self._drawn_norms = self._drawn.parameters.tensor_split([n_linear], 1)
        self._sigma = parameters[:, -n_linear:]
        self._factors = factors

    def draw(self) -> QNetwork:
        torch.addcmul(self._mu, self._sigma, self._factors.draw(), out=self._with_noise)
        if self._drawn.norms:
            self._drawn_norms.copy_(self._norms)
        return self._drawn

    def backward(self, gradient: QNetwork) -> None:
        """The gradient of μ is that of θ = μ + σ ⊙ ε, and the gradient of σ is that times ε."""
        n_linear = self._sigma.shape[1]
        of_weights = gradient.parameters[:, :n_linear]
        epsilon = self._factors.epsilon
        torch.mul(of_weights, epsilon, out=gradient.parameters[:, -n_linear:])


def sizes(network: QNetwork) -> Tensor:
    """Mean |σ| of the weights of each linear layer, `(P, L)`: Σ̄ of section 4."""
    shape = replace(network.shape, noisy=False, layer_norm=False)
    sigma = QNetwork(shape, network.parameters[:, -shape.n_linear :])
    return torch.stack([weight.abs().mean((1, 2)) for weight in sigma.weights], 1)
