"""What is remembered of experiments, and what an address says of it."""

from urllib.parse import parse_qs

import pytest

from dashboard.learn_page.drawing import POINTS
from dashboard.learn_page.experiments_state import ExperimentsState


def test_a_prediction_is_in_the_address_so_that_a_reload_keeps_it() -> None:
    state = ExperimentsState()
    assert state.query == ""
    state.show("forgetting")
    state.answer(1)
    state.draw([12.5 * n for n in range(POINTS)])
    again = ExperimentsState.read(parse_qs(state.query))
    assert (again.shown, again.answers, again.drawings) == (
        state.shown,
        state.answers,
        state.drawings,
    )
    assert again.has_predicted


@pytest.mark.parametrize(
    "given",
    [
        {"experiment": ["no-such"]},
        {"answer": ["4"]},
        {"answer": ["²"]},
        {"answer": ["0"], "curve": ["1,2,3"]},
        {"experiment": ["forgetting"], "curve": ["high"]},
        {"experiment": ["broadcasting"], "curve": [",".join(["1"] * POINTS)]},
    ],
    ids=str,
)
def test_what_an_address_cannot_mean_is_left_out(given: dict[str, list[str]]) -> None:
    state = ExperimentsState.read(given)
    assert (state.answers, state.drawings) == ({}, {})
    is_asked = state.experiment.drawing is not None and "curve" in given
    assert ("cannot be read" in state.problem) is is_asked
