"""What an environment declares of itself, checked, and what more is known of it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gymnasium
from gymnasium.envs.registration import EnvSpec

from dqn_core.base.scalars import is_number, plain
from dqn_core.environments.families import family_of
from dqn_core.environments.family import Family, RandomReturn, nameless
from dqn_core.environments.registration import argument, is_as_registered
from dqn_core.environments.spaces import actions_of, observed
from dqn_core.environments.state import layers_of

FRAMES_PER_SECOND = 30.0
"""Where an environment says nothing of use: that is also Gymnasium's own choice."""
_FASTEST = 1_000


@dataclass(frozen=True)
class EnvironmentSpec:
    """What is known of an environment before its first step.

    ``observation_dim`` is the length of the stored observation; ``n_states`` is the number of
    states for a `Discrete` observation, which is stored as its index and shown to the network
    one-hot, and else 0. Actions are counted from 0, whatever the space begins with.
    ``observation_limits`` are those of the space. For the components in ``failing`` they are the
    limits beyond which the episode ends in failure. ``step_reward`` is what each step is worth, if
    all are worth the same. If the ``family`` has no name, only what the spaces say is known:
    ``optimum``, ``return_range`` and ``step_reward`` are None, and ``task`` is "".
    """

    env_id: str
    env_kwargs: str
    family: Family
    observation_dim: int
    n_states: int
    n_actions: int
    observation_labels: tuple[str, ...]
    observation_limits: tuple[tuple[float, float], ...]
    failing: tuple[int, ...]
    action_labels: tuple[str, ...]
    task: str
    max_episode_steps: int
    reward_threshold: float | None
    optimum: float | None
    return_range: tuple[float, float] | None
    step_reward: float | None
    random_return: RandomReturn | None
    is_slippery: bool
    frames_per_second: float
    render_modes: tuple[str, ...]


def described(
    env_id: str,
    env_kwargs: str,
    registered: EnvSpec,
    env: gymnasium.Env[Any, Any],
    time_limit: int,
) -> EnvironmentSpec:
    """All that is known of ``env``; raises `UnsupportedEnvironmentError`.

    ``time_limit`` is what its episodes are cut to from outside.
    """
    seen = observed(env_id, env.observation_space)
    actions = actions_of(env_id, env.action_space)
    known = family_of(registered)
    if (len(known.components), len(known.actions)) != (seen.dim, len(actions)):
        known = nameless(seen.labels, actions)
    rewards_are_known = not any(argument(registered, name) for name in known.other_rewards)
    time_limit = min([time_limit, *_limits_inside(env)])
    optimum = known.optimum(time_limit) if known.optimum and rewards_are_known else None
    failures = [component.fails_beyond for component in known.components]
    return EnvironmentSpec(
        env_id=env_id,
        env_kwargs=env_kwargs,
        family=known,
        observation_dim=seen.dim,
        n_states=seen.n_states,
        n_actions=len(actions),
        observation_labels=tuple(component.label for component in known.components),
        observation_limits=tuple(
            limit if failure is None else (-failure, failure)
            for failure, limit in zip(failures, seen.limits, strict=True)
        ),
        failing=tuple(i for i, failure in enumerate(failures) if failure is not None),
        action_labels=tuple(action.label for action in known.actions),
        task=known.task if rewards_are_known else "",
        max_episode_steps=time_limit,
        reward_threshold=_threshold(registered, known, optimum) if rewards_are_known else None,
        optimum=optimum,
        return_range=known.return_range(time_limit)
        if known.return_range and rewards_are_known
        else None,
        step_reward=known.step_reward if rewards_are_known else None,
        random_return=known.random_returns.get((registered.id, time_limit))
        if is_as_registered(registered)
        else None,
        is_slippery=bool(argument(registered, known.slips_with, known.is_slippery)),
        frames_per_second=frames_per_second(env.metadata),
        render_modes=render_modes(env.metadata),
    )


def _threshold(registered: EnvSpec, known: Family, optimum: float | None) -> float | None:
    """The return that solves an environment; None if nobody knows whether it can be reached.

    The registered threshold is for the registered arguments; others may make the task harder.
    """
    if known.judged_at is not None:
        return known.judged_at
    may_be_harder = known.is_known and optimum is None and not is_as_registered(registered)
    return None if may_be_harder else threshold(registered.reward_threshold)


def threshold(value: Any) -> float | None:
    """The return from which on an environment counts as solved; None if no such return is given."""
    number = plain(value)
    return float(number) if is_number(number) and math.isfinite(number) else None


def frames_per_second(metadata: Any) -> float:
    """How fast its episodes are to be watched."""
    rate = plain(_mapping(metadata).get("render_fps"))
    # Slower than one picture in ten seconds is no film.
    return float(rate) if is_number(rate) and 0.1 <= rate <= _FASTEST else FRAMES_PER_SECOND


def render_modes(metadata: Any) -> tuple[str, ...]:
    """The ways in which it can be drawn."""
    modes = _mapping(metadata).get("render_modes")
    if not isinstance(modes, list | tuple | set | frozenset):
        return ()
    return tuple(mode for mode in modes if isinstance(mode, str))


def _mapping(metadata: Any) -> Mapping[str, Any]:
    return metadata if isinstance(metadata, Mapping) else {}


def _limits_inside(env: gymnasium.Env[Any, Any]) -> list[int]:
    """The time limits that an environment brings along."""
    layers = layers_of(env)
    return [x._max_episode_steps for x in layers if isinstance(x, gymnasium.wrappers.TimeLimit)]
