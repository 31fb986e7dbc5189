"""Environments from an id: checks, seeding and flat observations."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import Any

import gymnasium
import numpy as np
from gymnasium.spaces import Box, Discrete

from dqn_core.environment_state import (
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
from dqn_core.errors import UnsupportedEnvironmentError
from dqn_core.families import (
    FAILURE_LIMITS,
    LABELS,
    STEP_REWARD,
    family,
    return_range,
    rewards_are_usual,
)

DEFAULT_TIME_LIMIT = 1_000
"""Steps an episode has where an environment has no time limit: a bad policy would never end it."""


@dataclass(frozen=True)
class EnvironmentSpec:
    """What is known of an environment before its first step.

    ``observation_dim`` is the length of the stored observation; ``n_states`` is 0 for a `Box` and
    the number of states for a `Discrete` observation, which is stored as its index and shown to
    the network one-hot. ``observation_limits`` are those of the space, but where going beyond a
    limit ends the episode in failure, that limit: ``failing`` lists these components.
    """

    env_id: str
    family: str
    observation_dim: int
    n_states: int
    n_actions: int
    observation_labels: tuple[str, ...]
    observation_limits: tuple[tuple[float, float], ...]
    failing: tuple[int, ...]
    action_labels: tuple[str, ...]
    max_episode_steps: int
    reward_threshold: float | None
    return_range: tuple[float, float] | None
    step_reward: float | None
    frames_per_second: float
    render_modes: tuple[str, ...]


class Environment:
    """One Gymnasium environment with flat float32 observations and a state that can be kept."""

    def __init__(self, env: gymnasium.Env[Any, Any], spec: EnvironmentSpec) -> None:
        self.env = env
        self.spec = spec

    def reset(self, seed: int | None = None) -> np.ndarray:
        """Start an episode; returns the observation `(observation_dim,)` float32.

        A ``seed`` restarts the environment's generator; without one it goes on.
        """
        observation, _ = self.env.reset(seed=seed)
        return self._flat(observation)

    def step(self, action: int) -> tuple[np.ndarray, float, bool, bool]:
        """Observation `(observation_dim,)` float32, reward, terminated, truncated."""
        observation, reward, terminated, truncated, _ = self.env.step(action)
        return self._flat(observation), float(reward), bool(terminated), bool(truncated)

    def render(self) -> Any:
        """The picture `(H, W, 3)` uint8, or text, that the render mode gives."""
        return self.env.render()

    def picture_of(self, state: Mapping[str, Any]) -> Any:
        """The picture of another environment's ``state_dict``, which this one takes over.

        The other one need not render; this one has to, and to have been reset once.
        """
        restore(self.env, state)
        return self.render()

    def close(self) -> None:
        self.env.close()

    def set_time_limit(self, max_episode_steps: int) -> None:
        """Truncate the coming episodes after ``max_episode_steps``; 0 is the environment's own."""
        for layer in layers_of(self.env):
            if isinstance(layer, gymnasium.wrappers.TimeLimit):
                layer._max_episode_steps = max_episode_steps or _own_time_limit(self.spec.env_id)

    def _flat(self, observation: Any) -> np.ndarray:
        if self.spec.n_states:
            return np.array([observation], dtype=np.float32)
        # A copy: some environments go on writing into what they returned.
        return np.array(observation, dtype=np.float32)

    def state_dict(self) -> State:
        """All that a new environment of this kind needs to go on from here: `environment_state`."""
        return state_of(self.env, self._fresh_data)

    def load_state_dict(self, state: Mapping[str, Any]) -> str:
        """Go on, as a new environment, from where another was when ``state_dict`` was taken.

        Returns: in sentences what is not as it was there; empty where everything is.
        """
        fresh = self._made_anew()
        other = other_data(fresh, state)
        restore(fresh, state)
        self.close()
        self.env = fresh
        notices = []
        if state["generator"] is None or generator_of(fresh) is None:
            notices.append(
                f"{self.spec.env_id} draws from a generator that cannot be kept: its random "
                "numbers are others from here on."
            )
        if other:
            notices.append(
                f"{self.spec.env_id} has other data in {', '.join(other)} than the run had, and "
                "goes on with its own."
            )
        return " ".join(notices)

    @cached_property
    def _fresh_data(self) -> list[dict[str, Data]]:
        """Large data that a new environment of this kind has too: it need not be kept."""
        if has_large_data(self.env):
            with suppress(Exception):  # whatever a foreign environment raises: all of it is kept
                fresh = self._made_anew()
                fresh.close()
                return data_of(fresh)
        return [{} for _ in layers_of(self.env)]

    def _made_anew(self) -> gymnasium.Env[Any, Any]:
        spec = self.spec
        environment = make_environment(spec.env_id, spec.max_episode_steps, self.env.render_mode)
        environment.reset(seed=0)
        return environment.env

    def nudge(self, component: int, amount: float) -> None:
        """Add ``amount`` to one component of the inner state of a classic-control environment."""
        inner: Any = self.env.unwrapped
        state = np.array(inner.state, dtype=np.float64)
        state[component] += amount
        inner.state = state


def make_environment(
    env_id: str,
    max_episode_steps: int = 0,
    render_mode: str | None = None,
    parameters: Mapping[str, float] | None = None,
) -> Environment:
    """The environment called ``env_id``, checked to be one that DQN can learn.

    ``max_episode_steps`` 0 keeps the environment's own time limit. ``parameters`` sets variables
    of the environment itself, such as CartPole's ``gravity``. Raises
    `UnsupportedEnvironmentError` with what was found and what is needed.
    """
    if ":" in env_id:
        # Gymnasium would import what stands before the colon: a link or a file must not do that.
        raise UnsupportedEnvironmentError(f"{env_id!r} names a module: give a registered id alone.")
    kind = family(env_id)
    if env_id not in gymnasium.registry:
        raise UnsupportedEnvironmentError(_unknown(env_id))
    time_limit = max_episode_steps or _own_time_limit(env_id)
    try:
        env = gymnasium.make(
            gymnasium.registry[env_id],
            max_episode_steps=time_limit,
            render_mode=render_mode,
            disable_env_checker=True,
        )
    except Exception as error:  # third-party environments may raise anything while being built
        package = _missing_package(error)
        reason = str(error).strip().split("\n")[0].rstrip(".") or type(error).__name__
        raise UnsupportedEnvironmentError(
            f"{env_id} needs the package {package}: pip install {package}."
            if package
            else f"{env_id} cannot be made: {reason}."
        ) from error

    unwrapped: Any = env.unwrapped
    paid = kind if rewards_are_usual(env_id) else ""
    n_states, dim, space_limits = _observation_shape(env_id, env.observation_space)
    failures = FAILURE_LIMITS.get(kind, {})
    limits = tuple(
        (-failures[i], failures[i]) if i in failures else space_limits[i] for i in range(dim)
    )
    if not isinstance(env.action_space, Discrete) or int(env.action_space.start) != 0:
        raise UnsupportedEnvironmentError(
            f"{env_id} has the action space {env.action_space}: DQN needs Discrete actions from 0."
        )
    n_actions = int(env.action_space.n)
    for name, value in (parameters or {}).items():
        setattr(unwrapped, name, value)
    if parameters and kind == "CartPole":
        # CartPole derives these two once, in its constructor.
        unwrapped.total_mass = unwrapped.masspole + unwrapped.masscart
        unwrapped.polemass_length = unwrapped.masspole * unwrapped.length

    names, actions = LABELS.get(kind, ((), ()))
    spec = EnvironmentSpec(
        env_id=env_id,
        family=kind,
        observation_dim=dim,
        n_states=n_states,
        n_actions=n_actions,
        observation_labels=names if len(names) == dim else tuple(f"x{i}" for i in range(dim)),
        observation_limits=limits,
        failing=tuple(FAILURE_LIMITS.get(kind, ())),
        action_labels=(
            actions
            if len(actions) == n_actions
            else tuple(f"action {action}" for action in range(n_actions))
        ),
        max_episode_steps=time_limit,
        reward_threshold=env.spec.reward_threshold if env.spec else None,
        return_range=return_range(paid, time_limit),
        step_reward=STEP_REWARD.get(paid),
        frames_per_second=float(env.metadata.get("render_fps", 30)),
        render_modes=tuple(env.metadata.get("render_modes", ())),
    )
    return Environment(env, spec)


def environment_spec(env_id: str, max_episode_steps: int = 0) -> EnvironmentSpec:
    """What `make_environment` finds out, without keeping the environment."""
    environment = make_environment(env_id, max_episode_steps)
    environment.close()
    return environment.spec


def known_environments() -> list[str]:
    """Ids of Gymnasium's own environments that can be learnt here, with what is installed."""
    return [env_id for env_id in _ids_of_families() if _is_supported(env_id)]


def _observation_shape(
    env_id: str, space: gymnasium.Space[Any]
) -> tuple[int, int, tuple[tuple[float, float], ...]]:
    """Number of discrete states (0 for a box), stored length, and limits a component."""
    if isinstance(space, Discrete) and int(space.start) == 0:
        return int(space.n), 1, ((0.0, float(space.n - 1)),)
    if isinstance(space, Box) and len(space.shape) == 1 and np.issubdtype(space.dtype, np.number):
        limits = zip(space.low.tolist(), space.high.tolist(), strict=True)
        return 0, space.shape[0], tuple((float(low), float(high)) for low, high in limits)
    raise UnsupportedEnvironmentError(
        f"{env_id} has the observation space {space}: DQN Lab needs a Box of one dimension "
        "or Discrete observations from 0."
    )


def _own_time_limit(env_id: str) -> int:
    return gymnasium.registry[env_id].max_episode_steps or DEFAULT_TIME_LIMIT


def _missing_package(error: Exception) -> str | None:
    """The package that an environment could not be made without, if that was the reason."""
    if isinstance(error, ModuleNotFoundError) and error.name:
        return error.name.partition(".")[0]
    if isinstance(error, gymnasium.error.DependencyNotInstalled):
        named = [name for name in ("box2d", "pygame", "mujoco") if name in str(error).lower()]
        return named[0] if named else None
    return None


def _ids_of_families() -> list[str]:
    """Ids of Gymnasium's own environments with discrete actions and flat observations, sorted."""
    return sorted(i for i in gymnasium.registry if family(i))


def _is_supported(env_id: str) -> bool:
    try:
        make_environment(env_id).close()
    except UnsupportedEnvironmentError:
        return False
    return True


def _unknown(env_id: str) -> str:
    known = _ids_of_families()  # one that needs a package is meant all the same
    near = get_close_matches(env_id, known, n=1, cutoff=0.65)
    hint = f": did you mean {near[0]}?" if near else f": there are {', '.join(known)} and more."
    return f"There is no environment called {env_id!r}{hint}"
