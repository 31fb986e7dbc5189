"""Averages and intervals against pandas, SciPy and rliable."""

from importlib.util import find_spec

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dqn_core.base.statistics import (
    area_under,
    bootstrap_interval,
    improvement_interval,
    interquartile_mean,
    performance_profile,
    probability_of_improvement,
    profile_interval,
    smooth,
)

FINITE = st.floats(-1e6, 1e6)


@given(st.lists(FINITE, max_size=60), st.floats(0, 0.99))
def test_smooth_is_the_adjusted_exponential_average_of_pandas(
    values: list[float], weight: float
) -> None:
    expected = pd.Series(values, dtype=np.float64).ewm(alpha=1 - weight, adjust=True).mean()
    np.testing.assert_allclose(smooth(values, weight), expected, rtol=1e-7, atol=1e-6)


@given(st.floats(-1e6, 1e6), st.integers(1, 50), st.floats(0, 0.99))
def test_smooth_of_a_constant_is_that_constant_from_the_first_point_on(
    value: float, count: int, weight: float
) -> None:
    np.testing.assert_allclose(smooth([value] * count, weight), value, rtol=1e-9, atol=1e-300)


def test_smooth_of_nothing_is_nothing() -> None:
    assert smooth([]).shape == (0,)
    assert smooth(np.array([])).dtype == np.float64


def test_smooth_with_weight_0_is_the_data_itself() -> None:
    np.testing.assert_array_equal(smooth([3, 1, 2], 0.0), [3, 1, 2])


@pytest.mark.skipif(find_spec("rliable") is None, reason="rliable is not for Python 3.14 yet")
@given(st.lists(FINITE, min_size=1, max_size=40))
def test_the_interquartile_mean_is_rliables(values: list[float]) -> None:
    from rliable.metrics import aggregate_iqm

    expected = aggregate_iqm(np.array(values)[:, None])
    np.testing.assert_allclose(interquartile_mean(values), expected, rtol=1e-9, atol=1e-9)


def test_the_interquartile_mean_is_over_all_runs_and_tasks_together() -> None:
    from scipy.stats import trim_mean  # slow to import

    scores = np.random.default_rng(0).normal(size=(7, 5))
    assert interquartile_mean(scores) == pytest.approx(trim_mean(scores, 0.25, axis=None))
    assert interquartile_mean([1.0, 2.0, 3.0, 1_000.0]) == 2.5


def test_the_interval_is_that_of_scipys_percentile_bootstrap() -> None:
    from scipy.stats import bootstrap, trim_mean

    values = np.random.default_rng(1).normal(100, 20, size=12)
    low, high = bootstrap_interval(values, resamples=20_000)
    expected = bootstrap(
        (values,),
        lambda sample, axis: trim_mean(sample, 0.25, axis=axis),
        n_resamples=20_000,
        method="percentile",
        rng=np.random.default_rng(2),
    ).confidence_interval
    assert low == pytest.approx(expected.low, abs=0.5)
    assert high == pytest.approx(expected.high, abs=0.5)


def test_the_interval_holds_the_interquartile_mean_and_narrows_with_runs() -> None:
    generator = np.random.default_rng(3)
    widths = []
    for runs in (5, 20, 80):
        values = generator.normal(size=runs)
        low, high = bootstrap_interval(values)
        assert low <= interquartile_mean(values) <= high
        widths.append(high - low)
    assert widths == sorted(widths, reverse=True)


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    generator = np.random.default_rng(4)
    covered = 0
    for _ in range(200):
        low, high = bootstrap_interval(generator.normal(size=20), resamples=300)
        covered += low <= 0 <= high
    assert 0.85 <= covered / 200 <= 0.99


def test_intervals_of_the_same_numbers_are_the_same() -> None:
    x, y = np.random.default_rng(5).normal(size=(2, 10))
    assert bootstrap_interval(x) == bootstrap_interval(x)
    assert improvement_interval(x, y) == improvement_interval(x, y)


def test_one_run_alone_has_no_width_to_show() -> None:
    assert bootstrap_interval([7.0]) == (7.0, 7.0)
    assert interquartile_mean([7.0]) == 7.0


SCORES = st.lists(st.integers(-20, 20), min_size=1, max_size=12)  # small whole numbers tie


@given(SCORES, SCORES)
def test_the_probability_of_improvement_is_the_share_of_pairs_that_win_a_tie_being_half(
    x: list[int], y: list[int]
) -> None:
    wins = sum(1.0 if a > b else 0.5 if a == b else 0.0 for a in x for b in y)
    assert probability_of_improvement(x, y) == pytest.approx(wins / (len(x) * len(y)))
    assert probability_of_improvement(y, x) == pytest.approx(1 - wins / (len(x) * len(y)))


@given(SCORES, SCORES)
def test_the_probability_of_improvement_is_scipys_mann_whitney_statistic(
    x: list[int], y: list[int]
) -> None:
    from scipy.stats import mannwhitneyu

    expected = mannwhitneyu(x, y, method="asymptotic").statistic / (len(x) * len(y))
    assert probability_of_improvement(x, y) == pytest.approx(expected)


@pytest.mark.skipif(find_spec("rliable") is None, reason="rliable is not for Python 3.14 yet")
@given(SCORES, SCORES)
def test_the_probability_of_improvement_is_rliables(x: list[int], y: list[int]) -> None:
    from rliable.metrics import probability_of_improvement as of_rliable

    expected = of_rliable(np.array(x)[:, None], np.array(y)[:, None])
    assert probability_of_improvement(x, y) == pytest.approx(expected)


def test_the_interval_of_an_improvement_is_that_of_resampling_both_sides_one_by_one() -> None:
    generator = np.random.default_rng(6)
    x, y = generator.normal(0.8, 1, size=9), generator.normal(size=7)
    drawn = [
        probability_of_improvement(generator.choice(x, 9), generator.choice(y, 7))
        for _ in range(20_000)
    ]
    expected = np.quantile(drawn, [0.025, 0.975])
    assert improvement_interval(x, y, resamples=20_000) == pytest.approx(expected, abs=0.02)


def test_the_interval_of_an_improvement_that_nobody_can_doubt_has_no_width() -> None:
    assert improvement_interval([5, 6, 7], [1, 2]) == (1.0, 1.0)
    assert improvement_interval([4.0] * 3, [4.0] * 5) == (0.5, 0.5)


@given(SCORES, SCORES)
def test_a_performance_profile_is_the_share_of_scores_above_each_threshold(
    scores: list[int], thresholds: list[int]
) -> None:
    expected = [sum(score > t for score in scores) / len(scores) for t in thresholds]
    np.testing.assert_allclose(performance_profile(scores, thresholds), expected)


def test_the_interval_of_a_profile_is_that_of_profiles_of_resampled_scores() -> None:
    generator = np.random.default_rng(8)
    scores, thresholds = generator.normal(size=12), np.linspace(-2, 2, 9)
    drawn = [performance_profile(generator.choice(scores, 12), thresholds) for _ in range(20_000)]
    expected = np.quantile(drawn, [0.025, 0.975], axis=0)
    found = profile_interval(scores, thresholds, resamples=20_000)
    np.testing.assert_allclose(found, expected, atol=1 / 12 + 1e-9)  # quantiles are twelfths
    assert np.mean(np.abs(found - expected)) < 0.02


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=20), st.integers(0, 30))
def test_the_area_under_a_curve_is_its_mean_height_at_every_step(
    returns: list[float], beyond: int
) -> None:
    generator = np.random.default_rng(len(returns))
    env_steps = np.cumsum(generator.integers(1, 50, size=len(returns)))
    until = int(env_steps[-1]) + beyond
    fine = np.linspace(0, until, 200_001)
    expected = np.interp(fine, env_steps, returns).mean()
    assert area_under(env_steps, returns, until) == pytest.approx(expected, abs=0.02)


def test_the_area_under_a_level_curve_is_its_height() -> None:
    assert area_under([100], [7.0], 1_000) == 7.0
    assert area_under([10, 20], [0.0, 10.0], 20) == pytest.approx(2.5)
