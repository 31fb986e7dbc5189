"""Layers of P networks side by side: what each makes of its inputs, and its gradient by hand.

Their weights are views into the networks' parameters. A gradient is written into a layer of the
same kind whose weights are views into the gradient.
"""

from typing import Protocol

import torch
from torch import Tensor


class Layer(Protocol):
    """A linear layer: ``weight`` is `(P, out, in)`, ``bias`` `(P, 1, out)`."""

    weight: Tensor
    bias: Tensor

    def forward(self, inputs: Tensor) -> Tensor:
        """Outputs `(P, B, out)`."""
        ...

    def backward(self, grad: Tensor, inputs: Tensor, gradient: "Layer") -> None:
        """Write the derivative by weights and biases into ``gradient``.

        ``grad`` `(P, B, out)` is the derivative by the outputs of these ``inputs``.
        """
        ...


class Linear:
    """Outputs x Wᵀ + b for inputs x `(P, B, in)`."""

    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        self.weight = weight
        self.bias = bias
        self._transposed = weight.mT

    def forward(self, inputs: Tensor) -> Tensor:
        return torch.baddbmm(self.bias, inputs, self._transposed)

    def backward(self, grad: Tensor, inputs: Tensor, gradient: Layer) -> None:
        """The weights get gradᵀ · inputs, the biases Σ grad."""
        torch.bmm(grad.mT, inputs, out=gradient.weight)
        torch.sum(grad, 1, keepdim=True, out=gradient.bias)


class Lookup:
    """A linear layer whose inputs are indices `(P, B)` int64 of one-hot vectors.

    Of the product with a vector that is 1 at one place and 0 at all others, a row of Wᵀ is left.
    """

    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        self.weight = weight
        self.bias = bias
        self._transposed = weight.mT
        self._members = torch.arange(len(weight), device=weight.device)[:, None]

    def forward(self, inputs: Tensor) -> Tensor:
        return self._transposed[self._members, inputs].add_(self.bias)

    def backward(self, grad: Tensor, inputs: Tensor, gradient: Layer) -> None:
        """A row gets the sum of grad over where it was picked; of the others it is 0."""
        places = (self._members, inputs)
        gradient.weight.zero_().mT.index_put_(places, grad, accumulate=True)
        torch.sum(grad, 1, keepdim=True, out=gradient.bias)
