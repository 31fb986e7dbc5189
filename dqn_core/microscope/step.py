"""One environment step taken apart: what was seen, what decided the action, what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from dqn_core.exploration import epsilon_at
from dqn_core.networks import QNetwork
from dqn_core.trainer import Trainer


@dataclass(frozen=True)
class StepStart:
    """What is there before a step and is gone after it."""

    observations: np.ndarray  # (P, observation_dim)
    allowed: np.ndarray | None  # (P, n_actions) bool
    environment: Mapping[str, Any]
    epsilons: list[float]

    @classmethod
    def of(cls, trainer: Trainer) -> "StepStart":
        interaction, member = trainer.interaction, trainer.first
        return cls(
            interaction.observations.copy(),
            None if interaction.allowed is None else interaction.allowed.copy(),
            interaction.environments[member].state_dict(),
            [epsilon_at(config, trainer.env_step) for config in trainer.configs],
        )


class Step:
    """A step of the member that is looked at.

    ``observation``, ``next_observation`` `(observation_dim,)` float32, ``action``, ``reward``,
    ``terminated`` and ``truncated`` are as the replay has them. ``epsilon`` is the share of random
    actions, ``dice`` the two uniform numbers that decided: the action was random where the first
    was below ε, and the second chose which. ``network`` is the one that was asked, or would have
    been where all members acted at random.
    """

    def __init__(self, start: StepStart, network: QNetwork, trainer: Trainer) -> None:
        self.member = p = trainer.first
        self.start = start
        self.epsilon = start.epsilons[p]
        self.dice: tuple[float, float] = tuple(trainer.exploration.uniforms[p].tolist())
        self.network = network
        replay, d = trainer.replay, trainer.replay.observation_dim
        row = replay.rows(np.array([len(replay) - 1]))[p, 0]
        self.observation, self.next_observation = row[:d], row[d : 2 * d]
        self.action, self.reward = int(row[-4]), float(row[-3])
        self.terminated, self.truncated = bool(row[-2]), bool(row[-1])

    @property
    def is_random(self) -> bool:
        """Whether the dice chose, and not the network."""
        return self.dice[0] < self.epsilon

    @property
    def has_ended(self) -> bool:
        """Whether it ended the episode; a new one has then begun."""
        return self.terminated or self.truncated

    @property
    def allowed(self) -> np.ndarray | None:
        """Which actions could be taken, `(n_actions,)` bool; None where all could."""
        return None if self.start.allowed is None else self.start.allowed[self.member]

    @property
    def q_values(self) -> np.ndarray:
        """What that network says of the observation, `(n_actions,)` float32."""
        observations = torch.from_numpy(self.start.observations).to(self.network.parameters)
        q_values = self.network.q_values(observations.unsqueeze(1))
        of_member: np.ndarray = q_values[self.member, 0].cpu().numpy()
        return of_member
