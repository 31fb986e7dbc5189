"""What is said below the chart of predicted and obtained rewards."""

import pytest

from dashboard.charts.predictions import MEANING, about_the_gap, not_counted
from dashboard.session.run import Run
from dqn_core.base.numbers import percent
from tests.core.small_runs import SMALL


def a_run(members: int = 1, **values: object) -> Run:
    run = Run([SMALL.replace(seed=p, evaluation_episodes=2, **values) for p in range(members)])
    run.trainer.run(max_steps=30)
    return run


def test_nothing_is_said_before_there_is_an_evaluation() -> None:
    assert about_the_gap(a_run()) == ""


def test_both_directions_of_a_gap_are_explained() -> None:
    run = a_run(env_id="FrozenLake-v1", max_episode_steps=10_000)
    run.trainer.evaluate()
    assert about_the_gap(run) == MEANING, "no episode was cut"
    assert "Predicted above obtained" in MEANING
    assert "Predicted below obtained" in MEANING


def test_what_a_time_limit_cut_is_said_with_its_share_and_its_weight() -> None:
    run = a_run(members=2, max_episode_steps=6, gamma=0.5)
    run.trainer.evaluate()
    found = about_the_gap(run)
    assert f"The time limit cut {percent(1.0)} of these episodes" in found
    assert f"are not counted. Their weight would be at most γ^6 = {percent(0.5**6)}." in found


@pytest.mark.parametrize("share", [0.0, float("nan")])
def test_where_nothing_was_cut_or_nobody_knows_nothing_is_said_of_it(share: float) -> None:
    assert not_counted(share, 0.9, 10) == ""
