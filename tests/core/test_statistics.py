"""Averages and intervals against pandas, SciPy and rliable."""

from importlib.util import find_spec

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import bootstrap, trim_mean

from dqn_core.statistics import bootstrap_interval, interquartile_mean, smooth

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
    scores = np.random.default_rng(0).normal(size=(7, 5))
    assert interquartile_mean(scores) == pytest.approx(trim_mean(scores, 0.25, axis=None))
    assert interquartile_mean([1.0, 2.0, 3.0, 1_000.0]) == 2.5


def test_the_interval_is_that_of_scipys_percentile_bootstrap() -> None:
    values = np.random.default_rng(1).normal(100, 20, size=12)
    low, high = bootstrap_interval([values], resamples=20_000)
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
        low, high = bootstrap_interval([values])
        assert low <= interquartile_mean(values) <= high
        widths.append(high - low)
    assert widths == sorted(widths, reverse=True)


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    generator = np.random.default_rng(4)
    covered = 0
    for trial in range(200):
        low, high = bootstrap_interval([generator.normal(size=20)], resamples=300, seed=trial)
        covered += low <= 0 <= high
    assert 0.85 <= covered / 200 <= 0.99


def test_runs_are_resampled_within_their_stratum() -> None:
    # Two tasks without any spread inside: only resampling across them could give an interval.
    assert bootstrap_interval([[1.0] * 8, [9.0] * 8]) == (5.0, 5.0)


def test_a_wider_level_is_a_wider_interval_and_a_seed_repeats_it() -> None:
    values = [np.random.default_rng(5).normal(size=10)]
    narrow, wide = bootstrap_interval(values, level=0.5), bootstrap_interval(values, level=0.99)
    assert wide[0] < narrow[0] < narrow[1] < wide[1]
    assert bootstrap_interval(values, seed=3) == bootstrap_interval(values, seed=3)


def test_one_run_alone_has_no_width_to_show() -> None:
    assert bootstrap_interval([[7.0]]) == (7.0, 7.0)
    assert interquartile_mean([7.0]) == 7.0
