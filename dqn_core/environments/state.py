"""The state of an environment as a value: its plain variables and its random generator."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import gymnasium
import numpy as np

State = dict[str, Any]

LARGE = 2**16
"""Bytes from which on it pays to ask whether data is the same in every environment of a kind."""


DEEPEST = 32
"""Lists in one another: one that contains itself has no end."""

MOST_BITS = 4_096
"""Bits of a whole number in a state: Python reads numbers up to about three times that."""


@dataclass(frozen=True)
class Data:
    """A large plain variable as a fresh environment has it, and what it is recognised by."""

    value: Any
    digest: str


def layers_of(env: gymnasium.Env[Any, Any]) -> list[Any]:
    """The wrappers from the outermost on, and the environment itself at the end."""
    layers: list[Any] = [env]
    while isinstance(layers[-1], gymnasium.Wrapper):
        layers.append(layers[-1].env)
    return layers


def has_large_data(env: gymnasium.Env[Any, Any]) -> bool:
    """Whether any variable is large enough to be left out of the state."""
    variables = [value for layer in layers_of(env) for value in vars(layer).values()]
    return any(is_plain(value) and _is_large(value) for value in variables)


def data_of(fresh: gymnasium.Env[Any, Any]) -> list[dict[str, Data]]:
    """The large plain variables of each layer of an environment that nobody steps, by name."""
    return [
        {
            name: Data(value, _digest(value))
            for name, value in vars(layer).items()
            if is_plain(value) and _is_large(value)
        }
        for layer in layers_of(fresh)
    ]


def state_of(env: gymnasium.Env[Any, Any], fresh: Sequence[Mapping[str, Data]]) -> State:
    """Plain variables of every wrapper and of the environment, and its random generator.

    What a ``fresh`` environment has too, as `data_of` gives it, is left out and named. A generator
    that is none of NumPy's `Generator` cannot be kept and is None. Whether all this is all there
    is to an environment, `restores_exactly` finds out by trying.
    """
    layers, left_out = [], []
    for layer, data in zip(layers_of(env), fresh, strict=True):
        variables = vars(layer)
        same = {n: d.digest for n, d in data.items() if _is_same(variables.get(n), d.value)}
        others = {n: value for n, value in variables.items() if n not in same}
        layers.append(dict(_copies(others)))
        left_out.append(same)
    generator = generator_of(env)
    return {
        "layers": layers,
        "left_out": left_out,
        "generator": None if generator is None else generator.bit_generator.state,
    }


def _copies(variables: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Copies of the plain variables, since some environments write into their arrays and lists.

    An object of a class of its own may refuse to be looked at or copied: then it is not plain.
    """
    for name, value in variables.items():
        with suppress(Exception):
            if is_plain(value):
                yield name, deepcopy(value)


def restore(env: gymnasium.Env[Any, Any], state: Mapping[str, Any]) -> None:
    """Make ``env``, which has been reset, go on from where another of its kind was."""
    generator = generator_of(env)
    if generator is not None and state["generator"] is not None:
        generator.bit_generator.state = state["generator"]
    for layer, kept in zip(layers_of(env), state["layers"], strict=True):
        for name, value in kept.items():
            if is_variable(layer, name) and is_plain(value):
                # Where it was read: a class may refuse to have its attributes set.
                vars(layer)[name] = _of_kind(deepcopy(value), vars(layer).get(name))


def _of_kind(value: Any, present: Any) -> Any:
    """An enumeration or a named tuple: a file has no more of it than its number or its items."""
    kind = type(present)
    if kind is np.ndarray and isinstance(value, np.generic):
        return np.array(value)  # one without dimensions
    if type(value) is kind or kind is bool or not isinstance(present, type(value)):
        return value
    return kind(*value) if hasattr(kind, "_make") else kind(value)


def is_variable(layer: Any, name: str) -> bool:
    """Whether a state may set ``name``: a plain variable, or one that is not there yet.

    Methods and living objects stay, and so does how an environment was asked to draw.
    """
    present = vars(layer).get(name, getattr(type(layer), name, None))
    return name != "render_mode" and is_plain(present)


def other_data(env: gymnasium.Env[Any, Any], state: Mapping[str, Any]) -> list[str]:
    """Names of what was left out of ``state`` and is not the same in the fresh ``env``."""
    return [
        name
        for layer, left_out in zip(layers_of(env), state.get("left_out", ()), strict=False)
        for name, digest in left_out.items()
        if _digest(vars(layer).get(name)) != digest
    ]


def generator_of(env: gymnasium.Env[Any, Any]) -> np.random.Generator | None:
    """The generator of the environment's random numbers; None if it cannot be kept."""
    with suppress(Exception):  # a property of somebody else's
        generator: Any = env.unwrapped.np_random
        return generator if isinstance(generator, np.random.Generator) else None
    return None


def is_plain(value: Any, deepest: int = DEEPEST) -> bool:
    """Whether ``value`` is data that a file can hold, rather than a living object."""
    if isinstance(value, tuple | list):
        return deepest > 0 and all(is_plain(item, deepest - 1) for item in value)
    if isinstance(value, np.ndarray | np.generic):
        # A file would make an array of every kind of array, as of one that is masked.
        is_usual = type(value) is np.ndarray or isinstance(value, np.generic)
        return is_usual and value.dtype.kind in "biuf" and value.dtype.itemsize <= 8
    if isinstance(value, int):
        return int.bit_length(value) <= MOST_BITS
    return value is None or isinstance(value, float | str)


def _is_large(value: Any) -> bool:
    if isinstance(value, tuple | list):
        return 8 * len(value) >= LARGE or 8 * sum(map(_length, value)) >= LARGE
    return isinstance(value, np.ndarray) and value.nbytes >= LARGE


def _length(value: Any) -> int:
    """How many things are in plain data."""
    if isinstance(value, tuple | list):
        return sum(map(_length, value))
    return value.size if isinstance(value, np.ndarray) else 1


def _is_same(value: Any, other: Any) -> bool:
    """Whether two large variables are equal, arrays to the bit."""
    if type(value) is not type(other):
        return False
    if isinstance(value, np.ndarray):
        alike = value.dtype == other.dtype and value.shape == other.shape
        return alike and np.array_equal(_bits(value), _bits(other))
    try:
        return bool(value == other)
    except ValueError:  # arrays among the items
        return len(value) == len(other) and all(map(_is_same, value, other))


def _digest(value: Any) -> str:
    """What plain data is recognised by: 32 hexadecimal digits."""
    try:
        array = np.asarray(value)
    except ValueError:  # items of several shapes
        return _digest([_digest(item) for item in value])
    content = _bits(array).data if array.dtype.kind in "biuf" else repr(value).encode()
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def _bits(array: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(array).view(f"u{array.itemsize}")
