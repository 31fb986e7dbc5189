"""Noisy networks (Fortunato et al. 2018): weights θ = μ + σ ⊙ ε, with μ and σ learnt.

The noise ε is factorised and drawn anew for each use. All linear layers are noisy, as the paper has
it for the fully connected layers of DQN. In ``parameters`` every μ comes first and every σ last, so
that what plays and evaluates without noise is the ordinary network of the means.
"""

from dataclasses import replace
from typing import Protocol

import torch
from torch import Tensor

from dqn_core.networks import QNetwork
from dqn_core.random_streams import NormalStream


class Weights(Protocol):
    """Whence a learner has the network for one use."""

    def draw(self) -> QNetwork:
        """The network to use, until the next draw."""
        ...

    def backward(self, gradient: QNetwork) -> None:
        """Complete the gradient that the network drawn last has written into ``gradient``."""
        ...


class Exact:
    """The weights as they are: networks without noise."""

    def __init__(self, network: QNetwork) -> None:
        self._network = network

    def draw(self) -> QNetwork:
        return self._network

    def backward(self, gradient: QNetwork) -> None:
        pass


class Noisy:
    """Weights with noise, fresh at each draw."""

    def __init__(self, network: QNetwork, stream: NormalStream) -> None:
        shape = replace(network.shape, noisy=False)
        n_linear, parameters = shape.n_linear, network.parameters
        exact = parameters[:, : shape.n_parameters]
        self._noise = QNetwork(shape, torch.zeros_like(exact))  # ε where the weights are
        self._drawn = QNetwork(shape, torch.zeros_like(exact), network.head)
        # Of the linear layers, and of the normalisations, which have no noise.
        self._mu, self._norms = exact.tensor_split([n_linear], 1)
        self._with_noise, self._drawn_norms = self._drawn.parameters.tensor_split([n_linear], 1)
        self._epsilon, self._sigma = self._noise.parameters[:, :n_linear], parameters[:, -n_linear:]
        self._stream = stream
        self._factors = exact.new_zeros((len(exact), sum(map(sum, shape.layers))))
        # Views, made once, of each layer's two factors: of its inputs, then of its outputs.
        sizes_of = [size for layer in shape.layers for size in layer]
        factors = self._factors.unsqueeze(1).split(sizes_of, -1)
        self._layers = list(zip(self._noise.layers, factors[::2], factors[1::2], strict=True))

    def draw(self) -> QNetwork:
        numbers = torch.from_numpy(self._stream.take(self._factors.shape[1])).to(self._factors)
        # f(x) = sgn(x) √|x|
        torch.copysign(numbers.abs().sqrt_(), numbers, out=self._factors)
        for layer, of_inputs, of_outputs in self._layers:
            torch.mul(of_outputs.mT, of_inputs, out=layer.weight)  # eq. 10
            layer.bias.copy_(of_outputs)  # eq. 11
        torch.addcmul(self._mu, self._sigma, self._epsilon, out=self._with_noise)
        self._drawn_norms.copy_(self._norms)
        return self._drawn

    def backward(self, gradient: QNetwork) -> None:
        """σ gets the gradient of θ times ε; that of μ is that of θ."""
        n_linear = self._epsilon.shape[1]
        of_weights = gradient.parameters[:, :n_linear]
        torch.mul(of_weights, self._epsilon, out=gradient.parameters[:, -n_linear:])


def sizes(network: QNetwork) -> Tensor:
    """Mean |σ| of the weights of each linear layer, `(P, L)`: Σ̄ of section 4."""
    shape = replace(network.shape, noisy=False, layer_norm=False)
    sigma = QNetwork(shape, network.parameters[:, -shape.n_linear :])
    return torch.stack([weight.abs().mean((1, 2)) for weight in sigma.weights], 1)
