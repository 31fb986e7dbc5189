"""Weights that remember a copy of each network that was drawn from them."""

from dqn_core.networks import QNetwork
from dqn_core.noise import Weights


class Watched:
    """`Weights` around others: ``drawn`` has copies, since the networks themselves go on."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self.drawn: list[QNetwork] = []

    def draw(self) -> QNetwork:
        network = self._weights.draw()
        self.drawn.append(network.copy())
        return network

    def backward(self, gradient: QNetwork) -> None:
        self._weights.backward(gradient)
