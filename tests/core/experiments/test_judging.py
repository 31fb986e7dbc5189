"""When an effect is there."""

from collections.abc import Sequence

import numpy as np

from dqn_core.comparison import Group
from dqn_core.experiments.catalogue import EXPERIMENTS
from dqn_core.experiments.experiment import Effect
from dqn_core.experiments.judging import findings

EXPERIMENT = EXPERIMENTS["no-target"]


def group(arm_id: str, values: Sequence[Sequence[float]], seeds: int = 5) -> Group:
    """Seeds with these values of the measure at the steps 500, 1,000, …"""
    members, steps = np.arange(seeds), 500 * np.arange(1, len(values[0]) + 1)
    evaluations = {
        "member": np.tile(members, len(steps)),
        "env_step": np.repeat(steps, seeds),
        "predicted": np.array(values, dtype=float).T.ravel(),
        "obtained": np.ones(seeds * len(steps)),
    }
    arm = EXPERIMENT.arm(arm_id)
    curves = EXPERIMENT.curves(evaluations, range(seeds))
    return EXPERIMENT.group(arm, curves, int(steps[-1]), range(seeds))


def test_an_effect_is_there_where_all_seeds_of_one_arm_are_above_the_others() -> None:
    groups = {
        "sound": group("sound", [[9.0, float(seed)] for seed in range(5)]),
        "aliased": group("aliased", [[0.0, 50.0 + seed] for seed in range(5)]),
    }
    (finding,) = findings(EXPERIMENT, groups)
    assert finding.effect == Effect(more="aliased", less="sound")
    less, more = finding.comparison.standings
    assert (less.interquartile_mean, more.interquartile_mean) == (1.0, 51.0), "the newest counts"
    assert finding.is_there


def test_an_effect_the_other_way_round_is_not_the_claimed_one() -> None:
    groups = {
        "sound": group("sound", [[50.0 + seed] for seed in range(5)]),
        "aliased": group("aliased", [[float(seed)] for seed in range(5)]),
    }
    assert not findings(EXPERIMENT, groups)[0].is_there


def test_seeds_that_lie_among_each_other_prove_nothing() -> None:
    groups = {
        "sound": group("sound", [[float(seed)] for seed in range(5)]),
        "aliased": group("aliased", [[seed + 0.5] for seed in range(5)]),
    }
    assert not findings(EXPERIMENT, groups)[0].is_there
