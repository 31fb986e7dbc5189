"""Environments from an id: seeding, flat observations, and their state."""

import logging
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from typing import Any

import gymnasium
import numpy as np

from dqn_core.base.errors import (
    ConfigurationError,
    EnvironmentFailure,
    UnsupportedEnvironmentError,
)
from dqn_core.base.phrases import Phrase, paragraph
from dqn_core.base.scalars import shown, whole
from dqn_core.environments.border import (
    Observations,
    Picture,
    Pictures,
    allowed_by,
    failure,
    flag_of,
    named_reason,
    outcome_of,
    reward_of,
    start_of,
    whatever_it_raises,
)
from dqn_core.environments.declared import EnvironmentSpec
from dqn_core.environments.making import ids_of_families, made
from dqn_core.environments.registration import MOST_STEPS
from dqn_core.environments.spaces import actions_of, observed
from dqn_core.environments.state import (
    Data,
    State,
    data_of,
    generator_of,
    has_large_data,
    layers_of,
    other_data,
    restore,
    state_of,
)

_log = logging.getLogger(__name__)


class Environment:
    """One Gymnasium environment behind a border: see `border`.

    `reset`, `step` and `render` raise `EnvironmentFailure` for whatever the environment raises
    and for what it returns that cannot be used. It then goes on from the next reset. ``steps`` have
    been made in the episode under way, and after ``time_limit`` it is truncated.
    """

    def __init__(
        self,
        env: gymnasium.Env[Any, Any],
        spec: EnvironmentSpec,
        usual_time_limit: int,
        render_mode: str | None = None,
    ) -> None:
        self.env = env
        self.spec = spec
        self.usual_time_limit = usual_time_limit
        self._observations = Observations(observed(spec.env_id, env.observation_space))
        first = actions_of(spec.env_id, env.action_space).start
        # As NumPy's, which the space's own `sample` gives: some environments ask for its parts.
        self._first_action = first if spec.family.is_known else np.int64(first)
        self._pictures = Pictures(render_mode)
        self.time_limit = spec.max_episode_steps
        self.steps = 0
        self._is_open = True
        self._information: Any = None  # what came with the newest observation
        self._has_terminated: Any = False

    def reset(self, seed: int | None = None) -> np.ndarray:
        """Start an episode; returns the observation `(observation_dim,)` float32.

        A ``seed`` restarts the environment's generator; without one it goes on.
        """
        self.steps = 0
        self._has_terminated = False
        try:
            observation, self._information = start_of(self.env.reset(seed=seed))
            return self._observations.flat(observation)
        except BaseException as error:
            raise self._failure(error) from error

    def step(self, action: int) -> tuple[np.ndarray, float, bool, bool]:
        """Observation `(observation_dim,)` float32, reward, terminated, truncated.

        ``action`` counts from 0.
        """
        self.steps += 1
        try:
            outcome = self.env.step(action + self._first_action)
            observation, reward, terminated, truncated, self._information = outcome_of(outcome)
            self._has_terminated = terminated
            return (
                self._observations.flat(observation),
                reward_of(reward),
                flag_of("terminated", terminated),
                flag_of("truncated", truncated) or self.steps >= self.time_limit,
            )
        except BaseException as error:
            raise self._failure(error) from error

    def seen(self, observation: np.ndarray) -> np.ndarray:
        """An observation that was computed for it, checked as if it had returned it itself."""
        try:
            return self._observations.flat(observation)
        except BaseException as error:
            raise self._failure(error) from error

    def allowed(self) -> np.ndarray:
        """The actions that may be taken now, `(n_actions,)` bool, by ``info["action_mask"]``.

        Where the task has ended all: there nobody acts, and some environments allow none. Raises
        `EnvironmentFailure` where the environment does not say, or not as it is needed.
        """
        if self._has_terminated:
            return np.ones(self.spec.n_actions, dtype=bool)
        try:
            return allowed_by(self._information, self.spec.n_actions)
        except BaseException as error:
            told = self._failure(error)
            told.names = ("action_masks",)
            raise told from error

    @property
    def gives_masks(self) -> bool:
        """Whether its last reset or step told which actions are allowed, in a usable form."""
        with suppress(EnvironmentFailure):
            self.allowed()
            return True
        return False

    def try_action(self, generator: np.random.Generator) -> int:
        """A random action; if the environment says which actions are allowed, one of these."""
        actions = np.arange(self.spec.n_actions)
        with suppress(EnvironmentFailure):
            actions = np.flatnonzero(self.allowed())
        return int(actions[generator.integers(len(actions))])

    def render(self) -> Picture | str:
        """The picture `(H, W, 3)` uint8, or text, that the render mode gives."""
        try:
            return self._pictures.checked(self.env.render())
        except BaseException as error:
            raise failure(self.spec.env_id, self._when, error, is_drawn=True) from error

    def picture_of(self, state: Mapping[str, Any]) -> Picture | str:
        """The picture of another environment's ``state_dict``, which this one takes over.

        The other one need not render; this one has to, and to have been reset once.
        """
        try:
            restore(self.env, state)
        except BaseException as error:
            raise failure(self.spec.env_id, self._when, error, is_drawn=True) from error
        return self.render()

    def close(self) -> None:
        """Release it, once. One that cannot be closed loses nothing: it is logged."""
        if not self._is_open:
            return
        self._is_open = False
        try:
            self.env.close()
        except BaseException as error:
            _log.warning("%s could not be closed: %s.", self.spec.env_id, named_reason(error))

    def set_time_limit(self, max_episode_steps: int) -> None:
        """Truncate the coming episodes after ``max_episode_steps``; 0 is the environment's own.

        A limit inside the environment stays, and the shorter one counts.
        """
        self.time_limit = max_episode_steps or self.usual_time_limit

    @property
    def _when(self) -> Phrase:
        if not self.steps:
            return Phrase("reset")
        return Phrase("step {step:,} of an episode", step=self.steps)

    def _failure(self, error: BaseException) -> EnvironmentFailure:
        return failure(self.spec.env_id, self._when, error)

    def state_dict(self) -> State:
        """All that a new environment of this kind needs to go on from here: see `state_of`."""
        kept = state_of(self.env, self._fresh_data)
        return kept | {"steps": self.steps, "time_limit": self.time_limit}

    def load_state_dict(self, state: Mapping[str, Any]) -> str:
        """Go on, as a new environment, from where another was when ``state_dict`` was taken.

        Returns: in sentences what is not as it was there; empty where everything is.
        """
        steps, time_limit = counts(state)
        fresh = self._made_anew()
        other = other_data(fresh, state)
        restore(fresh, state)
        self.close()
        self.env, self.steps, self.time_limit, self._is_open = fresh, steps, time_limit, True
        notices = []
        if state["generator"] is None or generator_of(fresh) is None:
            notices.append(
                Phrase(
                    "{env_id} uses a random generator that cannot be saved: its random numbers "
                    "differ from here on.",
                    env_id=self.spec.env_id,
                )
            )
        if other:
            notices.append(
                Phrase(
                    "{env_id} has other data in {names} than the run had, and goes on with its "
                    "own.",
                    env_id=self.spec.env_id,
                    names=other,
                )
            )
        return paragraph(notices)

    @cached_property
    def _fresh_data(self) -> list[dict[str, Data]]:
        """Large data that a new environment of this kind has too: it need not be kept."""
        if has_large_data(self.env):
            with whatever_it_raises():  # what cannot be made again is kept whole
                fresh = self._made_anew()
                fresh.close()
                return data_of(fresh)
        return [{} for _ in layers_of(self.env)]

    def _made_anew(self) -> gymnasium.Env[Any, Any]:
        environment = another(self.spec, self.env.render_mode)
        environment.reset(seed=0)
        return environment.env

    def nudge(self, component: int, amount: float) -> None:
        """Add ``amount`` to one component of the inner state of a classic-control environment.

        Raises `ConfigurationError` where there is no such component.
        """
        inner: Any = self.env.unwrapped
        state: Any = getattr(inner, "state", None)
        if np.ndim(state) != 1 or component >= len(state):
            raise ConfigurationError(
                "{env_id} cannot be pushed: it has no inner component {component}.",
                env_id=self.spec.env_id,
                component=component,
            )
        pushed = np.array(state, dtype=np.float64)
        pushed[component] += amount
        inner.state = pushed


def make_environment(
    env_id: str,
    max_episode_steps: int = 0,
    render_mode: str | None = None,
    parameters: Mapping[str, float] | None = None,
    *,
    env_kwargs: str = "",
) -> Environment:
    """The environment called ``env_id``, checked to be one that DQN can learn.

    ``max_episode_steps`` 0 keeps the environment's own time limit. ``parameters`` sets variables
    of the environment itself, such as CartPole's ``gravity``; with ``env_kwargs`` it is made.
    Raises `UnsupportedEnvironmentError` with what was found and what is needed, and
    `ConfigurationError` for a parameter that cannot be set.
    """
    env, spec, usual_time_limit = made(
        env_id,
        whole("max_episode_steps", max_episode_steps, 0, MOST_STEPS),
        render_mode,
        parameters or {},
        env_kwargs,
    )
    return Environment(env, spec, usual_time_limit, render_mode)


def another(
    spec: EnvironmentSpec,
    render_mode: str | None = None,
    parameters: Mapping[str, float] | None = None,
) -> Environment:
    """Another environment of the kind that ``spec`` describes: see `make_environment`."""
    return make_environment(
        spec.env_id, spec.max_episode_steps, render_mode, parameters, env_kwargs=spec.env_kwargs
    )


def environment_spec(
    env_id: str, max_episode_steps: int = 0, *, env_kwargs: str = ""
) -> EnvironmentSpec:
    """What `make_environment` finds out, without keeping the environment."""
    environment = make_environment(env_id, max_episode_steps, env_kwargs=env_kwargs)
    environment.close()
    return environment.spec


def known_environments() -> list[str]:
    """Ids of Gymnasium's own environments that can be learnt here, with what is installed."""
    return [env_id for env_id in ids_of_families() if _is_supported(env_id)]


def _is_supported(env_id: str) -> bool:
    try:
        make_environment(env_id).close()
    except UnsupportedEnvironmentError:
        return False
    return True


def counts(state: Mapping[str, Any]) -> tuple[int, int]:
    """Steps made and steps allowed in the episode of a state; `ValueError` where it is none."""
    steps, limit = state["steps"], state["time_limit"]
    for name, count, least in (("steps", steps, 0), ("time_limit", limit, 1)):
        if type(count) is not int or not least <= count <= MOST_STEPS:
            raise ValueError(
                Phrase("{name} of its environment cannot be {count}", name=name, count=shown(count))
            )
    return steps, limit
