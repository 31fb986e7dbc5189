"""All experiments, in the order in which a course would take them."""

from collections.abc import Mapping

from dqn_core.experiments import of_the_replay, of_the_task, of_the_update
from dqn_core.experiments.experiment import Experiment

EXPERIMENTS: Mapping[str, Experiment] = {
    experiment.id: experiment
    for experiment in (
        *of_the_update.EXPERIMENTS,
        *of_the_replay.EXPERIMENTS,
        *of_the_task.EXPERIMENTS,
    )
}
"""By id."""
