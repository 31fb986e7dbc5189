"""ε-greedy exploration and its schedules (Mnih et al. 2015; the notebook's `sample_action`)."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from dqn_core.configuration.config import DQNConfig
from dqn_core.configuration.members import by_values
from dqn_core.masks import among
from dqn_core.networks import QNetwork
from dqn_core.random_streams import UniformStream

SCHEDULE = ("noisy", "epsilon_schedule", "epsilon_start", "epsilon_end", "epsilon_decay")
"""The hyperparameters that ε depends on."""


def epsilon_at(config: DQNConfig, env_step: int) -> float:
    """The share of random actions at ``env_step``, by the schedule in ``config``.

    It is 0 with a noisy network, whose noise explores (Fortunato et al. 2018, section 3.1).
    """
    if config.noisy:
        return 0.0
    start, end = config.epsilon_start, config.epsilon_end
    if config.epsilon_schedule == "exponential":
        return end + (start - end) * math.exp(-env_step / config.epsilon_decay)
    return start + (end - start) * min(1.0, env_step / config.epsilon_decay)


class Epsilons:
    """ε of each of P members; a schedule that several members share is computed once."""

    def __init__(self, configs: Sequence[DQNConfig]) -> None:
        groups = list(by_values(configs, SCHEDULE).values())
        self._configs = [configs[members[0]] for members in groups]
        self._group_of = np.zeros(len(configs), dtype=np.int64)  # by member
        for group, members in enumerate(groups):
            self._group_of[members] = group
        self._first, self._ahead = 0, torch.empty(0)

    def prepare(self, env_step: int, steps: int, device: str) -> None:
        """Move those of the ``steps`` from ``env_step`` on to the ``device``, for `on_device`."""
        ahead = np.stack([self.at(step) for step in range(env_step, env_step + steps)])
        self._first, self._ahead = env_step, torch.from_numpy(ahead).to(device)

    def on_device(self, env_step: int) -> Tensor:
        """As `at`, on the device; call `prepare` before."""
        return self._ahead[env_step - self._first]

    def at(self, env_step: int) -> np.ndarray:
        """`(P,)`, as `epsilon_at` gives them."""
        values = np.array([epsilon_at(config, env_step) for config in self._configs])
        epsilons: np.ndarray = values[self._group_of]
        return epsilons


def random_actions(
    uniforms: np.ndarray, n_actions: int, allowed: np.ndarray | None = None
) -> np.ndarray:
    """Actions `(P,)` int64 from uniform numbers `(P,)`: all allowed actions are equally likely.

    ``allowed`` is `(P, n_actions)` bool, None where all actions are allowed.
    """
    if allowed is None:
        return (uniforms * n_actions).astype(np.int64)
    wanted = (uniforms * allowed.sum(1)).astype(np.int64)  # counted from 0 among the allowed ones
    actions: np.ndarray = (allowed.cumsum(1) > wanted[:, None]).argmax(1)
    return actions


class EpsilonGreedy:
    """The members' actions: random with probability ε, else greedy.

    At every step each member draws two uniform numbers from its own stream, whatever the others do.
    The first decides whether the action is random, the second chooses the random action.
    ``uniforms`` `(P, 2)` has those of the newest step, on a device a tensor.
    """

    def __init__(self, seeds: Sequence[int], n_actions: int) -> None:
        self._stream = UniformStream(seeds, "exploration")
        self._n_actions = n_actions
        self.uniforms: Any = np.zeros((len(seeds), 2))

    def choose(
        self,
        network: QNetwork,
        observations: np.ndarray,
        epsilons: np.ndarray,
        allowed: np.ndarray | None = None,
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Actions `(P,)` int64 for ``observations`` `(P, observation_dim)`, and which are random.

        The second is None if no action is random. ``allowed`` `(P, n_actions)` bool restricts both
        kinds of actions. If all members act at random, the network is not evaluated.
        """
        self.uniforms = uniforms = self._stream.take(2)
        exploring = uniforms[:, 0] < epsilons
        n_exploring = np.count_nonzero(exploring)
        if n_exploring:
            actions = random_actions(uniforms[:, 1], self._n_actions, allowed)
            if n_exploring == len(exploring):
                return actions, exploring
        inputs = torch.from_numpy(observations[:, None]).to(network.parameters)
        q_values = network.q_values(inputs).squeeze(1)
        if allowed is not None:
            q_values = among(q_values, torch.from_numpy(allowed).to(q_values.device))
        greedy = q_values.argmax(-1).cpu().numpy()
        if not n_exploring:
            return greedy, None
        return np.where(exploring, actions, greedy), exploring

    def choose_on_device(
        self, network: QNetwork, observations: Tensor, epsilons: Tensor
    ) -> tuple[Tensor, Tensor]:
        """The same on the network's device, where nobody asks how many act at random.

        The answer would have to wait for all that the device was told to do before.
        """
        self.uniforms = uniforms = self._stream.take(2)
        exploring = uniforms[:, 0] < epsilons
        at_random = (uniforms[:, 1] * self._n_actions).long()
        greedy = network.q_values(observations.unsqueeze(1)).squeeze(1).argmax(-1)
        return torch.where(exploring, at_random, greedy), exploring

    def prepare(self, steps: int, device: str) -> None:
        """Have the random numbers of the next ``steps`` on ``device``, where actions are chosen."""
        self._stream.move(device)
        if steps > 1:
            self._stream.reserve(steps, 2)

    def state_dict(self) -> dict[str, Any]:
        return self._stream.state_dict()

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self._stream.load_state_dict(state)
