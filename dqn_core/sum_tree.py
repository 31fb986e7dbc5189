"""Many numbers and their sums, to draw each number in proportion to its size."""

from itertools import pairwise

import numpy as np

FANOUT = 32
"""Children of a node: a search compares with all of them at once, for a whole batch."""

WIDEST_ROOT = 2_048
"""Children of the root, which is searched by bisection."""

BELOW_ONE = 1 - 2.0**-52


class SumTree:
    """``size`` numbers ≥ 0 of each of P members, and where each begins and ends on their total.

    A node keeps where its children end, one after the other, in float64. That is always summed
    anew from the children, never by differences: nothing drifts, and the sums depend on the
    numbers alone, not on the order in which these were set.
    """

    def __init__(self, members: int, size: int) -> None:
        widths = []
        while size > WIDEST_ROOT:
            widths.append(FANOUT)
            size = -(-size // FANOUT)
        widths.append(size)
        nodes = members * int(np.prod(widths))
        self._offsets = np.arange(0, nodes, nodes // members)[:, None]
        self._roots = np.arange(members)[:, None]
        # Untouched pages of zeros cost no memory until they are written.
        self._sums = [np.zeros(nodes)]  # the numbers, and of each level of nodes their sums
        # Where the children of each node end, after a 0: (nodes, width + 1), the root last.
        self._ends: list[np.ndarray] = []
        for width in widths:
            nodes //= width
            self._sums.append(np.zeros(nodes))
            self._ends.append(np.zeros((nodes, width + 1)))

    @property
    def total(self) -> np.ndarray:
        """The sum of each member's numbers, `(P, 1)`."""
        return self._sums[-1][:, None]

    def at(self, places: np.ndarray) -> np.ndarray:
        """The numbers at ``places`` `(P, B)`."""
        numbers: np.ndarray = self._sums[0].take(places + self._offsets)
        return numbers

    def set(self, places: np.ndarray, numbers: np.ndarray) -> None:
        """Put ``numbers`` at ``places``, both `(P, B)`; of equal places the last one counts."""
        nodes = (places + self._offsets).ravel()
        self._sums[0][nodes] = numbers.ravel()
        for (children, sums), ends in zip(pairwise(self._sums), self._ends, strict=True):
            width = ends.shape[1] - 1
            nodes = nodes // width
            if len(nodes) >= len(ends):  # rather each node of this level once
                nodes = np.arange(len(ends))
            ends[nodes, 1:] = children.reshape(-1, width).take(nodes, axis=0).cumsum(-1)
            sums[nodes] = ends[nodes, -1]

    def find(self, targets: np.ndarray) -> np.ndarray:
        """Where each of ``targets`` `(P, B)`, from 0 to below the total, falls: `(P, B)` int64.

        A number that is 0 takes no room and is never found.
        """
        *below, root = self._ends
        targets = _inside(targets, root[:, -1:])
        rows = zip(root, targets, strict=True)
        beyond = np.stack([ends.searchsorted(theirs, "right") for ends, theirs in rows])
        nodes, targets = _child(root, self._roots, beyond, targets)
        for ends in reversed(below):
            theirs = ends.take(nodes, axis=0)
            targets = _inside(targets, theirs[..., -1])
            beyond = (theirs > targets[..., None]).argmax(-1)
            nodes, targets = _child(ends, nodes, beyond, targets)
        return nodes - self._offsets


def _inside(targets: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Rounding may carry a target to the end of its node, where only numbers that are 0 lie."""
    inside: np.ndarray = np.minimum(targets, end * BELOW_ONE)
    return inside


def _child(
    ends: np.ndarray, nodes: np.ndarray, beyond: np.ndarray, targets: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The child before the first end that is beyond the target, and the target from its start."""
    starts = nodes * ends.shape[1] + beyond - 1
    return starts - nodes, targets - ends.take(starts)
