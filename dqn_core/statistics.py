"""Averages and intervals for returns."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Returns = npt.ArrayLike


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


def bootstrap_interval(
    values: Sequence[Returns], level: float = 0.95, resamples: int = 2_000, seed: int = 0
) -> tuple[float, float]:
    """Stratified percentile-bootstrap interval of the interquartile mean.

    ``values`` holds one `(runs,)` sequence a stratum (a task; for one task, one sequence of one
    value a run); runs are resampled within each (Agarwal et al. 2021, section 4.1).
    """
    generator = np.random.default_rng(seed)
    strata = [np.asarray(stratum, dtype=np.float64) for stratum in values]
    draws = np.concatenate(
        [
            stratum[generator.integers(len(stratum), size=(resamples, len(stratum)))]
            for stratum in strata
        ],
        axis=1,
    )
    draws.sort(axis=1)
    cut = int(0.25 * draws.shape[1])
    means = draws[:, cut : draws.shape[1] - cut].mean(axis=1)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def mean_interval(
    values: Returns, level: float = 0.95, resamples: int = 2_000, seed: int = 0
) -> tuple[float, float]:
    """Percentile-bootstrap interval of the mean of independent values, such as test episodes."""
    sample = np.asarray(values, dtype=np.float64)
    generator = np.random.default_rng(seed)
    means = sample[generator.integers(len(sample), size=(resamples, len(sample)))].mean(axis=1)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
