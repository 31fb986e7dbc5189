"""Q-networks of P members in one tensor, their forward pass and their gradient.

The network is the notebook's `MLP`: two hidden layers with ReLU, and one output for each action.
Row p of ``parameters`` `(P, n)` is what ``torch.nn.utils.parameters_to_vector`` gives for member
p's `MLP`, so that Adam, the target copy, Polyak averaging, saving and forking are each one
tensor operation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from dqn_core.random_streams import seed_sequence

threshold_backward = torch.ops.aten.threshold_backward.default


@dataclass(frozen=True)
class NetworkShape:
    """Sizes of the layers. ``n_states`` is not 0 when observations are indices, shown one-hot."""

    observation_dim: int
    n_actions: int
    hidden_dim: int = 128
    dueling: bool = False
    n_states: int = 0

    @property
    def layers(self) -> tuple[tuple[int, int], ...]:
        """Inputs and outputs of each linear layer; a dueling head has the state value first."""
        inputs = self.n_states or self.observation_dim
        outputs = self.n_actions + (1 if self.dueling else 0)
        return (
            (inputs, self.hidden_dim),
            (self.hidden_dim, self.hidden_dim),
            (self.hidden_dim, outputs),
        )

    @property
    def n_parameters(self) -> int:
        return sum((fan_in + 1) * fan_out for fan_in, fan_out in self.layers)


class Forward(NamedTuple):
    """What a forward pass leaves for the backward pass."""

    inputs: Tensor  # (P, B, inputs)
    hidden_1: Tensor  # (P, B, hidden_dim)
    hidden_2: Tensor  # (P, B, hidden_dim)
    q_values: Tensor  # (P, B, n_actions)


class QNetwork:
    """The Q-networks of P members side by side.

    ``weights[i]`` `(P, out, in)`, their ``transposed[i]`` and ``biases[i]`` `(P, 1, out)` are views
    into ``parameters``, made once.
    """

    def __init__(self, shape: NetworkShape, parameters: Tensor) -> None:
        self.shape = shape
        self.parameters = parameters
        self.weights: list[Tensor] = []
        self.transposed: list[Tensor] = []
        self.biases: list[Tensor] = []
        members, start = len(parameters), 0
        for fan_in, fan_out in shape.layers:
            weight = parameters[:, start : start + fan_out * fan_in]
            start += fan_out * fan_in
            bias = parameters[:, start : start + fan_out]
            start += fan_out
            self.weights.append(weight.view(members, fan_out, fan_in))
            self.transposed.append(self.weights[-1].mT)
            self.biases.append(bias.view(members, 1, fan_out))

    @classmethod
    def initialised(
        cls, shape: NetworkShape, seeds: Sequence[int], dtype: torch.dtype = torch.float32
    ) -> "QNetwork":
        """PyTorch's default for `nn.Linear`, U(±1/√inputs), from each member's own stream."""
        rows = []
        for seed in seeds:
            generator = np.random.default_rng(seed_sequence(seed, "network"))
            draws = [
                generator.uniform(-(fan_in**-0.5), fan_in**-0.5, size=(fan_in + 1) * fan_out)
                for fan_in, fan_out in shape.layers
            ]
            rows.append(np.concatenate(draws))
        return cls(shape, torch.from_numpy(np.stack(rows)).to(dtype))

    def like(self) -> "QNetwork":
        """A network of the same shape with parameters of its own, all zero."""
        return QNetwork(self.shape, torch.zeros_like(self.parameters))

    def copy(self) -> "QNetwork":
        """A network with the same values in memory of its own: a target must not be an alias."""
        return QNetwork(self.shape, self.parameters.clone())

    def member(self, index: int) -> "QNetwork":
        """A copy of one member, with P = 1."""
        return QNetwork(self.shape, self.parameters[index : index + 1].clone())

    def encode(self, observations: Tensor) -> Tensor:
        """Observations `(P, B, observation_dim)` as network inputs; indices become one-hot."""
        if self.shape.n_states:
            indices = observations[..., 0].long()
            return one_hot(indices, self.shape.n_states).to(self.parameters.dtype)
        return observations

    def forward(self, observations: Tensor) -> Forward:
        """Q-values and the activations on the way, for observations `(P, B, observation_dim)`."""
        w1, w2, w3 = self.transposed
        b1, b2, b3 = self.biases
        inputs = self.encode(observations)
        hidden_1 = torch.baddbmm(b1, inputs, w1).relu_()
        hidden_2 = torch.baddbmm(b2, hidden_1, w2).relu_()
        outputs = torch.baddbmm(b3, hidden_2, w3)
        return Forward(inputs, hidden_1, hidden_2, self._head(outputs))

    def q_values(self, observations: Tensor) -> Tensor:
        """Q `(P, B, n_actions)` for observations `(P, B, observation_dim)`."""
        return self.forward(observations).q_values

    def backward(self, forward: Forward, grad_q: Tensor, gradient: "QNetwork") -> None:
        """Backpropagation: write the gradient of Σ grad_q · Q into ``gradient``.

        ``grad_q`` `(P, B, n_actions)` is the derivative of the loss by the Q-values. Layer by
        layer from the top, with ``grad`` the derivative by a layer's outputs: its weights get
        gradᵀ · inputs, its biases Σ grad, and the layer below grad · weights where its ReLU was
        open.
        """
        w1, w2, w3 = gradient.weights
        b1, b2, b3 = gradient.biases
        grad = self._head_backward(grad_q)
        torch.bmm(grad.mT, forward.hidden_2, out=w3)
        torch.sum(grad, 1, keepdim=True, out=b3)

        grad = threshold_backward(torch.bmm(grad, self.weights[2]), forward.hidden_2, 0)
        torch.bmm(grad.mT, forward.hidden_1, out=w2)
        torch.sum(grad, 1, keepdim=True, out=b2)

        grad = threshold_backward(torch.bmm(grad, self.weights[1]), forward.hidden_1, 0)
        torch.bmm(grad.mT, forward.inputs, out=w1)
        torch.sum(grad, 1, keepdim=True, out=b1)

    def _head(self, outputs: Tensor) -> Tensor:
        """Q from the last layer's outputs; dueling: V + A − mean A (Wang et al. 2016, eq. 9)."""
        if not self.shape.dueling:
            return outputs
        value, advantages = outputs[..., :1], outputs[..., 1:]
        return value + advantages - advantages.mean(-1, keepdim=True)

    def _head_backward(self, grad_q: Tensor) -> Tensor:
        if not self.shape.dueling:
            return grad_q
        by_value = grad_q.sum(-1, keepdim=True)
        by_advantages = grad_q - grad_q.mean(-1, keepdim=True)
        return torch.cat([by_value, by_advantages], -1)

    def to_module(self, member: int = 0) -> "MLP":
        """Member ``member`` as an ordinary `nn.Module` with its own copy of the weights."""
        module = MLP(self.shape).to(self.parameters.dtype)
        vector_to_parameters(self.parameters[member].detach().cpu().clone(), module.parameters())
        return module

    @classmethod
    def from_module(cls, module: "MLP") -> "QNetwork":
        """The network, P = 1, whose weights are a copy of ``module``'s."""
        return cls(module.shape, parameters_to_vector(module.parameters()).detach().clone()[None])


class MLP(nn.Module):
    """The same network as an ordinary PyTorch module, to take away and as the tests' oracle."""

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__()
        self.shape = shape
        self.fc1, self.fc2, self.fc3 = (nn.Linear(*sizes) for sizes in shape.layers)

    def forward(self, inputs: Tensor) -> Tensor:
        """Q-values `(B, n_actions)` of network inputs `(B, inputs)` (one-hot if discrete)."""
        hidden = torch.relu(self.fc2(torch.relu(self.fc1(inputs))))
        outputs: Tensor = self.fc3(hidden)
        if not self.shape.dueling:
            return outputs
        value, advantages = outputs[..., :1], outputs[..., 1:]
        return value + advantages - advantages.mean(-1, keepdim=True)
