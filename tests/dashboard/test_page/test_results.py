"""Test episodes: figures, table and chart."""

import itertools
from types import SimpleNamespace

import numpy as np
import pytest

from dashboard.session.agents import Chosen
from dashboard.test_page.conditions import Settings
from dashboard.test_page.progress import PROGRESS_SECONDS
from dashboard.test_page.results import THRESHOLD_COLOR, Results, chart, difference, summary
from dqn_core import Conditions, evaluate, record
from dqn_core.base.numbers import number, percent
from dqn_core.episodes.evaluation import Evaluation
from tests.balancing import balancing_agent
from tests.dashboard.episodes import chosen


def test_results_are_those_of_evaluate() -> None:
    settings = Settings(12, 50, Conditions(epsilon=0.5))
    results = Results.of(chosen(), settings)
    expected = evaluate(balancing_agent(), 12, 50, settings.conditions)
    np.testing.assert_array_equal(results.evaluation.returns, expected.returns)
    table = results.table()
    assert table["seed"].tolist() == list(range(50, 62))
    assert results.worst_seed == table["seed"][int(table["return"].argmin())]
    replayed = record(balancing_agent(), results.worst_seed, settings.conditions)
    assert replayed.total == table["return"].min()
    assert results.figures()["mean return"] == number(expected.returns.mean())
    assert results.headline == "**Balancer**: 12 episodes from seed 50, with ε 0.5"
    points, mean = chart([results]).data
    assert list(points.y) == list(expected.returns)
    assert list(mean.y) == [expected.returns.mean()] * 2, "the episodes are independent"


def results_of(returns: list[float], title: str = "A", gamma: float = 0.9) -> Results:
    count = len(returns)
    evaluation = Evaluation(
        seeds=list(range(count)),
        returns=np.array(returns),
        lengths=np.full(count, 7),
        terminated=np.array([True] * (count - 1) + [False]),
        predicted=np.linspace(1, 3, count),
        obtained=np.linspace(4, 8, count),
        largest_input=np.ones(count),
    )
    agent = balancing_agent(gamma=gamma)
    return Results(Chosen(title, title, agent), Settings(episodes=count), evaluation, 475.0)


def test_every_figure_is_what_its_name_says() -> None:
    returns = [500.0, 475.0, 474.0, 10.0, 100.0, 500.0, 500.0, 500.0, 500.0, 500.0]
    figures = results_of(returns).figures()
    assert figures["mean return"] == "405.9"
    assert figures["median"] == "500"
    assert figures["smallest"] == "10"
    assert figures["at 475 or more"] == percent(0.7)
    chance = np.random.default_rng(5)
    means = chance.choice(returns, (20_000, len(returns))).mean(axis=1)
    low, high = (
        float(text) for text in figures[f"{percent(0.95)} interval of the mean"].split(" to ")
    )
    assert low == pytest.approx(np.quantile(means, 0.025), abs=12)
    assert high == pytest.approx(np.quantile(means, 0.975), abs=12)


def test_an_interval_of_few_episodes_says_so() -> None:
    figures = results_of([1.0, 2.0, 3.0, 4.0]).figures()
    assert figures[f"{percent(0.95)} interval of the mean"].endswith("(of only 4 values)")
    figures = results_of([1.0] * 9 + [5.0]).figures()
    assert "alone" not in figures[f"{percent(0.95)} interval of the mean"]


def test_two_agents_are_compared_start_by_start() -> None:
    starts = np.random.default_rng(1).normal(100, 50, 40)  # far more apart than the agents are
    first, second = results_of(list(starts), "A"), results_of(list(starts + 3), "B")
    words = difference(first, second)
    assert words.startswith("**B** against **A**, from the same starts: +3 on average")
    assert f"{percent(0.95)} interval 3 to 3: this shows a difference." in words
    assert "Better in 40 of 40 episodes, worse in 0." in words
    gained = np.random.default_rng(2).permutation([5.0, -5.0] * 20)
    words = difference(first, results_of(list(starts + gained), "B"))
    assert ": 0 on average" in words
    assert "this shows no difference" in words
    assert list(summary([first, second]).index) == ["A", "B"]


def test_what_was_predicted_and_obtained_names_its_discount_and_what_was_cut() -> None:
    words = results_of([1.0, 2.0, 3.0, 4.0], gamma=0.985).outlook
    assert (
        "predicted 2 at the start (max Q) and obtained 6 (rewards, discounted by γ 0.985)" in words
    )
    assert f"cut {percent(0.25)} of these episodes" in words
    assert f"γ^7 = {percent(0.985**7)}" in words


def test_an_export_says_in_every_row_what_it_is_of() -> None:
    table = results_of([1.0, 2.0], "A").export()
    assert table["agent"].tolist() == ["A", "A"]
    assert table["gamma"].tolist() == [0.9, 0.9]
    assert table["environment"].tolist() == ["CartPole-v1"] * 2
    assert table["discounted return obtained"].tolist() == [4.0, 8.0]


def test_a_test_tells_how_far_it_is_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = itertools.count(0.0, PROGRESS_SECONDS / 10)
    # In that module alone: threads of other tests look at the clock, too.
    time = SimpleNamespace(monotonic=lambda: next(clock))
    monkeypatch.setattr("dashboard.test_page.progress.time", time)
    shares: list[float] = []
    results = Results.of(chosen(), Settings(episodes=2), shares.append)
    assert shares == sorted(set(shares))
    assert 0 < shares[0] < shares[-1] <= results.evaluation.lengths.max() / 500
    assert 2 <= len(shares) <= results.evaluation.lengths.max() / 5, "not at each step"


def test_the_threshold_is_seen_on_light_and_dark() -> None:
    results = Results.of(Chosen("it", "it", balancing_agent()), Settings(episodes=2))
    assert chart([results]).layout.shapes[0].line.color == THRESHOLD_COLOR
