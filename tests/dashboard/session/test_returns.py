"""The returns above the charts, against the history read whole."""

import numpy as np
import pytest

from dashboard.session.returns import average_returns, greedy_returns, kind_of_mean, over_members
from dashboard.session.run import Run
from dashboard.train_page.figures import figures
from tests.core.small_runs import SMALL


def a_run(members: int, **values: object) -> Run:
    run = Run([SMALL.replace(seed=seed, **values) for seed in range(members)])
    run.trainer.run(max_steps=400)
    return run


def debiased(values: np.ndarray, weight: float) -> float:
    """By the closed form: every value with its own weight."""
    weights = weight ** np.arange(len(values) - 1, -1, -1)
    return float(weights @ values / weights.sum())


@pytest.mark.parametrize("smoothing", [0.0, 0.5, 0.9, 0.99])
def test_an_average_return_is_the_charts_with_its_smoothing(smoothing: float) -> None:
    run = a_run(4)
    frame = run.history.episodes.frame()
    each = [debiased(f["return"].to_numpy(), smoothing) for _, f in frame.groupby("member")]
    columns = run.history.episodes.columns
    assert average_returns(columns, range(4), smoothing) == pytest.approx(each, rel=1e-5)
    shown = figures(run, smoothing)["numbers"]["average_return"][1]
    assert float(shown) == pytest.approx(np.median(each), abs=0.06), "of four: the middle two"


def test_a_seed_whose_episodes_are_rare_is_averaged_over_as_many_as_the_others() -> None:
    run = a_run(2)
    table = run.history.episodes
    row = {name: column[-1] for name, column in table.columns().items()}
    for number in range(5_000):
        table.append(**row | {"member": 1, "return": float(number)})
    own = table.frame().query("member == 0")["return"].to_numpy()
    assert average_returns(table.columns, [0, 1], 0.9)[0] == pytest.approx(debiased(own, 0.9))


def test_the_greedy_return_is_the_newest_of_each_seed_that_is_counted() -> None:
    run = a_run(3, evaluation_period=100, evaluation_episodes=2)
    frame = run.history.evaluations.frame()
    newest = [f["mean_return"].iloc[-1] for _, f in frame.groupby("member")]
    assert greedy_returns(run, run.trainer.counted) == newest
    run.trainer.evaluate()
    assert greedy_returns(run, run.trainer.counted) != newest


def test_a_number_over_seeds_says_what_it_is() -> None:
    assert kind_of_mean(16) == "interquartile mean of 16 seeds"
    assert kind_of_mean(3) == "mean of 3 seeds", "nothing is cut off of three"
    assert over_members([1.0, 2.0, 6.0]) == 3
    assert figures(a_run(4), 0.9)["where"].endswith("interquartile mean of 4 seeds")
