"""Which hyperparameter of a sweep mattered."""

import sys
from itertools import product

import pytest

from dqn_core.base.errors import MissingPackageError
from dqn_core.configuration.hyperparameter import Value
from dqn_core.sweeps.axis import axis_from
from dqn_core.sweeps.importance import importance

GAMMA, RATE, LOSS = map(
    axis_from, ("gamma=0.5,0.9,0.99", "learning_rate=log:1e-4:1e-2:3", "loss=mse,huber")
)


@pytest.fixture(autouse=True)
def _installed() -> None:
    for package in ("optuna", "sklearn"):
        pytest.importorskip(package, reason="not installed: requirements-sweeps.txt")


def seeds(weights: dict[str, float]) -> list[tuple[dict[str, Value], float]]:
    """All points, with a return to which each axis adds its weight times a value's place."""
    axes = (GAMMA, RATE, LOSS)
    found: list[tuple[dict[str, Value], float]] = []
    for places in product(*(range(len(axis.values)) for axis in axes)):
        at = dict(zip(axes, places, strict=True))
        point = {axis.name: axis.values[place] for axis, place in at.items()}
        found.append(
            (point, sum(weights.get(axis.name, 0.0) * place for axis, place in at.items()))
        )
    return found


def test_what_returns_depend_on_has_the_largest_share_and_what_not_next_to_none() -> None:
    shares = importance([GAMMA, RATE, LOSS], seeds({"gamma": 10.0, "loss": 2.0}))
    assert list(shares) == ["gamma", "loss", "learning_rate"]
    assert shares["gamma"] > 0.8
    assert shares["learning_rate"] < 0.05
    assert sum(shares.values()) <= 1.01


def test_without_a_difference_or_with_few_points_there_is_nothing_to_say() -> None:
    assert importance([GAMMA, RATE, LOSS], seeds({})) == {}
    assert importance([GAMMA, RATE], seeds({"gamma": 1.0})[:3]) == {}


def test_where_points_differ_no_more_than_their_seeds_the_forest_has_learnt_chance() -> None:
    same = [(point, value + seed) for point, value in seeds({}) for seed in (0.0, 1.0)]
    assert importance([GAMMA, RATE, LOSS], same) == {}
    apart = [
        (point, value + seed) for point, value in seeds({"gamma": 10.0}) for seed in (0.0, 1.0)
    ]
    assert next(iter(importance([GAMMA, RATE, LOSS], apart))) == "gamma"


def test_without_optuna_one_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(MissingPackageError, match=r"pip install -r requirements-sweeps.txt"):
        importance([GAMMA, RATE, LOSS], seeds({"gamma": 1.0}))
