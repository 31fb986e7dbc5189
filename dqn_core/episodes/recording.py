"""One episode with everything that was seen, and its pictures drawn again when they are wanted."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np

from dqn_core.agent import Agent, Distributions
from dqn_core.base.compute import untouched_arithmetic
from dqn_core.base.errors import EnvironmentFailure
from dqn_core.configuration.config import HYPERPARAMETERS
from dqn_core.environments import Environment, EnvironmentSpec
from dqn_core.environments.border import Picture
from dqn_core.environments.configured import environment_for, spec_for
from dqn_core.environments.environment import another
from dqn_core.episodes.conditions import USUAL, Conditions
from dqn_core.episodes.episode import Episode
from dqn_core.masks import greedy, shown


class Camera:
    """Pictures of an environment for as long as it can be drawn; ``problem`` says why no longer.

    One that is not ``on`` takes none.
    """

    def __init__(self, environment: Environment, on: bool) -> None:
        self.problem = ""
        self._environment = environment
        self._is_on = on

    def picture(self) -> Picture | str | None:
        """The present picture or text; None if there is none."""
        if not self._is_on:
            return None
        try:
            return self._environment.render()
        except EnvironmentFailure as error:
            self._is_on, self.problem = False, error.phrase
            return None


@dataclass(frozen=True)
class Recording:
    """One episode, T steps long. Played again with its actions, it is the same to the bit."""

    spec: EnvironmentSpec
    seed: int
    conditions: Conditions
    observations: np.ndarray  # (T + 1, observation_dim) float32, the last is the true final one
    actions: np.ndarray  # (T,) int64
    rewards: np.ndarray  # (T,) float64
    q_values: np.ndarray  # (T + 1, n_actions) float32, NaN for an action that was not allowed
    terminated: bool
    truncated: bool
    unseen: str  # why not all of it could be drawn

    @property
    def total(self) -> float:
        """The episode's return."""
        return float(self.rewards.sum())

    @property
    def has_pictures(self) -> bool:
        """Whether the environment can be drawn, as pictures or as text."""
        return render_mode(self.spec) is not None

    def pictures(self, stride: int = 1) -> Iterator[tuple[int, Picture | str]]:
        """Each ``stride``-th step from 0 on, and the last, with what is seen there.

        That is a picture (H, W, 3) uint8, or a text. They are drawn anew each time: 500 pictures
        of CartPole would take 360 MB.

        Raises `EnvironmentFailure` where one cannot be drawn, or where the episode played again is
        another one.
        """
        mode = render_mode(self.spec)
        if mode is None:
            return
        with closing(another(self.spec, mode, self.conditions.parameters)) as environment:
            episode = Episode(environment, self.seed, self.conditions)
            self._check_same(episode)
            yield 0, environment.render()
            for action in self.actions.tolist():
                episode.step(action)
                self._check_same(episode)
                if episode.steps % stride == 0 or episode.steps == len(self.actions):
                    yield episode.steps, environment.render()

    def _check_same(self, again: Episode) -> None:
        """Raise `EnvironmentFailure` where what is played ``again`` has left this episode."""
        if not np.array_equal(again.observation, self.observations[again.steps]):
            raise EnvironmentFailure(
                "{env_id} cannot be filmed: with the same seed and actions it did something else "
                "by step {step:,}: all its random numbers have to come from self.np_random, which "
                "reset(seed=…) begins anew.",
                env_id=self.spec.env_id,
                step=again.steps,
            )


class Watcher(Protocol):
    """Is told each step of an episode as soon as its action has been tried."""

    def __call__(
        self,
        frame: Any,
        observation: np.ndarray,
        q_values: np.ndarray,
        action: int | None,
        reward: float | None,
        distributions: Distributions | None,
        /,
    ) -> object:
        """``action`` and ``reward`` are None at the end, when the episode is over.

        ``distributions`` are those of the observation, None where the agent has none.
        """


@untouched_arithmetic()
def record(
    agent: Agent,
    seed: int = 0,
    conditions: Conditions = USUAL,
    *,
    watcher: Watcher | None = None,
    pictures: bool = True,
) -> Recording:
    """Play one episode from environment seed ``seed`` and keep its numbers.

    Only a ``watcher`` is handed pictures while the episode is played, and not without
    ``pictures``; the recording draws them again when asked. From the first on that cannot be drawn
    there is none, and ``unseen`` says why.

    Raises `ConfigurationError` for an argument out of its range, and `EnvironmentFailure`.
    """
    config, seed = agent.config, int(HYPERPARAMETERS["seed"].validated(seed))
    mode = render_mode(spec_for(config))
    on = watcher is not None and pictures and mode is not None
    environment = environment_for(config, mode if on else None, conditions.parameters)
    camera = Camera(environment, on)
    with closing(environment):
        episode = Episode(environment, seed, conditions, config.action_masks)
        moments = list(_moments(agent, episode, camera, watcher))
    return Recording(
        spec=environment.spec,
        seed=seed,
        conditions=conditions,
        observations=np.stack([moment.observation for moment in moments]),
        actions=np.array([moment.action for moment in moments[:-1]], dtype=np.int64),
        rewards=np.array([moment.reward for moment in moments[:-1]], dtype=np.float64),
        q_values=np.stack([moment.q_values for moment in moments]),
        terminated=episode.terminated,
        truncated=episode.truncated,
        unseen=camera.problem,
    )


class _Moment(NamedTuple):
    """A step, and at last the end of the episode, where nothing is done."""

    observation: np.ndarray
    q_values: np.ndarray
    action: int | None
    reward: float | None


def _moments(
    agent: Agent, episode: Episode, camera: Camera, watcher: Watcher | None
) -> Iterator[_Moment]:
    """Play the episode to its end, and tell the ``watcher`` each moment."""
    is_over = False
    while not is_over:
        is_over, now, allowed = episode.is_over, episode.observation, episode.allowed
        predicted = agent.q_values(now[None])[0]
        frame, action, reward = camera.picture(), None, None
        if not is_over:
            action = episode.explore(greedy(predicted, allowed))
            reward = episode.step(action)
        moment = _Moment(now, shown(predicted, allowed), action, reward)
        if watcher:
            watcher(frame, *moment, agent.distributions(now[None], allowed))
        yield moment


def render_mode(spec: EnvironmentSpec) -> str | None:
    """Pictures where the environment has them, else text, else nothing."""
    for mode in ("rgb_array", "ansi"):
        if mode in spec.render_modes:
            return mode
    return None
