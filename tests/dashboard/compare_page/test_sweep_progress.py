"""How far a sweep is, while it is looked at."""

import math
from typing import Any, cast

from dashboard.compare_page.sweep_progress import SweepProgress
from dqn_core.sweeps.watch import HowFar


def test_the_time_left_is_that_at_the_pace_of_late_and_none_once_nothing_is_left() -> None:
    progress = SweepProgress(cast(Any, None), cast(Any, None))
    progress.looks.append((0.0, 0))
    for second, steps, left in ((0.0, 0, None), (1.0, 25, 3.0), (2.0, 50, 2.0), (4.0, 100, None)):
        progress.looks.append((second, steps))
        assert progress.seconds_left(HowFar(steps, 100, None, math.nan)) == left
