"""DEFECT of the notebook: ``done`` is stored for both ends of an episode.

So a time limit, which says nothing about the state, is learnt as if the task had ended there.
"""

from dqn_core.replay import ReplayBuffer, Transitions
from dqn_core.trainer import Trainer


class DoneBuffer(ReplayBuffer):
    """Stores ``done`` where the target looks for ``terminated``."""

    def push(self, transitions: Transitions) -> None:
        done = transitions.terminated | transitions.truncated
        super().push(transitions._replace(terminated=done))


def truncation_as_failure(trainer: Trainer) -> None:
    """Let a trainer that has made no step remember a time limit as an end of the task."""
    trainer.replay = DoneBuffer.of_run(trainer.spec, trainer.configs, trainer.device)
