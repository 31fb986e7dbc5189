"""Small runs as a page has them, and a session that no thread trains."""

from typing import cast

import torch

from dashboard.session.links import Link
from dashboard.session.run import Run
from dashboard.session.runner import Runner
from dashboard.session.session import Session
from dashboard.web.slots import Slots
from dqn_core import DQNConfig

SMALL = DQNConfig(
    gamma=0.99,
    learning_rate=1e-3,
    train_frequency=1,
    hidden_dims="8, 8",
    batch_size=8,
    learning_starts=20,
    buffer_capacity=500,
    evaluation_period=0,
)


def advance(run: Run, until_step: int) -> None:
    slots = Slots(1)
    while run.is_active and run.trainer.env_step < until_step:
        run.advance(slots)


def flat_state(run: Run) -> torch.Tensor:
    learner = run.state_dict()["learner"]
    tensors = [part for _, part in sorted(learner.items()) if isinstance(part, torch.Tensor)]
    return torch.cat([tensor.flatten() for tensor in tensors])


class Nobody:
    """A runner that trains nothing."""

    def touch(self) -> None:
        pass


def untrained_session(config: DQNConfig, members: int = 1) -> Session:
    session = Session(Link(config=config, members=members))
    session.runner = cast(Runner, Nobody())
    return session
