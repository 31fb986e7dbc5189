"""A drawn curve, as a browser sends it."""

import pytest

from dashboard.learn_page.drawing import heights_of
from dqn_core.experiments.experiment import Drawing

AXES = Drawing("small", 0.0, 500.0)


def test_a_curve_stays_within_its_axes() -> None:
    sent = [-10, 600.0, *range(9)]
    assert heights_of(sent, AXES) == [0.0, 500.0, *map(float, range(9))]


@pytest.mark.parametrize("sent", [None, [], [1.0] * 12, ["1"] * 11, {"a": 1}, [None] * 11])
def test_what_is_no_curve_is_none(sent: object) -> None:
    assert heights_of(sent, AXES) is None
