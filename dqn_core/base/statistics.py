"""Averages and intervals for returns."""

import numpy as np
import numpy.typing as npt

Returns = npt.ArrayLike

LEVEL = 0.95
ENDS = ((1 - LEVEL) / 2, (1 + LEVEL) / 2)
"""What share of the resamples is below each end of an interval, which has the middle ones."""

RESAMPLES = 2_000


def smooth(values: Returns, weight: float = 0.9) -> np.ndarray:
    """Debiased exponential average of ``values`` `(T,)`, the notebook's `smooth` put right.

    m ← w·m + (1 − w)·x, shown as m / (1 − wᵗ), so that the first value does not tilt the start
    (Kingma & Ba 2015, section 3). Empty stays empty; ``weight`` is in [0, 1).
    """
    smoothed = np.empty(len(np.atleast_1d(values)), dtype=np.float64)
    average = 0.0
    for t, value in enumerate(np.atleast_1d(values), start=1):
        average = weight * average + (1 - weight) * float(value)
        smoothed[t - 1] = average / (1 - weight**t)
    return smoothed


def interquartile_mean(values: Returns) -> float:
    """Mean of the middle half of all values (Agarwal et al. 2021), as `scipy.stats.trim_mean`."""
    ordered = np.sort(np.asarray(values, dtype=np.float64), axis=None)
    cut = int(0.25 * len(ordered))
    return float(ordered[cut : len(ordered) - cut].mean())


def bootstrap_interval(values: Returns, resamples: int = RESAMPLES) -> tuple[float, float]:
    """Percentile-bootstrap interval of the interquartile mean (Agarwal et al. 2021, section 4.1).

    ``values`` `(runs,)` are those of independent runs.
    """
    sample = np.asarray(values, dtype=np.float64)
    drawn = np.random.default_rng(0).integers(len(sample), size=(resamples, len(sample)))
    draws = np.sort(sample[drawn], axis=1)
    cut = int(0.25 * len(sample))
    return _middle(draws[:, cut : len(sample) - cut].mean(axis=1))


def mean_interval(values: Returns) -> tuple[float, float]:
    """Percentile-bootstrap interval of the mean of independent values, such as test episodes."""
    sample = np.asarray(values, dtype=np.float64)
    drawn = np.random.default_rng(0).integers(len(sample), size=(RESAMPLES, len(sample)))
    return _middle(sample[drawn].mean(axis=1))


def probability_of_improvement(x: Returns, y: Returns) -> float:
    """How probable it is that a run of ``x`` `(n,)` is better than one of ``y`` `(m,)`.

    The share of all pairs in which it is, a tie counting half (Agarwal et al. 2021, section 4.3);
    with n·m pairs the Mann-Whitney U statistic over n·m.
    """
    return float(_wins(x, y).mean())


def improvement_interval(x: Returns, y: Returns, resamples: int = RESAMPLES) -> tuple[float, float]:
    """Percentile-bootstrap interval of `probability_of_improvement`; both sides are resampled."""
    wins = _wins(x, y)
    generator = np.random.default_rng(0)
    of_x, of_y = (_shares(n, resamples, generator) for n in wins.shape)
    return _middle(((of_x @ wins) * of_y).sum(axis=1))


def performance_profile(scores: Returns, thresholds: Returns) -> np.ndarray:
    """Share of ``scores`` `(n,)` above each of ``thresholds`` `(T,)` (Agarwal et al. 2021, 4.3)."""
    shares: np.ndarray = _above(scores, thresholds).mean(axis=0)
    return shares


def profile_interval(
    scores: Returns, thresholds: Returns, resamples: int = RESAMPLES
) -> tuple[np.ndarray, np.ndarray]:
    """Percentile-bootstrap interval of `performance_profile`: its ends low and high, `(T,)`."""
    above = _above(scores, thresholds)
    drawn = _shares(len(above), resamples, np.random.default_rng(0)) @ above
    low, high = np.quantile(drawn, ENDS, axis=0)
    return low, high


def area_under(env_steps: Returns, returns: Returns, until: int) -> float:
    """The area under a curve from step 0 to ``until``, divided by the steps: its mean height.

    Linear between the points `(T,)`, none of which lies behind ``until``; level before the first
    and after the last.
    """
    x, y = np.asarray(env_steps, dtype=np.float64), np.asarray(returns, dtype=np.float64)
    area = np.trapezoid(np.r_[y[0], y, y[-1]], np.r_[0, x, until])
    return float(area) / until


def _wins(x: Returns, y: Returns) -> np.ndarray:
    """`(n, m)`: 1 where x is above y, 0.5 where they are equal, else 0."""
    first, second = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    return (1 + np.sign(first[:, None] - second)) / 2


def _above(scores: Returns, thresholds: Returns) -> np.ndarray:
    """`(n, T)`: 1 where a score is above a threshold, else 0."""
    values = np.asarray(scores, dtype=np.float64)
    return (values[:, None] > np.asarray(thresholds, dtype=np.float64)).astype(np.float64)


def _shares(n: int, resamples: int, generator: np.random.Generator) -> np.ndarray:
    """`(resamples, n)`: what share of each resample each of n values has."""
    return generator.multinomial(n, np.full(n, 1 / n), size=resamples) / n


def _middle(values: np.ndarray) -> tuple[float, float]:
    low, high = np.quantile(values, ENDS)
    return float(low), float(high)
