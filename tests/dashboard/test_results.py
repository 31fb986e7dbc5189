"""Test episodes: figures, table and chart."""

import itertools

import numpy as np
import pytest

from dashboard.agents import Chosen
from dashboard.conditions import Conditions
from dashboard.results import PROGRESS_SECONDS, THRESHOLD_COLOR, Results
from dqn_core import evaluate, record
from tests.balancing import balancing_agent
from tests.dashboard.episodes import chosen


def test_results_are_those_of_evaluate() -> None:
    how = Conditions(episodes=12, first_seed=50, epsilon=0.5)
    results = Results.of(chosen(), how)
    expected = evaluate(balancing_agent(), 12, 50, 0.5)
    np.testing.assert_array_equal(results.evaluation.returns, expected.returns)
    table = results.table()
    assert table["seed"].tolist() == list(range(50, 62))
    assert results.worst_seed == table["seed"][int(table["return"].argmin())]
    replayed = record(balancing_agent(), results.worst_seed, 0.5)
    assert replayed.total == table["return"].min()
    assert results.figures()["Mean"] == f"{expected.returns.mean():.1f}"
    assert results.headline == "**Balancer**: 12 episodes from seed 50, with ε 0.5"
    points, average = results.chart("#0077bb").data
    assert list(points.y) == list(expected.returns)
    assert len(average.y) == 12


def test_a_test_tells_how_far_it_is_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = itertools.count(0.0, PROGRESS_SECONDS / 10)
    monkeypatch.setattr("dashboard.results.time.monotonic", lambda: next(clock))
    shares: list[float] = []
    results = Results.of(chosen(), Conditions(episodes=2), shares.append)
    assert shares == sorted(set(shares))
    assert 0 < shares[0] < shares[-1] <= results.evaluation.lengths.max() / 500
    assert 2 <= len(shares) <= results.evaluation.lengths.max() / 5, "not at each step"


def test_the_threshold_is_seen_on_light_and_dark() -> None:
    results = Results.of(Chosen("it", "it", balancing_agent()), Conditions(episodes=2))
    assert results.chart("#0077bb").layout.shapes[0].line.color == THRESHOLD_COLOR
