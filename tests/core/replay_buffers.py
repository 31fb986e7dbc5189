"""Small replay buffers whose transitions are numbered."""

import numpy as np
import torch

from dqn_core import DQNConfig
from dqn_core.random_streams import UniformStream
from dqn_core.replay import Batch, ReplayBuffer, Transitions

CONFIG = DQNConfig(sampling="prioritised", batch_size=1, buffer_capacity=16, total_steps=100)


def buffer_of(*configs: DQNConfig) -> ReplayBuffer:
    """Of members with these configurations."""
    stream = UniformStream([config.seed for config in configs], "replay")
    capacity = configs[0].buffer_capacity
    buffer = ReplayBuffer(capacity, 1, stream, len(configs), dtype=np.float64)
    buffer.configure(configs)
    return buffer


def push(buffer: ReplayBuffer, count: int = 1) -> None:
    """Transition number k has observation and reward k."""
    for _ in range(count):
        row = np.full((buffer.members, 1), float(buffer.pushed))
        nothing = np.zeros(buffer.members, dtype=bool)
        buffer.push(
            Transitions(row, np.zeros(buffer.members), row[:, 0], row + 1, nothing, nothing)
        )


def sample(buffer: ReplayBuffer, batch_size: int, n_step: int = 1) -> Batch:
    return buffer.sample(batch_size, np.ones((buffer.members, 1)), n_step)


def numbers(batch: Batch) -> np.ndarray:
    """Which transitions a batch starts from, `(P, B)`."""
    return batch.observations[..., 0].numpy().astype(int)


def learn(buffer: ReplayBuffer, errors: list[float]) -> None:
    """Let all that is stored be learnt from, with these TD errors from the oldest on."""
    everything = sample(buffer, len(errors))
    buffer.learnt(everything, torch.tensor([errors] * buffer.members, dtype=torch.float64))
