"""How fast a run has been in the last seconds."""

import pytest

from dashboard.session.pace import Pace


def test_the_measured_speed_looks_back_seconds_not_slices() -> None:
    pace = Pace()
    for step, now in enumerate([0.0, 1.0, 100.0, 101.0, 102.0]):
        pace.add(now, step, step / 2)
    assert pace.steps_per_second == pytest.approx(1.0)
    assert pace.training_share == pytest.approx(0.5)
    pace.clear()
    assert pace.steps_per_second == 0.0
