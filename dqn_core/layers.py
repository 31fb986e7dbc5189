"""Layers of P networks side by side: what each makes of its inputs, and its gradient by hand.

Their weights are views into the networks' parameters. A gradient is written into a layer of the
same kind whose weights are views into the gradient.
"""

from typing import NamedTuple, Protocol

import torch
from torch import Tensor

NARROW = 16
"""With at most this number of inputs or outputs a product is computed for all members in one call,
and then copied. Into memory with gaps between members PyTorch makes one call for each member."""

LAYER_NORM_EPSILON = 1e-5
"""PyTorch's default: it keeps the deviation of equal outputs from being 0."""


class Layer(Protocol):
    """A linear layer: ``weight`` is `(P, out, in)`, ``bias`` `(P, 1, out)`."""

    weight: Tensor
    bias: Tensor

    def forward(self, inputs: Tensor) -> Tensor:
        """Outputs `(P, B, out)`."""
        ...

    def take_gradient(self, grad: Tensor, inputs: Tensor) -> None:
        """Set weights and biases to the gradient by those of a layer that had these ``inputs``.

        ``grad`` `(P, B, out)` is the derivative by its outputs.
        """
        ...


class Linear:
    """Outputs x Wᵀ + b for inputs x `(P, B, in)`."""

    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        self.weight = weight
        self.bias = bias
        self._transposed = weight.mT
        members, fan_out, fan_in = weight.shape
        self._in_place = members == 1 or min(fan_out, fan_in) > NARROW
        self._has_few_outputs = fan_out < fan_in

    def forward(self, inputs: Tensor) -> Tensor:
        return torch.baddbmm(self.bias, inputs, self._transposed)

    def take_gradient(self, grad: Tensor, inputs: Tensor) -> None:
        """The weights get gradᵀ · inputs, the biases Σ grad."""
        if self._in_place:
            torch.bmm(grad.mT, inputs, out=self.weight)
        elif self._has_few_outputs:  # a product with few rows is faster than one with few columns
            self.weight.copy_(torch.bmm(grad.mT, inputs))
        else:
            self._transposed.copy_(torch.bmm(inputs.mT, grad))
        torch.sum(grad, 1, keepdim=True, out=self.bias)


class Lookup:
    """A linear layer whose inputs are indices `(P, B)` int64 of one-hot vectors.

    The product of a one-hot vector with Wᵀ is one row of Wᵀ.
    """

    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        self.weight = weight
        self.bias = bias
        self._transposed = weight.mT
        self._members = torch.arange(len(weight), device=weight.device)[:, None]

    def forward(self, inputs: Tensor) -> Tensor:
        return self._transposed[self._members, inputs].add_(self.bias)

    def take_gradient(self, grad: Tensor, inputs: Tensor) -> None:
        """Each row of Wᵀ gets the sum of grad over where it was used, 0 if it was not used."""
        places = (self._members, inputs)
        self.weight.zero_().mT.index_put_(places, grad, accumulate=True)
        torch.sum(grad, 1, keepdim=True, out=self.bias)


class Standardised(NamedTuple):
    """A layer's outputs z `(P, B, out)` with mean 0 and deviation 1 over its units."""

    units: Tensor  # (z - mean) / deviation
    inverse: Tensor  # (P, B, 1), 1 / deviation

    @classmethod
    def of(cls, outputs: Tensor) -> "Standardised":
        """The deviation is √(variance + ε) (Ba et al. 2016, eq. 3)."""
        shape = outputs.shape[-1:]
        units, _, inverse = torch.native_layer_norm(outputs, shape, None, None, LAYER_NORM_EPSILON)
        return cls(units, inverse)


class LayerNorm:
    """Layer normalisation (Ba et al. 2016): scale ⊙ standardised outputs + shift, both learnt."""

    def __init__(self, scale: Tensor, shift: Tensor) -> None:
        self.scale = scale  # (P, 1, out), as the shift
        self.shift = shift

    def forward(self, standardised: Standardised) -> Tensor:
        return torch.addcmul(self.shift, standardised.units, self.scale)

    def backward(self, grad: Tensor, standardised: Standardised, gradient: "LayerNorm") -> Tensor:
        """Write the derivative by scale and shift into ``gradient``.

        Returns: that by the outputs z before they were standardised, as x: with g the derivative by
        x, it is (g − mean g − x · mean(g · x)) / deviation, since z moves mean and deviation too.
        """
        units, inverse = standardised
        torch.sum(grad, 1, keepdim=True, out=gradient.shift)
        torch.sum(grad * units, 1, keepdim=True, out=gradient.scale)
        by_units = grad * self.scale
        along = (by_units * units).mean(-1, keepdim=True)
        centred = by_units - by_units.mean(-1, keepdim=True)
        return centred.addcmul_(units, along, value=-1).mul_(inverse)
