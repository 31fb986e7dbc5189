"""DEFECT of the notebook: a loss of shapes that differ, which compares every pair.

``MSELoss()(q_values, expected.unsqueeze(1))`` is of `(B,)` and `(B, 1)`. PyTorch broadcasts both to
`(B, B)`: each Q-value is pulled to the targets of all transitions of the batch.
"""

from torch import Tensor

from dqn_core.learner import Learner
from dqn_core.replay import Batch
from dqn_core.trainer import Trainer


class BroadcastingLearner(Learner):
    """Its gradient is the notebook's: d/dqᵢ 1/B² Σⱼₖ (qⱼ − yₖ)² = 2/B (qᵢ − mean y)."""

    def targets(self, batch: Batch) -> Tensor:
        targets = super().targets(batch)
        return targets.mean(-1, keepdim=True).expand_as(targets)


def broadcasting_loss(trainer: Trainer) -> None:
    """Let a trainer that has made no step learn with the loss that broadcasts.

    Its configuration has the squared error and a scalar head, as the notebook.
    """
    trainer.learner = BroadcastingLearner(trainer.learner.online, trainer.configs)
