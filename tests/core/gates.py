"""A small environment that says which actions it allows, and fails at all others."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import gymnasium
import numpy as np
from gymnasium.spaces import Discrete

from tests.core.foreign import registered

STATES, ACTIONS = 6, 3
GOAL = STATES - 1
MASKS = np.array([[s > 0, s != 2, s % 2 == 0] for s in range(STATES)])
MASKS[GOAL] = False  # there nobody acts
REWARDS = (-1.0, -1.0, -1.5)


def lands(state: int, action: int) -> int:
    """Where a step back, a step ahead or a jump over one state ends."""
    return min(state + (-1, 1, 2)[action], GOAL)


class Gates(gymnasium.Env[Any, Any]):
    """From the left to the right, where no step leads through the gate behind state 2.

    With ``form`` the masks are of another form; with ``is_open`` every action is allowed.
    """

    metadata = {"render_modes": ["ansi"]}  # noqa: RUF012

    def __init__(
        self, form: Any = np.asarray, is_open: bool = False, render_mode: str | None = None
    ) -> None:
        self.observation_space, self.action_space = Discrete(STATES), Discrete(ACTIONS)
        self.render_mode = render_mode
        self.state = 0
        self._form = form
        self._is_open = is_open

    def info(self) -> dict[str, Any]:
        return {"action_mask": self._form(MASKS[self.state] | self._is_open)}

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        super().reset(seed=seed)
        self.state = int(self.np_random.integers(3))
        return self.state, self.info()

    def step(self, action: Any) -> Any:
        if not (MASKS[self.state] | self._is_open)[action]:
            raise ValueError(f"action {action} is not allowed in state {self.state}")
        self.state = max(lands(self.state, action), 0)
        return self.state, REWARDS[action], self.state == GOAL, False, self.info()

    def render(self) -> str:
        return "." * self.state + "x"


@contextmanager
def gates(**kwargs: Any) -> Iterator[str]:
    """The environment's id, while it is registered."""
    with registered("Gates-v0", Gates, max_episode_steps=20, kwargs=kwargs) as env_id:
        yield env_id


def best_values(gamma: float) -> np.ndarray:
    """Q of the optimal policy `(STATES, ACTIONS)` by value iteration; 0 where it is not allowed."""
    q_values = np.zeros((STATES, ACTIONS))
    for _ in range(300):
        values = np.array(
            [max(q_values[s][MASKS[s]], default=0.0) for s in range(STATES)]  # 0 at the goal
        )
        for s, a in np.argwhere(MASKS).tolist():
            q_values[s, a] = REWARDS[a] + gamma * values[lands(s, a)]
    return q_values
