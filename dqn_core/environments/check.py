"""Whether an environment's state from a file can be one of its own: somebody may have written it.

What a fresh environment is seen to have, after resets and after steps, decides.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from functools import lru_cache
from typing import Any

import numpy as np

from dqn_core.base.errors import EnvironmentFailure, reason_of
from dqn_core.base.phrases import Phrase
from dqn_core.base.scalars import plain, shown
from dqn_core.environments.declared import EnvironmentSpec
from dqn_core.environments.environment import Environment, another, counts, make_environment
from dqn_core.environments.registration import MOST_STEPS, registration
from dqn_core.environments.state import is_plain, is_variable, layers_of, restore

TRIED_STEPS = 10
"""Steps that every environment has to make from where its state puts it."""

_EPISODES, _EPISODE_STEPS = 16, 50
_FEW_EPISODES, _FEW_STEPS = 4, 15  # of an environment that may be slow
_LOOK = 5  # steps between two looks at its variables
_BEYOND = 30
"""How far a number may lie beyond the largest that was seen, as its multiple."""

_GYMNASIUMS_OWN = {
    "_elapsed_steps": (0, MOST_STEPS),
    "_max_episode_steps": (1, MOST_STEPS),
    "_np_random_seed": (-1, 2**64),
}
"""Counters of Gymnasium's wrappers, with their limits."""


class Seen:
    """What one variable was while an environment was watched."""

    def __init__(self, value: Any) -> None:
        self.first = value
        self.is_constant = True
        self.forms: set[Any] = set()
        self.kinds: set[str] = set()
        self.items: set[str] = set()
        self.low, self.high, self.size = math.inf, -math.inf, 0.0
        self.add(value)

    def add(self, value: Any) -> None:
        """Take note of ``value``."""
        if self.forms and _is_identical(value, self.first):
            return
        self.is_constant = not self.forms
        self.forms.add(_form(value))
        self.kinds.add(_kind(value))
        self.items |= _items(value)
        for number in _numbers(value):
            if type(number) is float:
                self.size = max(self.size, abs(number))
            else:
                self.low, self.high = min(self.low, number), max(self.high, number)

    def allows(self, value: Any, observed: Sequence[float]) -> bool:
        """Whether the variable can be ``value`` in an environment whose code is known.

        Its type, shape and range are those seen; whole numbers may also be what is ``observed``.
        """
        if _is_identical(value, self.first):
            return True
        if self.is_constant or _form(value) not in self.forms:
            return False
        return all(self._reaches(number) or number in observed for number in _numbers(value))

    def _reaches(self, number: float) -> bool:
        if type(number) is float:
            return abs(number) <= _BEYOND * self.size
        return self.low <= number <= self.high

    def resembles(self, value: Any) -> bool:
        """Whether the variable can be ``value`` where it may change for reasons not seen."""
        if value is None or self.first is None:
            return True
        return _kind(value) in self.kinds and (not self.items or _items(value) <= self.items)


class SeenVariables:
    """What each variable of an environment's layers was in some random episodes."""

    def __init__(self, environment: Environment) -> None:
        self._is_known = environment.spec.family.is_known
        self.layers: list[dict[str, Seen]] = [{} for _ in layers_of(environment.env)]
        chance = np.random.default_rng(0)
        environment.set_time_limit(0)  # a run's own may be too short to see much
        for seed in range(_EPISODES if self._is_known else _FEW_EPISODES):
            self._watch_episode(environment, seed, chance)
        self.generator = environment.state_dict()["generator"]

    def _watch_episode(
        self, environment: Environment, seed: int, chance: np.random.Generator
    ) -> None:
        try:
            environment.reset(seed=seed)
            self._look(environment)
            for step in range(1, (_EPISODE_STEPS if self._is_known else _FEW_STEPS) + 1):
                has_ended = any(environment.step(self._action(environment, chance))[2:])
                if has_ended or step % _LOOK == 0:
                    self._look(environment)
                if has_ended:
                    break
            environment.reset()
        except EnvironmentFailure:  # by itself: no file is to blame
            self._look(environment)

    def _action(self, environment: Environment, chance: np.random.Generator) -> int:
        # What is known takes any action, and is to be seen after each.
        if self._is_known:
            return int(chance.integers(environment.spec.n_actions))
        return environment.try_action(chance)

    def _look(self, environment: Environment) -> None:
        variables = environment.state_dict()["layers"]
        for seen, layer in zip(self.layers, variables, strict=True):
            for name, value in layer.items():
                if name in seen:
                    seen[name].add(value)
                else:
                    seen[name] = Seen(value)


@lru_cache(maxsize=64)
def _watched_known(env_id: str, env_kwargs: str, registered: str) -> SeenVariables:
    """What is seen where the code is known: the same each time, so it is remembered."""
    environment = make_environment(env_id, env_kwargs=env_kwargs)
    with closing(environment):
        return SeenVariables(environment)


class Judge:
    """An environment that is to go on from states, and what its kind was seen to have."""

    def __init__(self, environment: Environment) -> None:
        self._environment, spec = environment, environment.spec
        self._is_known = spec.family.is_known
        if self._is_known:
            registered = repr(registration(spec.env_id, spec.env_kwargs))
            watched = _watched_known(spec.env_id, spec.env_kwargs, registered)
            environment.reset(seed=0)
        else:
            watched = SeenVariables(environment)
        self._layers, self._generator = watched.layers, watched.generator

    def check(self, state: Any, observed: Sequence[float]) -> None:
        """Raise `ValueError` where ``state`` is not one that the environment can be in.

        ``observed`` is what the agent sees there.
        """
        counts(state)
        generator, layers = state["generator"], layers_of(self._environment.env)
        if None not in (generator, self._generator) and _form(generator) != _form(self._generator):
            raise ValueError(Phrase("the generator of its environment is of another kind"))
        for layer, left_out in zip(layers, state.get("left_out", ()), strict=False):
            if not all(name in vars(layer) and len(left_out[name]) == 32 for name in left_out):
                raise ValueError(Phrase("its environment left out what there is not"))
        for layer, seen, kept in zip(layers, self._layers, state["layers"], strict=True):
            for name, value in kept.items():
                if not (
                    self._may_be_known(name, value, seen, observed)
                    if self._is_known
                    else self._may_be_other(name, value, seen, layer)
                ):
                    raise ValueError(
                        Phrase(
                            "{name} of its environment cannot be {value}",
                            name=name,
                            value=shown(value),
                        )
                    )

    @staticmethod
    def _may_be_known(
        name: str, value: Any, seen: Mapping[str, Seen], observed: Sequence[float]
    ) -> bool:
        return name in seen and (
            _counts(name, value) or (is_plain(value) and seen[name].allows(value, observed))
        )

    @staticmethod
    def _may_be_other(name: str, value: Any, seen: Mapping[str, Seen], layer: Any) -> bool:
        if not is_plain(value):
            return False
        if name in seen:
            return seen[name].resembles(value)
        usual = getattr(type(layer), name, None)
        return name.isidentifier() and is_variable(layer, name) and Seen(usual).resembles(value)

    def goes_on(self, state: Mapping[str, Any], action: int) -> bool:
        """Whether the environment goes on from ``state``, into the next episode too.

        Raises `ValueError` instead where its code is known, and the file alone can be to blame.
        """
        environment, chance = self._environment, np.random.default_rng(0)
        try:
            with np.errstate(all="ignore"):
                restore(environment.env, state)
                for _ in range(TRIED_STEPS):
                    if any(environment.step(action)[2:]):
                        break
                    action = environment.try_action(chance)
                environment.reset()
                environment.step(environment.try_action(chance))
            return True
        except Exception as error:  # whatever an environment raises, it cannot go on from there
            if not self._is_known:
                return False
            raise ValueError(
                Phrase("its environment cannot go on: {reason}", reason=reason_of(error))
            ) from error


def check_environments(
    states: Any, spec: EnvironmentSpec, observations: np.ndarray, actions: Sequence[int]
) -> None:
    """Raise `ValueError` where a state is not one that environments of ``spec`` can be in.

    ``observations`` `(P, observation_dim)` are what the agents see there, and ``actions`` one of
    each that is allowed there. If somebody's own environment cannot go on from a state, the state
    becomes None, as after a failure.
    """
    if not isinstance(states, list) or len(states) != len(observations):
        raise ValueError(Phrase("it has not one environment a member"))
    with closing(another(spec)) as environment:
        judge = Judge(environment)
        for p, (state, observed) in enumerate(zip(states, observations.tolist(), strict=True)):
            if state is not None:  # one that has failed has none
                judge.check(state, observed)
                if not judge.goes_on(state, actions[p]):
                    states[p] = None


def _form(value: Any) -> Any:
    """Type and shape of plain data, and of what is in it; NumPy's single numbers are Python's."""
    if isinstance(value, Mapping):
        return tuple((name, _form(item)) for name, item in sorted(value.items()))
    if isinstance(value, tuple | list):
        return type(value), tuple(_form(item) for item in value)
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape
    return type(plain(value))


def _counts(name: str, value: Any) -> bool:
    """Whether a counter of Gymnasium's own can be ``value``."""
    low, high = _GYMNASIUMS_OWN.get(name, (0, -1))
    return type(value) is int and low <= value <= high


def _kind(value: Any) -> str:
    """What plain data is, whatever its size and the type of its numbers."""
    if isinstance(value, np.ndarray) and value.ndim:
        return f"array of {value.ndim} dimensions"
    for kind in (tuple, list, str):
        if isinstance(value, kind):  # a named tuple too
            return kind.__name__
    return "nothing" if value is None else "number"


def _items(value: Any) -> set[str]:
    return {_kind(item) for item in value} if isinstance(value, tuple | list) else set()


def _numbers(value: Any) -> Iterator[float]:
    """Every number in plain data, as Python's own; NaN among them."""
    if isinstance(value, tuple | list):
        for item in value:
            yield from _numbers(item)
    elif isinstance(value, np.ndarray | np.generic):
        yield from np.ravel(value).tolist()
    elif isinstance(value, int | float):  # True and False too
        yield value


def _is_identical(value: Any, other: Any) -> bool:
    """Whether plain data is the same, type and shape too."""
    if _form(value) != _form(other):
        return False
    if isinstance(value, tuple | list):
        return all(map(_is_identical, value, other))
    return bool(np.array_equal(value, other)) if isinstance(value, np.ndarray) else value == other
