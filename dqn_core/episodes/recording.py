"""One episode with everything that was seen, and its pictures drawn again when they are wanted."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from dqn_core.agent import Agent
from dqn_core.compute import untouched_arithmetic
from dqn_core.config import HYPERPARAMETERS
from dqn_core.environments import Environment, environment_spec, make_environment
from dqn_core.environments.border import Picture
from dqn_core.environments.declared import EnvironmentSpec
from dqn_core.episodes.conditions import Push
from dqn_core.errors import EnvironmentFailure
from dqn_core.scalars import share


@dataclass(frozen=True)
class Course:
    """What an episode was made of: played again, it is the same to the bit.

    ``parameters`` are variables of the environment that were changed, ``push`` shoved it.
    """

    env_id: str
    seed: int
    actions: np.ndarray  # (T,) int64
    max_episode_steps: int = 0
    parameters: Mapping[str, float] = field(default_factory=dict)
    push: Push | None = None


class Camera:
    """Pictures of an environment for as long as it can be drawn; ``problem`` says why no longer.

    One that is not ``on`` takes none.
    """

    def __init__(self, environment: Environment, on: bool) -> None:
        self.problem = ""
        self._environment = environment
        self._is_on = on

    def picture(self) -> Picture | str | None:
        """What there is to see, None where nothing is."""
        if not self._is_on:
            return None
        try:
            return self._environment.render()
        except EnvironmentFailure as error:
            self._is_on, self.problem = False, str(error)
            return None


class Frames:
    """The T + 1 pictures (H, W, 3) uint8 or texts of an episode; none where there are none.

    500 pictures of CartPole would take 360 MB. They are drawn anew each time they are gone through.
    """

    def __init__(self, course: Course, mode: str | None) -> None:
        self._course = course
        self._mode = mode

    def __len__(self) -> int:
        return len(self._course.actions) + 1 if self._mode else 0

    def __iter__(self) -> Iterator[Picture | str]:
        return (frame for _, frame in self.every(1))

    def every(self, stride: int) -> Iterator[tuple[int, Picture | str]]:
        """Each ``stride``-th moment, and the last, with its picture.

        Raises `EnvironmentFailure` where it cannot be drawn.
        """
        if not self._mode:
            return
        course = self._course
        environment = make_environment(
            course.env_id, course.max_episode_steps, self._mode, course.parameters
        )
        try:
            environment.reset(course.seed)
            yield 0, environment.render()
            for step, action in enumerate(course.actions):
                if course.push and course.push.step == step:
                    environment.nudge(course.push.component, course.push.amount)
                environment.step(int(action))
                if (step + 1) % stride == 0 or step + 1 == len(course.actions):
                    yield step + 1, environment.render()
        finally:
            environment.close()


@dataclass(frozen=True)
class Recording:
    """One episode, T steps long."""

    env_id: str
    seed: int
    observations: np.ndarray  # (T + 1, observation_dim) float32, the last is the true final one
    actions: np.ndarray  # (T,) int64
    rewards: np.ndarray  # (T,) float64
    q_values: np.ndarray  # (T + 1, n_actions) float32
    terminated: bool
    truncated: bool
    frames: Frames
    unseen: str  # why not all of it could be drawn
    frames_per_second: float
    observation_labels: tuple[str, ...]
    observation_limits: tuple[tuple[float, float], ...]
    action_labels: tuple[str, ...]
    gamma: float = 0.99

    @property
    def total(self) -> float:
        """The episode's return."""
        return float(self.rewards.sum())


class Watcher(Protocol):
    """Is told each moment of an episode as soon as its action has been tried."""

    def __call__(
        self,
        frame: Any,
        observation: np.ndarray,
        q_values: np.ndarray,
        action: int | None = None,
        reward: float | None = None,
    ) -> object:
        """``action`` and ``reward`` are None at the last moment, when the episode is over."""


@untouched_arithmetic()
def record(
    agent: Agent,
    seed: int = 0,
    epsilon: float = 0.0,
    *,
    watcher: Watcher | None = None,
    pictures: bool = True,
    parameters: Mapping[str, float] | None = None,
    push: Push | None = None,
) -> Recording:
    """Play one episode from environment seed ``seed`` and keep its numbers.

    ``epsilon`` is the share of random actions, ``parameters`` changes variables of the
    environment, ``push`` shoves it in mid-episode. Only a ``watcher`` is handed pictures while
    the episode is played, and not without ``pictures``; the recording draws them again when asked.
    From the first on that cannot be drawn there is none, and ``unseen`` says why.

    Raises `ConfigurationError` for an argument out of its range, and `EnvironmentFailure`.
    """
    seed, epsilon = int(HYPERPARAMETERS["seed"].validated(seed)), share("epsilon", epsilon)
    config = agent.config
    mode = render_mode(environment_spec(config.env_id))
    on = watcher is not None and pictures and mode is not None
    environment = make_environment(
        config.env_id, config.max_episode_steps, mode if on else None, parameters
    )
    spec, camera = environment.spec, Camera(environment, on)
    generator = np.random.default_rng(seed)
    q_values: list[np.ndarray] = []
    actions: list[int] = []
    rewards: list[float] = []
    terminated = truncated = False
    try:
        observations = [environment.reset(seed)]
        while True:
            now = observations[-1]
            q_values.append(agent.q_values(now[None])[0])
            frame = camera.picture()
            if terminated or truncated:
                break
            action = int(q_values[-1].argmax())
            if epsilon > 0 and generator.random() < epsilon:
                action = int(generator.integers(spec.n_actions))
            if push and push.step == len(actions):
                environment.nudge(push.component, push.amount)
            following, reward, terminated, truncated = environment.step(action)
            observations.append(following)
            actions.append(action)
            rewards.append(reward)
            if watcher:
                watcher(frame, now, q_values[-1], action, reward)
        if watcher:
            watcher(frame, now, q_values[-1])
    finally:
        environment.close()
    tried = np.array(actions, dtype=np.int64)
    course = Course(
        config.env_id, seed, tried, config.max_episode_steps, dict(parameters or {}), push
    )
    return Recording(
        env_id=config.env_id,
        seed=seed,
        observations=np.stack(observations),
        actions=tried,
        rewards=np.array(rewards, dtype=np.float64),
        q_values=np.stack(q_values),
        terminated=terminated,
        truncated=truncated,
        frames=Frames(course, mode),
        unseen=camera.problem,
        frames_per_second=spec.frames_per_second,
        observation_labels=spec.observation_labels,
        observation_limits=spec.observation_limits,
        action_labels=spec.action_labels,
        gamma=config.gamma,
    )


def render_mode(spec: EnvironmentSpec) -> str | None:
    """Pictures where the environment has them, else text, else nothing."""
    for mode in ("rgb_array", "ansi"):
        if mode in spec.render_modes:
            return mode
    return None
