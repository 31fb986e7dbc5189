"""ε-greedy exploration and its schedules (Mnih et al. 2015; the notebook's `sample_action`)."""

import math
from collections.abc import Sequence

import numpy as np

from dqn_core.config import DQNConfig


def epsilon_at(config: DQNConfig, env_step: int) -> float:
    """The share of random actions at ``env_step``, by the schedule in ``config``."""
    start, end = config.epsilon_start, config.epsilon_end
    if config.epsilon_schedule == "exponential":
        return end + (start - end) * math.exp(-env_step / config.epsilon_decay)
    return start + (end - start) * min(1.0, env_step / config.epsilon_decay)


def explores(uniforms: np.ndarray, epsilons: Sequence[float]) -> np.ndarray:
    """Which members act at random at this step: `(P,)` bool from uniforms `(P,)`."""
    return uniforms < np.asarray(epsilons)


def random_actions(uniforms: np.ndarray, n_actions: int) -> np.ndarray:
    """Actions `(P,)` int64, each equally likely, from uniforms `(P,)` in [0, 1)."""
    return (uniforms * n_actions).astype(np.int64)
