"""What Gymnasium's registry has of an environment that a person names, with the arguments given."""

import re
from dataclasses import replace
from difflib import get_close_matches
from inspect import Parameter, signature
from typing import Any

import gymnasium
from gymnasium.envs.registration import EnvSpec, load_env_creator

from dqn_core.base.errors import ConfigurationError
from dqn_core.base.phrases import Phrase
from dqn_core.base.scalars import is_number, plain, shown
from dqn_core.configuration.keyword_arguments import called, parsed
from dqn_core.environments.modules import import_allowed, parts

DEFAULT_TIME_LIMIT = 1_000
"""Steps an episode has where an environment has no time limit: a bad policy would never end it."""

MOST_STEPS = 2**40
"""No episode is longer, and no run has more environment steps, updates or episodes."""


def registration(env_id: str, env_kwargs: str = "") -> EnvSpec | None:
    """The registration of ``env_id``, made with ``env_kwargs`` besides its own arguments.

    Where both name an argument, ``env_kwargs`` counts. None where there is no such environment.
    Raises `UnsupportedEnvironmentError` for a module that must not be imported or cannot be.
    """
    import_allowed(env_id)
    found = gymnasium.registry.get(parts(env_id)[1])
    return found and replace(found, kwargs={**found.kwargs, **parsed(env_kwargs)})


def argument(registered: EnvSpec, name: str, default: Any = None) -> Any:
    """The argument ``name`` that an environment is made with, ``default`` where it has none."""
    return registered.kwargs.get(name, default)


def is_as_registered(registered: EnvSpec) -> bool:
    """Whether it has the arguments that its id stands for."""
    return registered.kwargs == gymnasium.registry[registered.id].kwargs


def registered_by(module: str) -> list[str]:
    """Ids of the environments that are made from a module's package, sorted."""
    package = module.partition(".")[0]
    return sorted(
        env_id
        for env_id, registered in gymnasium.registry.items()
        if re.split("[.:]", _origin(registered.entry_point))[0] == package
    )


def _origin(point: Any) -> str:
    return point if isinstance(point, str) else str(getattr(point, "__module__", ""))


def check_arguments(registered: EnvSpec, env_id: str, env_kwargs: str) -> None:
    """Raise `ConfigurationError` for an argument that the environment does not know or cannot use,
    or that it lacks.

    Many take a text where they need true or false or a number without a word, and every text is
    true.
    """
    given = parsed(env_kwargs)
    point: Any = registered.entry_point
    if point is None:
        return  # as Gymnasium will say
    taken = signature(load_env_creator(point) if isinstance(point, str) else point).parameters
    if any(parameter.kind is Parameter.VAR_KEYWORD for parameter in taken.values()):
        return  # it hands them on, and only its constructor can tell
    names = [name for name in taken if name != "render_mode"]
    for name, value in given.items():
        if name not in names:
            near = get_close_matches(name, names, n=1)
            raise ConfigurationError(
                "{env_id} has no argument {name}: did you mean {near}?"
                if near
                else "{env_id} has no argument {name}: it has {names}.",
                "env_kwargs",
                env_id=registered.id,
                name=shown(name),
                near=near,
                names=names or Phrase("none"),
            )
        if form := _needed(value, taken[name].default):
            raise ConfigurationError(
                "{name} of {env_id} must be {needed}, not {value}.",
                "env_kwargs",
                name=name,
                env_id=registered.id,
                needed=form,
                value=shown(value),
            )
    required = [
        name
        for name in names
        if taken[name].default is Parameter.empty
        and taken[name].kind is not Parameter.VAR_POSITIONAL
    ]
    if lacking := [name for name in required if name not in registered.kwargs]:
        raise ConfigurationError(
            "{env_id} needs arguments: choose {environment} on the page, and give --env-kwargs in "
            "a command.",
            "env_kwargs",
            env_id=registered.id,
            environment=called(env_id, ", ".join(f"{name}=…" for name in lacking)),
        )


def _needed(value: Any, usual: Any) -> Phrase | None:
    """What an argument must be in place of ``value``, by what it usually is; None where it may
    be."""
    if isinstance(usual, bool):
        return None if value in (0, 1) else Phrase("True or False")
    return Phrase("a number") if is_number(usual) and isinstance(value, str) else None


def usual_time_limit(registered: EnvSpec) -> int:
    """The time limit of an episode where nobody chooses another one."""
    limit = plain(registered.max_episode_steps)
    return int(min(limit, MOST_STEPS)) if is_number(limit) and limit >= 1 else DEFAULT_TIME_LIMIT
