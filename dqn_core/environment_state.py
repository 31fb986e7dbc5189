"""The state of an environment as a value: its plain variables and its random generator."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import gymnasium
import numpy as np

State = dict[str, Any]


def layers_of(env: gymnasium.Env[Any, Any]) -> list[Any]:
    """The wrappers from the outermost on, and the environment itself at the end."""
    layers: list[Any] = [env]
    while isinstance(layers[-1], gymnasium.Wrapper):
        layers.append(layers[-1].env)
    return layers


def state_of(env: gymnasium.Env[Any, Any]) -> State:
    """Plain variables of every wrapper and of the environment, and its random generator.

    Whether that is all there is to an environment, `restores_exactly` finds out by trying.
    """
    layers = []
    for layer in layers_of(env):
        kept = {name: value for name, value in vars(layer).items() if _is_plain(value)}
        # A copy: some environments write into their own arrays and lists.
        layers.append(deepcopy(kept))
    return {"layers": layers, "generator": env.unwrapped.np_random.bit_generator.state}


def restore(env: gymnasium.Env[Any, Any], state: Mapping[str, Any]) -> None:
    """Make ``env`` go on from where another one of its kind was at `state_of`."""
    env.unwrapped.np_random.bit_generator.state = state["generator"]
    for layer, kept in zip(layers_of(env), state["layers"], strict=True):
        for name, value in kept.items():
            # A file may name anything; only a plain variable that is there is set.
            if name not in vars(layer) or not _is_plain(vars(layer)[name]):
                continue
            if not _can_replace(value, vars(layer)[name]):
                raise ValueError(f"{name} cannot be {type(value).__name__}")
            setattr(layer, name, deepcopy(value))


def _is_plain(value: Any) -> bool:
    """Whether ``value`` is data that a file can hold, rather than a living object."""
    if isinstance(value, tuple | list):
        return all(_is_plain(item) for item in value)
    if isinstance(value, np.ndarray | np.generic):
        return value.dtype.kind in "biuf" and value.dtype.itemsize <= 8
    return value is None or isinstance(value, bool | int | float | str)


def _can_replace(value: Any, present: Any) -> bool:
    """Whether ``value`` is plain and of ``present``'s kind: a text, a sequence or a number.

    None may become anything plain and anything may become None, as at the start of an episode.
    """
    if not _is_plain(value) or value is None or present is None:
        return _is_plain(value)
    kinds: tuple[type | tuple[type, ...], ...] = (str, (tuple, list, np.ndarray))
    return all(isinstance(value, kind) == isinstance(present, kind) for kind in kinds)
