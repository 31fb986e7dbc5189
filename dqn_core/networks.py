"""Q-networks of P members in one tensor, their forward pass and their gradient.

The network is the notebook's `MLP`: hidden layers with ReLU, and one output for each action.
Row p of ``parameters`` `(P, n)` is what ``torch.nn.utils.parameters_to_vector`` gives for member
p's `MLP`, so that Adam, the target copy, Polyak averaging, saving and forking are each one
tensor operation.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils import vector_to_parameters

from dqn_core.heads import SCALAR, Head
from dqn_core.layers import Layer, LayerNorm, Linear, Lookup, Standardised
from dqn_core.random_streams import seed_sequence


@dataclass(frozen=True)
class NetworkShape:
    """Sizes of the layers; ``hidden_dims`` has the units of each hidden layer.

    ``n_states`` is not 0 if observations are indices: the inputs are then one-hot vectors.
    ``atoms`` is the number of outputs for each action, 0 if the output is the Q-value.
    ``layer_norm`` puts a layer normalisation between each hidden layer and its ReLU. With ``noisy``
    each weight and bias has a second parameter, the size of its noise.
    """

    observation_dim: int
    n_actions: int
    hidden_dims: tuple[int, ...] = (128, 128)
    dueling: bool = False
    n_states: int = 0
    atoms: int = 0
    layer_norm: bool = False
    noisy: bool = False

    @property
    def layers(self) -> tuple[tuple[int, int], ...]:
        """Inputs and outputs of each linear layer; a dueling network has the state value first."""
        inputs = self.n_states or self.observation_dim
        outputs = (self.n_actions + (1 if self.dueling else 0)) * (self.atoms or 1)
        return tuple(pairwise((inputs, *self.hidden_dims, outputs)))

    @property
    def n_linear(self) -> int:
        """Weights and biases of the linear layers."""
        return sum((fan_in + 1) * fan_out for fan_in, fan_out in self.layers)

    @property
    def n_parameters(self) -> int:
        of_norms = 2 * sum(self.hidden_dims) if self.layer_norm else 0
        return self.n_linear + of_norms + (self.n_linear if self.noisy else 0)


class Forward(NamedTuple):
    """What a forward pass leaves for the backward pass."""

    inputs: Sequence[Tensor]  # of each layer (P, B, in), or indices (P, B) of the first
    outputs: Tensor  # (P, B, n_actions), with atoms (P, B, n_actions, atoms): `Head` reads them
    standardised: Sequence[Standardised]  # of each layer normalisation


class QNetwork:
    """The Q-networks of P members side by side.

    ``weights[i]`` `(P, out, in)` and ``biases[i]`` `(P, 1, out)` are views into ``parameters``,
    which has the linear layers first, then the normalisations, then the sizes of noise. A
    `QNetwork` does not use the sizes: it is the network of the mean weights (`noise`).
    """

    def __init__(self, shape: NetworkShape, parameters: Tensor, head: Head = SCALAR) -> None:
        self.shape = shape
        self.parameters = parameters
        self.head = head
        self._action_axis = -2 if shape.atoms else -1
        sizes = [
            size for fan_in, fan_out in shape.layers for size in ((fan_out, fan_in), (1, fan_out))
        ]
        views = list(_matrices(parameters[:, : shape.n_linear], sizes))
        self.weights, self.biases = views[::2], views[1::2]
        kinds = [Lookup if shape.n_states else Linear, *[Linear] * len(shape.hidden_dims)]
        self.layers: list[Layer] = [
            kind(*of) for kind, *of in zip(kinds, self.weights, self.biases, strict=True)
        ]
        of_units = [(1, width) for width in shape.hidden_dims for _ in range(2)]
        views = list(
            _matrices(parameters[:, shape.n_linear :], of_units if shape.layer_norm else ())
        )
        self.norms = [LayerNorm(*of) for of in zip(views[::2], views[1::2], strict=True)]

    @classmethod
    def initialised(
        cls,
        shape: NetworkShape,
        seeds: Sequence[int],
        dtype: torch.dtype = torch.float32,
        head: Head = SCALAR,
        noisy_sigma: float = 0.5,
    ) -> "QNetwork":
        """PyTorch's defaults: for `nn.Linear` U(±1/√inputs), from each member's own stream.

        A normalisation begins with scale 1 and shift 0, the size of noise with σ₀/√inputs
        (Fortunato et al. 2018, section 3.2).
        """
        normed = shape.hidden_dims if shape.layer_norm else ()
        constants = [np.repeat([1.0, 0.0], width) for width in normed]
        constants += [
            np.full((fan_in + 1) * fan_out, noisy_sigma * fan_in**-0.5)
            for fan_in, fan_out in (shape.layers if shape.noisy else ())
        ]
        rows = []
        for seed in seeds:
            generator = np.random.default_rng(seed_sequence(seed, "network"))
            draws = [
                generator.uniform(-(fan_in**-0.5), fan_in**-0.5, size=(fan_in + 1) * fan_out)
                for fan_in, fan_out in shape.layers
            ]
            rows.append(np.concatenate([*draws, *constants]))
        return cls(shape, torch.from_numpy(np.stack(rows)).to(dtype), head)

    def like(self) -> "QNetwork":
        """A network of the same shape with parameters of its own, all zero."""
        return QNetwork(self.shape, torch.zeros_like(self.parameters), self.head)

    def copy(self) -> "QNetwork":
        """A network with the same values in memory of its own: a target must not be an alias."""
        return QNetwork(self.shape, self.parameters.clone(), self.head)

    def members(self, rows: Sequence[int]) -> "QNetwork":
        """A copy of these members alone."""
        return QNetwork(self.shape, self.parameters[list(rows)], self.head.members(rows))

    def on(self, device: str) -> "QNetwork":
        """The same network on a device, with its own memory only if it is another device."""
        return QNetwork(self.shape, self.parameters.to(device), self.head.on(device))

    def forward(self, observations: Tensor) -> Forward:
        """Outputs and the activations on the way, for observations `(P, B, observation_dim)`."""
        first = observations[..., 0].long() if self.shape.n_states else observations
        inputs: list[Tensor] = [first]
        standardised: list[Standardised] = []
        *hidden, top = self.layers
        for index, layer in enumerate(hidden):
            outputs = layer.forward(inputs[-1])
            if self.norms:
                standardised.append(Standardised.of(outputs))
                outputs = self.norms[index].forward(standardised[-1])
            inputs.append(outputs.relu_())
        return Forward(inputs, self._of_actions(top.forward(inputs[-1])), standardised)

    def q_values(self, observations: Tensor) -> Tensor:
        """Q `(P, B, n_actions)` for observations `(P, B, observation_dim)`."""
        return self.head.q_values(self.forward(observations).outputs)

    def backward(self, forward: Forward, grad_outputs: Tensor, gradient: "QNetwork") -> None:
        """Backpropagation: write the gradient of Σ grad_outputs · outputs into ``gradient``.

        ``grad_outputs`` has the shape of the outputs: it is the derivative of the loss by them.
        Layer by layer from the top, ``grad`` is the derivative by a layer's outputs, and the layer
        below gets grad · weights where its ReLU was open. ``forward`` cannot be used again: each
        ``grad`` takes the memory of the activations, which is still in the processor's cache.
        """
        grad = self._of_actions_backward(grad_outputs)
        for index in range(len(self.layers) - 1, -1, -1):
            layer, inputs = self.layers[index], forward.inputs[index]
            gradient.layers[index].take_gradient(grad, inputs)
            if index:
                # What a ReLU let through is positive, and 0 where it was closed.
                grad = inputs.sign_().mul_(torch.bmm(grad, layer.weight))
                if self.norms:
                    norm, of_units = self.norms[index - 1], gradient.norms[index - 1]
                    grad = norm.backward(grad, forward.standardised[index - 1], of_units)

    def _of_actions(self, top: Tensor) -> Tensor:
        """The outputs for each action, from the last layer's.

        Dueling: V + A − mean A (Wang et al. 2016, eq. 9), for each atom by itself.
        """
        outputs = top.view(*top.shape[:2], -1, self.shape.atoms) if self.shape.atoms else top
        if not self.shape.dueling:
            return outputs
        value, advantages = outputs.tensor_split([1], self._action_axis)
        return value + advantages - advantages.mean(self._action_axis, keepdim=True)

    def _of_actions_backward(self, grad: Tensor) -> Tensor:
        if self.shape.dueling:
            by_value = grad.sum(self._action_axis, keepdim=True)
            by_advantages = grad - by_value / self.shape.n_actions
            grad = torch.cat([by_value, by_advantages], self._action_axis)
        return grad.flatten(2) if self.shape.atoms else grad

    def to_module(self, member: int = 0) -> "MLP":
        """Member ``member`` as an ordinary `nn.Module` with its own copy of the weights.

        Of a noisy network it has the mean weights.
        """
        module = MLP(replace(self.shape, noisy=False)).to(self.parameters.dtype)
        weights = self.parameters[member, : module.shape.n_parameters].detach().cpu().clone()
        vector_to_parameters(weights, module.parameters())
        return module


def _matrices(parameters: Tensor, sizes: Iterable[tuple[int, int]]) -> Iterator[Tensor]:
    """Views `(P, rows, columns)` of these sizes that lie one behind the other in ``parameters``."""
    start = 0
    for rows, columns in sizes:
        part = parameters[:, start : start + rows * columns]
        start += rows * columns
        yield part.view(len(parameters), rows, columns)


class MLP(nn.Module):
    """The same network as an ordinary PyTorch module, to take away and as the tests' oracle."""

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__()
        self.shape = shape
        for number, sizes in enumerate(shape.layers, start=1):
            self.add_module(f"fc{number}", nn.Linear(*sizes))  # the notebook's names
        for number, width in enumerate(shape.hidden_dims if shape.layer_norm else (), start=1):
            self.add_module(f"norm{number}", nn.LayerNorm(width))

    def forward(self, inputs: Tensor) -> Tensor:
        """Outputs of network inputs `(B, inputs)` (one-hot if discrete), as `QNetwork` has them.

        Those are Q-values `(B, n_actions)`, or with atoms `(B, n_actions, atoms)`.
        """
        modules, depth = dict(self.named_children()), len(self.shape.hidden_dims)
        for number in range(1, depth + 1):
            inputs = modules[f"fc{number}"](inputs)
            if self.shape.layer_norm:
                inputs = modules[f"norm{number}"](inputs)
            inputs = torch.relu(inputs)
        top: Tensor = modules[f"fc{depth + 1}"](inputs)
        outputs = top.reshape(len(top), -1, self.shape.atoms or 1)
        if self.shape.dueling:
            value, advantages = outputs[:, :1], outputs[:, 1:]
            outputs = value + advantages - advantages.mean(1, keepdim=True)
        return outputs if self.shape.atoms else outputs.squeeze(-1)
