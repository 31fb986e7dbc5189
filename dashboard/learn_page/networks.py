"""The online and the target network as drawings: units with what they give, and their wires."""

from typing import TypedDict

import numpy as np

from dashboard.web.language import _, together
from dqn_core.base.numbers import percent
from dqn_core.microscope.update import Update
from dqn_core.networks import QNetwork

MOST_WIRES = 90
"""Weights of a layer that are drawn, the largest: thousands would be a grey area."""

DIGITS = 4
"""Digits of the numbers that are drawn and not written: a picture shows no more."""


class NetworkDrawing(TypedDict):
    """Each layer's units with what they give, from the inputs on, and the wires after it: from, to,
    weight, one after the other."""

    units: list[list[float]]
    wires: list[list[float]]


class SpokenNetworks(TypedDict):
    """The drawings in words, for those who cannot see them."""

    online: str
    target: str
    difference: str


class BothNetworks(TypedDict):
    """The drawings of both networks and of what differs in them."""

    online: NetworkDrawing
    target: NetworkDrawing
    difference: NetworkDrawing
    words: str
    spoken: SpokenNetworks


def networks(update: Update, i: int) -> BothNetworks:
    """Both networks as they were asked for the chosen transition, and what differs in them.

    The online one sees s, the target network s′. A drawing has each layer's ``units``, from the
    inputs on, and its ``wires``: from, to, weight, and so on. Units of the difference are as large
    as the difference of the weights that lead to them.
    """
    s, s2 = update.observations[i], update.next_observations[i]
    online, target = update.online, update.target
    differences = [
        mine - theirs
        for mine, theirs in zip(_matrices(online, s), _matrices(target, s), strict=True)
    ]
    changed = [np.zeros(differences[0].shape[1]), *(np.linalg.norm(d, axis=1) for d in differences)]
    return {
        "online": _drawing([layer[i] for layer in update.of_online], _matrices(online, s)),
        "target": _drawing([layer[i] for layer in update.of_target], _matrices(target, s2)),
        "difference": _drawing(changed, differences),
        "words": _difference(online, target),
        "spoken": {
            "online": together(_("Online network for s."), _active(update.of_online, i)),
            "target": together(_("Target network for s′."), _active(update.of_target, i)),
            "difference": _difference(online, target),
        },
    }


def _active(layers: list[np.ndarray], i: int) -> str:
    """How many units of each hidden layer are active, for those who cannot see the drawing."""
    counts = [
        _("{active} of {units}", active=int(np.count_nonzero(layer[i])), units=layer.shape[1])
        for layer in layers[1:-1]
    ]
    return _("Units that give something, by hidden layer: {layers}.", layers=_(", ").join(counts))


def _drawing(units: list[np.ndarray], matrices: list[np.ndarray]) -> NetworkDrawing:
    return {
        "units": [
            np.nan_to_num(np.atleast_1d(layer), nan=0, posinf=0, neginf=0).round(DIGITS).tolist()
            for layer in units
        ],
        "wires": [_wires(matrix) for matrix in matrices],
    }


def _matrices(network: QNetwork, observation: np.ndarray) -> list[np.ndarray]:
    """The weights of each layer `(out, in)`; if the input is an index, only those of that index."""
    shape = network.shape
    matrices = [weight[0].cpu().numpy() for weight in network.weights]
    if shape.n_states:
        matrices[0] = matrices[0][:, [int(observation[0])]]
    if shape.dueling:  # the state's value comes first, and is in the output of every action
        matrices[-1] = matrices[-1][shape.atoms or 1 :]
    return matrices


def _wires(matrix: np.ndarray) -> list[float]:
    """The largest weights of a layer: from, to, weight, one after the other."""
    if not np.isfinite(matrix).all():
        return []
    flat = np.abs(matrix).ravel()
    count = min(MOST_WIRES, flat.size)
    largest = np.argpartition(flat, -count)[-count:]
    to, start = np.divmod(largest[flat[largest] > 0], matrix.shape[1])
    rows = zip(start.tolist(), to.tolist(), matrix[to, start].round(DIGITS).tolist(), strict=True)
    return [number for row in rows for number in row]


def _difference(online: QNetwork, target: QNetwork) -> str:
    mine, theirs = online.parameters, target.parameters
    share = float((mine - theirs).norm() / mine.norm())
    if share == 0:
        return _("For this update both networks had the same weights.")
    return _(
        "The weights of the two networks differ by {share} of their length.",
        share=percent(share),
    )
