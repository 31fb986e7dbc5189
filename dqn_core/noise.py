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
        parameters, self._n_linear = network.parameters, shape.n_linear
        self._exact = parameters[:, : shape.n_parameters]
        self._sigma = parameters[:, -self._n_linear :]
        self._stream = stream
        self._count = sum(map(sum, shape.layers))
        self._noise = QNetwork(shape, torch.zeros_like(self._exact))  # ε where the weights are
        self._epsilon = self._noise.parameters[:, : self._n_linear]
        self._drawn = QNetwork(shape, torch.zeros_like(self._exact), network.head)

    def draw(self) -> QNetwork:
        numbers = torch.from_numpy(self._stream.take(self._count)).to(self._exact)
        start, factors = 0, scaled(numbers)
        for layer in self._noise.layers:
            n_outputs, n_inputs = layer.weight.shape[1:]
            of_inputs = factors[:, None, start : start + n_inputs]
            of_outputs = factors[:, None, start + n_inputs : start + n_inputs + n_outputs]
            start += n_inputs + n_outputs
            torch.mul(of_outputs.mT, of_inputs, out=layer.weight)  # eq. 10
            layer.bias.copy_(of_outputs)  # eq. 11
        drawn = self._drawn.parameters.copy_(self._exact)
        drawn[:, : self._n_linear].addcmul_(self._sigma, self._epsilon)
        return self._drawn

    def backward(self, gradient: QNetwork) -> None:
        """σ gets the gradient of θ times ε; that of μ is that of θ."""
        of_weights = gradient.parameters[:, : self._n_linear]
        torch.mul(of_weights, self._epsilon, out=gradient.parameters[:, -self._n_linear :])


def scaled(numbers: Tensor) -> Tensor:
    """f(x) = sgn(x) √|x| of normal numbers, as for eq. 10 and 11."""
    return numbers.sign() * numbers.abs().sqrt()


def sizes(network: QNetwork) -> Tensor:
    """Mean |σ| of the weights of each linear layer, `(P, L)`: Σ̄ of section 4."""
    shape = replace(network.shape, noisy=False, layer_norm=False)
    sigma = QNetwork(shape, network.parameters[:, -shape.n_linear :])
    return torch.stack([weight.abs().mean((1, 2)) for weight in sigma.weights], 1)
