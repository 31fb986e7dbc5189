"""Environments of somebody else's, as small as they can be, for the tests to register."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.spaces import Box, Discrete

from dqn_core.base.errors import EnvironmentFailure
from dqn_core.environments import make_environment

Told = Callable[[Any, int], Any]
Register = Callable[..., str]


class Foreign(gymnasium.Env[Any, Any]):
    """An episode of ten steps, each worth 1; it answers as it is told to.

    ``outcome`` changes what a step returns, ``start`` what a reset returns: both are called with
    the usual answer and the number of calls so far. ``picture`` is called with the step.
    """

    metadata = {"render_modes": ["rgb_array"], "render_fps": 30}  # noqa: RUF012

    def __init__(
        self,
        outcome: Told | None = None,
        start: Told | None = None,
        picture: Callable[[int], Any] | None = None,
        observation_space: Any = None,
        action_space: Any = None,
        render_mode: str | None = None,
    ) -> None:
        self.observation_space = (
            Box(-1.0, 1.0, (2,)) if observation_space is None else observation_space
        )
        self.action_space = action_space or Discrete(2)
        self.render_mode = render_mode
        self._outcome = outcome or (lambda answer, _: answer)
        self._start = start or (lambda answer, _: answer)
        self._picture = picture or (lambda _: np.zeros((4, 6, 3), np.uint8))
        self.steps = 0
        self.calls = 0
        self.resets = 0

    def observation(self) -> Any:
        if isinstance(self.observation_space, Discrete):
            return self.steps % int(self.observation_space.n)
        return np.full(self.observation_space.shape, self.steps / 10, np.float32)

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        super().reset(seed=seed)
        self.steps = 0
        self.resets += 1
        return self._start((self.observation(), {}), self.resets)

    def step(self, action: Any) -> Any:
        self.steps += 1
        self.calls += 1
        return self._outcome((self.observation(), 1.0, self.steps == 10, False, {}), self.calls)

    def render(self) -> Any:
        return self._picture(self.steps)


@contextmanager
def registered(env_id: str, entry_point: Any = Foreign, **options: Any) -> Iterator[str]:
    """Register an environment for as long as the context lasts, in place of one of that id."""
    before = gymnasium.registry.pop(env_id, None)
    gymnasium.register(env_id, entry_point, **options)
    try:
        yield env_id
    finally:
        gymnasium.registry.pop(env_id, None)
        if before is not None:
            gymnasium.registry[env_id] = before


def fails_at(call: int, error: BaseException | None = None) -> Told:
    """An answer as usual, but at that call an error."""

    def answer(usual: Any, calls: int) -> Any:
        if calls == call:
            raise error or RuntimeError("boom")
        return usual

    return answer


class WithoutRenderMode(gymnasium.Env[Any, Any]):
    """As a beginner writes it, with a constructor that takes nothing."""

    metadata = {"render_modes": ["rgb_array"]}  # noqa: RUF012
    observation_space = Box(-1, 1, (2,))
    action_space = Discrete(2)

    def __init__(self) -> None:
        pass

    def reset(self, seed: int | None = None, options: Any = None) -> Any:
        super().reset(seed=seed)
        return np.zeros(2, np.float32), {}

    def step(self, action: Any) -> Any:
        return np.zeros(2, np.float32), 1.0, False, False, {}

    def render(self) -> Any:
        return np.zeros((4, 6, 3), np.uint8) if self.render_mode == "rgb_array" else None


def told(error: BaseException) -> str:
    """The sentence: one line, that ends."""
    sentence = str(error)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    assert len(sentence) < 500
    return sentence


def failure_of(env_id: str, steps: int = 12) -> str:
    """What is said when so many steps are made, from a reset on."""
    environment = make_environment(env_id)

    def play() -> None:
        environment.reset(seed=0)
        for _ in range(steps):
            if any(environment.step(0)[2:]):
                environment.reset()

    with pytest.raises(EnvironmentFailure) as failed:
        play()
    return told(failed.value)
