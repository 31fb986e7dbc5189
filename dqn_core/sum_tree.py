"""Many numbers and their sums, to draw each number in proportion to its size."""

import numpy as np

FANOUT = 16
"""Children of a node: a search compares with all of them at once, for a whole batch."""

WIDEST_ROOT = 4_096
"""Children of the root, which is searched by bisection."""


class SumTree:
    """``size`` numbers ≥ 0 of each of P members, and where each begins and ends on their total.

    A node keeps in float64 where each of its children ends: the cumulative sums. They are always
    summed anew from the children, never by differences: nothing drifts, and the sums depend on the
    numbers alone, not on the order in which these were set.
    """

    def __init__(self, members: int, size: int) -> None:
        widths = []
        while size > WIDEST_ROOT:
            widths.append(FANOUT)
            size = -(-size // FANOUT)
        widths.append(size)
        nodes = members * int(np.prod(widths))
        self._first = np.arange(0, nodes, nodes // members)[:, None]  # of each member's numbers
        self._roots = np.arange(members)[:, None]
        # Untouched pages of zeros cost no memory until they are written.
        self._sums = [np.zeros(nodes)]  # the numbers, and of each level of nodes their sums
        self._ends: list[np.ndarray] = []  # of the children of each node, (nodes, width)
        for width in widths:
            nodes //= width
            self._sums.append(np.zeros(nodes))
            self._ends.append(np.zeros((nodes, width)))
        # Where the nodes between numbers and roots start in their parents.
        self._starts = [np.zeros(len(sums)) for sums in self._sums[1:-1]]
        self._not_summed: list[np.ndarray] = []  # numbers that were set since the sums were made

    @property
    def total(self) -> np.ndarray:
        """The sum of each member's numbers, `(P, 1)`."""
        self._sum_up()
        return self._sums[-1][:, None]

    def at(self, places: np.ndarray) -> np.ndarray:
        """The numbers at ``places`` `(P, B)`."""
        numbers: np.ndarray = self._sums[0].take(places + self._first)
        return numbers

    def set(self, places: np.ndarray, numbers: np.ndarray) -> None:
        """Put ``numbers`` `(P, B)` at ``places`` `(P, B)`, or `(B,)` where they are one for all.

        Of equal places the last one counts.
        """
        nodes = (places + self._first).ravel()
        self._sums[0][nodes] = numbers.ravel()
        self._not_summed.append(nodes)

    def _sum_up(self) -> None:
        """Bring the sums up to date: once for all that was set since they were asked for."""
        if not self._not_summed:
            return
        nodes = np.concatenate(self._not_summed)
        self._not_summed.clear()
        for level, ends in enumerate(self._ends):
            width = ends.shape[1]
            nodes = nodes // width
            if len(nodes) >= len(ends):  # rather each node of this level once
                nodes = np.arange(len(ends))
            theirs = self._sums[level].reshape(-1, width).take(nodes, axis=0).cumsum(-1)
            self._sums[level + 1][nodes] = theirs[:, -1]
            if level:
                self._starts[level - 1].reshape(-1, width)[nodes, 1:] = theirs[:, :-1]
            # The last one that is not 0 has no end: rounding may carry a target that far.
            np.putmask(theirs, theirs >= theirs[:, -1:], np.inf)
            ends[nodes] = theirs

    def find(self, targets: np.ndarray) -> np.ndarray:
        """Where each of ``targets`` `(P, B)`, from 0 to below the total, falls: `(P, B)` int64.

        A number that is 0 takes no room and is never found.
        """
        self._sum_up()
        nodes, ends = self._roots, self._ends[-1]
        rows = zip(ends, targets, strict=True)
        child = np.array([theirs.searchsorted(target, "right") for theirs, target in rows])
        for level in range(len(self._ends) - 2, -1, -1):
            nodes = nodes * ends.shape[1] + child
            targets = targets - self._starts[level].take(nodes)
            ends = self._ends[level]
            child = (ends.take(nodes, axis=0) > targets[..., None]).argmax(-1)
        places: np.ndarray = nodes * ends.shape[1] + child - self._first
        return places
