"""Which actions a page shows if there are thousands."""

import numpy as np

from dashboard.web.language import _

MOST_ACTIONS = 20
"""If there are more, those with the largest Q are shown."""


def best_of(values: np.ndarray, *others: int) -> list[int]:
    """The actions that are shown, in their order; ``others`` are always among them.

    An action whose Q, of ``values`` `(n_actions,)`, is NaN is worse than all others.
    """
    by_value = np.argsort(-values, kind="stable")[:MOST_ACTIONS].tolist()
    return sorted([*dict.fromkeys([*others, *by_value])][:MOST_ACTIONS])


def more(count: int) -> str:
    """What stands for ``count`` that are not shown; "" for none."""
    return _("{count} more", count=f"{count:,}") if count else ""
