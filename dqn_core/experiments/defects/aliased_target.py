"""DEFECT of the notebook: the target network is a second name for the online network.

``policy_net = model.to(device)`` and ``target_net = model.to(device)`` are one object.
"""

from collections.abc import Sequence

from dqn_core.configuration.config import DQNConfig
from dqn_core.learner import Learner
from dqn_core.networks import QNetwork
from dqn_core.trainer import Trainer


class AliasedLearner(Learner):
    """Its targets move with each of its own updates."""

    def __init__(self, online: QNetwork, configs: Sequence[DQNConfig]) -> None:
        super().__init__(online, configs)
        self.target, self.target_weights = self.online, self.online_weights


def aliased_target(trainer: Trainer) -> None:
    """Let a trainer that has made no step learn without a target network of its own."""
    trainer.learner = AliasedLearner(trainer.learner.online, trainer.configs)
