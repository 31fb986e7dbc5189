"""Each claim against the ten seeds that the benchmark has kept."""

import json
from pathlib import Path

import numpy as np
import pytest

from dqn_core import DQNConfig
from dqn_core.comparison import Curve, Group, compare
from dqn_core.experiments.catalogue import EXPERIMENTS
from dqn_core.experiments.experiment import SEEDS, Arm, Experiment
from dqn_core.experiments.judging import findings

RESULTS = Path(__file__).parents[3] / "benchmarks" / "results" / "experiments"


def kept(experiment: Experiment, arm: Arm) -> Group:
    found = json.loads((RESULTS / experiment.id / f"{arm.id}.json").read_text())
    values = experiment.configs(arm)[0].replace(seed=0).difference(DQNConfig())
    assert found["recipe"]["values"] == values, "run benchmarks/experiments.py again"
    seeds = found["recipe"]["seeds"]
    assert len(seeds) == 10
    assert not {*SEEDS} & {*seeds}
    curves = [Curve(np.array(one["steps"]), np.array(one["values"])) for one in found["figures"]]
    return experiment.group(arm, curves, experiment.config.total_steps, seeds)


@pytest.mark.parametrize("experiment", EXPERIMENTS.values(), ids=EXPERIMENTS)
def test_the_effect_is_there_in_ten_other_seeds(experiment: Experiment) -> None:
    groups = {arm.id: kept(experiment, arm) for arm in experiment.arms}
    for finding in findings(experiment, groups):
        assert finding.is_there, finding.effect


def test_what_the_experiment_without_a_replay_says_of_the_small_one_is_so() -> None:
    """The return falls by a third with a small memory, and by nine tenths without a batch too."""
    returns = {}
    for name, arm_id in (("no-replay", "replay"), ("no-replay", "none"), ("forgetting", "small")):
        experiment = EXPERIMENTS[name]
        group = kept(experiment, experiment.arm(arm_id))
        returns[arm_id] = compare([group], "area").standings[0].interquartile_mean
    assert returns["small"] / returns["replay"] == pytest.approx(2 / 3, abs=0.05)
    assert returns["none"] / returns["replay"] == pytest.approx(1 / 10, abs=0.05)
