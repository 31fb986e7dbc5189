"""Experiments of a few steps."""

from dataclasses import replace

from dqn_core.experiments.catalogue import EXPERIMENTS
from dqn_core.experiments.experiment import Experiment


def small(name: str) -> Experiment:
    """One of the catalogue that takes a moment."""
    experiment = EXPERIMENTS[name]
    config = experiment.config.replace(
        hidden_dims="8, 8",
        batch_size=8,
        learning_starts=10,
        total_steps=100,
        evaluation_period=50,
        evaluation_episodes=1,
    )
    return replace(experiment, config=config)
