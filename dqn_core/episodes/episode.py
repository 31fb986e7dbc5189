"""An episode while it is played: the one loop for agents, people and what is drawn again."""

import numpy as np

from dqn_core.environments import Environment
from dqn_core.episodes.conditions import USUAL, Conditions


class Episode:
    """One episode from environment seed ``seed``, played step by step under ``conditions``.

    ``observation`` `(observation_dim,)` float32 is the newest one, ``total`` the sum of the
    rewards of the ``steps`` made. Whoever plays chooses the actions. The environment is to be made
    with the parameters of ``conditions``. If it is ``masked``, ``allowed`` `(n_actions,)` bool says
    which actions may be taken now, else it is None.

    Raises `EnvironmentFailure`, here and at a step, and at a push that cannot be made
    `ConfigurationError`.
    """

    def __init__(
        self,
        environment: Environment,
        seed: int,
        conditions: Conditions = USUAL,
        masked: bool = False,
    ) -> None:
        self.seed = seed
        self.observation = environment.reset(seed)
        self.steps = 0
        self.total = 0.0
        self.terminated = self.truncated = False
        self.allowed = environment.allowed() if masked else None
        self._environment = environment
        self._conditions = conditions
        self._generator = np.random.default_rng(seed)

    @property
    def is_over(self) -> bool:
        return self.terminated or self.truncated

    def explore(self, greedy: int) -> int:
        """The ε-greedy action of the coming step: a random one instead of ``greedy`` now and then.

        To be asked once a step.
        """
        epsilon = self._conditions.epsilon
        if epsilon > 0 and self._generator.random() < epsilon:
            if self.allowed is None:
                return int(self._generator.integers(self._environment.spec.n_actions))
            return int(self._generator.choice(np.flatnonzero(self.allowed)))
        return greedy

    def step(self, action: int) -> float:
        """Take ``action``, after the push where it is due; returns the reward."""
        push = self._conditions.push
        if push and push.step == self.steps:
            self._environment.nudge(push.component, push.amount)
        outcome = self._environment.step(action)
        self.observation, reward, self.terminated, self.truncated = outcome
        if self.allowed is not None:
            self.allowed = self._environment.allowed()
        self.total += reward
        self.steps += 1
        return reward
