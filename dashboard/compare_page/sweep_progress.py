"""How far a sweep is while it is trained: seconds left, and which point is the best so far."""

import time
from collections import deque
from dataclasses import dataclass, field

from dashboard.compare_page.responses import point_words
from dashboard.session.words import clock
from dashboard.web.language import _
from dqn_core.base.numbers import number
from dqn_core.sweeps.catalogue import Sweep
from dqn_core.sweeps.watch import HowFar, Watch

LOOKS = 20
"""Whose pace says how long the rest will take."""


@dataclass
class SweepProgress:
    """Kept from one look at the ``sweep`` to the next."""

    sweep: Sweep
    watch: Watch
    looks: deque[tuple[float, int]] = field(default_factory=lambda: deque(maxlen=LOOKS))

    def look(self) -> HowFar:
        """How far it is now."""
        far = self.watch.look()
        self.looks.append((time.monotonic(), far.steps))
        return far

    def seconds_left(self, far: HowFar) -> float | None:
        """Until all planned steps are made at the recent pace; None while that is unknown."""
        (began, first), (now, last) = self.looks[0], self.looks[-1]
        if last <= first or now <= began or last >= far.planned_steps:
            return None
        return (far.planned_steps - last) * (now - began) / (last - first)


def so_far(far: HowFar) -> str:
    """``Best so far: γ 0.9 with a greedy return of 312.``, "" before the first evaluation."""
    if far.best is None:
        return ""
    return _(
        "Best so far: {point} with a greedy return of {value}.",
        point=point_words(far.best),
        value=number(far.greedy_return),
    )


def left_words(seconds: float | None) -> str:
    """``About 3:20 left.``, "" while nobody knows."""
    return "" if seconds is None else _("About {time} left.", time=clock(seconds))
