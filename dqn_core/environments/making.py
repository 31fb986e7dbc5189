"""A Gymnasium environment as it is registered: made, described, and refused in one sentence."""

import sys
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import partial
from typing import Any, TypeVar

import gymnasium
from gymnasium.envs.registration import EnvSpec

from dqn_core.base.errors import ConfigurationError, LabError, UnsupportedEnvironmentError, excerpt
from dqn_core.base.phrases import Phrase, did_you_mean
from dqn_core.base.scalars import finite, is_number, plain, shown
from dqn_core.configuration.keyword_arguments import called
from dqn_core.environments.border import named_reason, whatever_it_raises
from dqn_core.environments.declared import EnvironmentSpec, described
from dqn_core.environments.families import family
from dqn_core.environments.modules import parts
from dqn_core.environments.registration import (
    check_arguments,
    registered_by,
    registration,
    usual_time_limit,
)

MOST_NAMED = 10
"""Environments of a module that a sentence lists."""

_COMES_WITH = {"ALE/": "ale_py", "MiniGrid-": "minigrid", "BabyAI-": "minigrid"}
"""Packages that people use, by the beginning of their environments' ids."""

_GYMNASIUMS_WORDS = " was raised from the environment creator for "
"""Gymnasium adds this to a constructor's message, and then what our sentence has said already."""

_Built = TypeVar("_Built")


def made(
    env_id: str,
    max_episode_steps: int,
    render_mode: str | None,
    parameters: Mapping[str, float],
    env_kwargs: str,
) -> tuple[gymnasium.Env[Any, Any], EnvironmentSpec, int]:
    """The environment itself, what is known of it, and its own time limit.

    Arguments and errors are those of `make_environment`.
    """
    registered = registration(env_id, env_kwargs)
    if registered is None:
        raise UnsupportedEnvironmentError(_unknown(env_id))
    usual = usual_time_limit(registered)
    time_limit = max_episode_steps or usual
    name = called(env_id, env_kwargs)
    _guarded(name, lambda: check_arguments(registered, env_id, env_kwargs))
    env = _guarded(name, lambda: _by_gymnasium(registered, render_mode, time_limit))
    try:
        spec = _guarded(name, lambda: described(env_id, env_kwargs, registered, env, time_limit))
        _guarded(name, lambda: _set_parameters(spec, env.unwrapped, parameters))
    except LabError:
        with whatever_it_raises():
            env.close()
        raise
    return env, spec, usual


def _guarded(name: str, build: Callable[[], _Built]) -> _Built:
    """``build()``; what a foreign environment raises meanwhile becomes one sentence."""
    try:
        return build()
    except LabError:
        raise
    except BaseException as error:
        package = _missing_package(error)
        raise UnsupportedEnvironmentError(
            "{name} needs the package {package}: pip install {package}."
            if package
            else "{name} cannot be made: {reason}.",
            name=name,
            package=package,
            reason=named_reason(error).partition(_GYMNASIUMS_WORDS)[0],
        ) from error


def _by_gymnasium(
    registered: EnvSpec, render_mode: str | None, time_limit: int
) -> gymnasium.Env[Any, Any]:
    make = partial(
        gymnasium.make,
        registered,
        # `Environment` counts the steps, but a registered wrapper may ask for the limit.
        max_episode_steps=time_limit if registered.additional_wrappers else -1,
        disable_env_checker=True,
    )
    if render_mode is None and "render_mode" not in registered.kwargs:
        return make()  # many constructors know no such argument
    try:
        return make(render_mode=render_mode)
    except TypeError as error:
        if "render_mode" not in str(error):
            raise
    env = make()
    if env.unwrapped.render_mode != render_mode:  # which may be a property
        env.unwrapped.render_mode = render_mode
    return env


def _set_parameters(spec: EnvironmentSpec, inner: Any, parameters: Mapping[str, float]) -> None:
    """Set variables of the environment, which have to be there and to be numbers."""
    for name, value in parameters.items():
        if not is_number(getattr(inner, str(name), None)):
            numbers = [name for name, value in vars(inner).items() if is_number(value)]
            there = [*(spec.family.physics or numbers)] or Phrase("none")
            raise ConfigurationError(
                "{env_id} has no parameter {name}: there are {there}.",
                env_id=spec.env_id,
                name=shown(name),
                there=there,
            )
        finite(name, value)
        setattr(inner, name, plain(value))
    if parameters and spec.family.derive:
        spec.family.derive(inner)


def _missing_package(error: BaseException) -> str | None:
    """The package that an environment could not be made without, if that was the reason."""
    if isinstance(error, ModuleNotFoundError) and error.name:
        package = error.name.partition(".")[0]
        return None if package in sys.modules else package  # of one that is there a part is missing
    if isinstance(error, gymnasium.error.DependencyNotInstalled):
        named = [name for name in ("box2d", "pygame", "mujoco") if name in str(error).lower()]
        return named[0] if named else None
    return None


def ids_of_families() -> list[str]:
    """Ids of Gymnasium's own environments with discrete actions and flat observations, sorted."""
    return sorted(i for i in gymnasium.registry if family(i).is_known)


def _unknown(env_id: str) -> Phrase:
    module, name = parts(env_id)
    # One of Gymnasium's own that needs a package is meant all the same.
    known = registered_by(module) if module else ids_of_families()
    near = get_close_matches(name, known, n=1, cutoff=0.65)
    if module:
        unknown = Phrase(
            "The module {module} registers no environment {name}.",
            module=excerpt(module),
            name=shown(name),
        )
        there = Phrase(
            "{sentence}: it registers {known} and more."
            if len(known) > MOST_NAMED
            else "{sentence}: it registers {known}.",
            sentence=unknown,
            known=known[:MOST_NAMED] or Phrase("none"),
        )
    else:
        unknown = Phrase("There is no environment called {name}.", name=shown(env_id))
        there = _from_elsewhere(unknown, env_id) or Phrase(
            "{sentence}: there are {known} and more.", sentence=unknown, known=known
        )
    return did_you_mean(unknown, near) if near else there


def _from_elsewhere(unknown: Phrase, env_id: str) -> Phrase | None:
    """Of an id that looks like one of another package: how it is found."""
    for beginning, package in _COMES_WITH.items():
        if env_id.startswith(beginning):
            return Phrase(
                "{sentence}: it comes with the package {package}. Install it, and give "
                "{package}:{name}.",
                sentence=unknown,
                package=package,
                name=excerpt(env_id),
            )
    if "/" not in env_id:
        return None
    return Phrase(
        "{sentence}: give the module that registers it, too, as in my_module:{name}.",
        sentence=unknown,
        name=excerpt(env_id),
    )
