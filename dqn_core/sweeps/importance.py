"""Which hyperparameter of a sweep mattered."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dqn_core.base.errors import needs_package
from dqn_core.configuration.config import hyperparameter
from dqn_core.configuration.hyperparameter import Value
from dqn_core.sweeps.axis import Axis

FEWEST_POINTS = 4
"""From fewer points a forest learns nothing."""


def importance(
    axes: Sequence[Axis], seeds: Sequence[tuple[Mapping[str, Value], float]]
) -> dict[str, float]:
    """The share of the variance of predicted returns that each axis explains by itself.

    The largest comes first.

    ``seeds`` are values of the axes, each with the finite return that a seed came to with them. It
    is functional ANOVA over a random forest (Hutter et al. 2014, "An Efficient Approach for
    Assessing Hyperparameter Importance", section 3), as Optuna has it. What is missing to 1 is
    explained by values of several axes together. A forest also learns chance: so the result is
    empty if points differ no more than the seeds of a point do, or if there are too few points.

    Raises `MissingPackageError` without Optuna.
    """
    axes = [axis for axis in axes if len({point[axis.name] for point, _ in seeds}) > 1]
    seeds = sorted(  # a forest depends on the order of what it learns from
        seeds, key=lambda one: ([axis.order(one[0][axis.name]) for axis in axes], one[1])
    )
    points = {tuple(point.items()) for point, _ in seeds}
    if not axes or len(points) < FEWEST_POINTS or not _differ(seeds):
        return {}
    with needs_package(
        "The importance of hyperparameters needs the packages optuna and scikit-learn: "
        "pip install -r requirements-sweeps.txt."
    ):
        import optuna
        from optuna.importance import FanovaImportanceEvaluator

        evaluator = FanovaImportanceEvaluator(seed=0)  # which needs scikit-learn
    distributions = {axis.name: _distribution(axis, seeds) for axis in axes}
    optuna.logging.set_verbosity(optuna.logging.WARNING)  # it tells of each study that it makes
    study = optuna.create_study(direction="maximize")
    study.add_trials(
        [
            optuna.trial.create_trial(
                params={axis.name: point[axis.name] for axis in axes},
                distributions=distributions,
                value=value,
            )
            for point, value in seeds
        ]
    )
    shares = evaluator.evaluate(study)
    return dict(sorted(shares.items(), key=lambda pair: -pair[1]))


def _differ(seeds: Sequence[tuple[Mapping[str, Value], float]]) -> bool:
    """Whether the points' means vary more than chance would have them: F above 1 (one-way ANOVA).

    With one seed of each point nothing tells chance: whether they vary at all.
    """
    of_points: dict[tuple[Value, ...], list[float]] = {}
    for point, value in seeds:
        of_points.setdefault(tuple(point.values()), []).append(value)
    values = np.array([value for _, value in seeds])
    means = np.concatenate([np.full(len(own), np.mean(own)) for own in of_points.values()])
    own = np.concatenate(list(of_points.values()))
    between = np.square(means - values.mean()).sum() / (len(of_points) - 1)
    freedom = len(values) - len(of_points)
    within = np.square(own - means).sum() / freedom if freedom else 0.0
    return bool(np.ptp(values) > 0 and between > within)


def _distribution(axis: Axis, seeds: Sequence[tuple[Mapping[str, Value], float]]) -> Any:
    """Between the smallest and the largest value that is there; of choices those."""
    from optuna import distributions

    declared = hyperparameter(axis.name)
    values: list[Any] = list(dict.fromkeys(point[axis.name] for point, _ in seeds))
    if declared.kind not in (int, float):
        return distributions.CategoricalDistribution(values)
    low, high = min(values), max(values)
    is_log = (axis.spacing == "log" or declared.scale == "log") and low > 0
    kinds = {int: distributions.IntDistribution, float: distributions.FloatDistribution}
    return kinds[declared.kind](low, high, log=is_log)
