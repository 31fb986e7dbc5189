"""Each claim against the ten seeds that the benchmark has kept."""

import json
from pathlib import Path

import numpy as np
import pytest

from dqn_core import DQNConfig
from dqn_core.comparison import Curve, Group
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
