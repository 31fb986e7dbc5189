"""Environments that somebody else wrote: what they may be, and what is asked of them."""

from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.spaces import Box, Dict, Discrete, Graph, Sequence, Text, Tuple

from dqn_core import Trainer
from dqn_core.base.errors import ConfigurationError, UnsupportedEnvironmentError
from dqn_core.environments import environment_spec, make_environment
from tests.core.foreign import Foreign, Register, WithoutRenderMode, told
from tests.core.small_runs import SMALL


@pytest.mark.parametrize(
    ("spaces", "found"),
    [
        ({"observation_space": Discrete(10**9)}, "1,000,000,000 states"),
        ({"action_space": Discrete(10**9)}, "1,000,000,000 actions"),
        ({"observation_space": Box(0, 1, (0,))}, "0 numbers"),
        ({"observation_space": Box(0, 1, (320, 320))}, "102,400 numbers in an observation"),
        ({"observation_space": Text(5)}, "Text"),
        ({"observation_space": Tuple((Discrete(2), Sequence(Discrete(2))))}, "Sequence"),
        ({"observation_space": Tuple((Discrete(2), Dict({})))}, "and Dict or Tuple of these"),
        ({"observation_space": Graph(Box(0, 1, (2,)), None)}, "and Dict or Tuple of these"),
        ({"observation_space": "a text"}, "a text"),
        ({"action_space": 3}, "3"),
    ],
    ids=str,
)
def test_a_space_that_cannot_be_learnt_is_refused_with_what_it_is(
    register: Register, spaces: dict[str, Any], found: str
) -> None:
    env_id = register(kwargs=spaces)
    with pytest.raises(UnsupportedEnvironmentError) as refused:
        make_environment(env_id)
    assert env_id in told(refused.value)
    assert found in str(refused.value)


class WithoutSpaces(gymnasium.Env[Any, Any]):
    """Declares nothing."""


class OddlyDescribed(Foreign):
    """Its metadata is of no use."""

    metadata = None  # type: ignore[assignment]


@pytest.mark.parametrize("point", [WithoutSpaces, lambda: None, lambda: 3, "no.such:Thing", ""])
def test_what_is_no_environment_is_refused_in_a_sentence(register: Register, point: Any) -> None:
    env_id = register(lambda **_: point if isinstance(point, str) else point())
    with pytest.raises(UnsupportedEnvironmentError, match=env_id) as refused:
        make_environment(env_id)
    told(refused.value)


def test_an_environment_without_metadata_is_one_without_pictures(register: Register) -> None:
    spec = environment_spec(register(lambda **_: OddlyDescribed()))
    assert (spec.render_modes, spec.frames_per_second) == ((), 30)


@pytest.mark.parametrize("rate", [0, None, float("nan"), -5, "fast", float("inf"), [], 1e9, 1e-9])
def test_a_rate_of_pictures_that_is_none_is_the_usual_one(register: Register, rate: Any) -> None:
    class Rated(Foreign):
        metadata = {"render_modes": "rgb_array", "render_fps": rate}  # noqa: RUF012

    spec = environment_spec(register(Rated))
    assert (spec.frames_per_second, spec.render_modes) == (30, ())


@pytest.mark.parametrize(
    ("threshold", "known"), [(7, 7.0), (None, None), (float("nan"), None), ("seven", None)]
)
def test_a_threshold_is_a_number_or_none(register: Register, threshold: Any, known: Any) -> None:
    spec = environment_spec(register(reward_threshold=threshold))
    assert spec.reward_threshold == known


def test_limits_that_are_no_numbers_are_none(register: Register) -> None:
    space = Box(-1.0, 1.0, (3,))
    space.low[:] = [np.nan, -np.inf, -3.4e38]
    space.high[:] = [np.nan, np.inf, 3.4e38]
    first, second, third = environment_spec(
        register(kwargs={"observation_space": space})
    ).observation_limits
    assert first == second == (-np.inf, np.inf)
    assert third == pytest.approx((-3.4e38, 3.4e38))


def test_an_environment_with_one_action_or_one_state_can_be_trained_in(register: Register) -> None:
    env_id = register(kwargs={"action_space": Discrete(1), "observation_space": Discrete(1)})
    trainer = Trainer(SMALL.replace(env_id=env_id))
    assert trainer.run(max_steps=40) == 40


@pytest.mark.parametrize("mode", [None, "rgb_array"])
def test_a_constructor_need_not_know_of_pictures(register: Register, mode: str | None) -> None:
    environment = make_environment(register(WithoutRenderMode), render_mode=mode)
    environment.reset(seed=0)
    environment.step(0)
    if mode:
        assert np.shape(environment.render()) == (4, 6, 3)


def test_a_mode_of_drawing_that_is_a_property_is_left_alone(register: Register) -> None:
    class Draws(WithoutRenderMode):
        render_mode = property(lambda self: "rgb_array")

    environment = make_environment(register(Draws), render_mode="rgb_array")
    environment.reset()
    assert np.shape(environment.render()) == (4, 6, 3)


def test_an_action_is_of_the_type_that_its_space_gives(register: Register) -> None:
    """Some environments ask for its parts, as ``action.item()``, which Python's own lacks."""
    taken = []

    class Asks(Foreign):
        def step(self, action: Any) -> Any:
            taken.append(action)
            assert type(action) is type(self.action_space.sample())
            return super().step(action.item())

    environment = make_environment(register(Asks, kwargs={"action_space": Discrete(3, start=-1)}))
    environment.reset()
    for action in range(3):
        environment.step(action)
    assert taken == [-1, 0, 1]


def test_a_window_that_a_registration_asks_for_is_not_opened(register: Register) -> None:
    env_id = register(kwargs={"render_mode": "human"})
    assert make_environment(env_id).env.unwrapped.render_mode is None


def test_what_a_constructor_says_of_an_argument_of_its_own_is_told(register: Register) -> None:
    env_id = register(WithoutRenderMode, kwargs={"size": 3})
    with pytest.raises(UnsupportedEnvironmentError, match="size"):
        make_environment(env_id)


def test_a_parameter_is_one_that_is_there_and_a_number(register: Register) -> None:
    for parameters, said in (
        ({"graviti": 9.8}, "CartPole-v1 has no parameter 'graviti': there are gravity, length"),
        ({"render_mode": 1.0}, "no parameter 'render_mode'"),
        ({"step": 1.0}, "no parameter 'step'"),
        ({"gravity": float("nan")}, "gravity must be a finite number, not nan"),
        ({"gravity": "much"}, "gravity must be a finite number, not 'much'"),
        ({"gravity": None}, "gravity must be a finite number, not None"),
    ):
        with pytest.raises(ConfigurationError) as refused:
            make_environment("CartPole-v1", parameters=parameters)  # type: ignore[arg-type]
        assert said in told(refused.value)
    with pytest.raises(ConfigurationError, match="there are steps, calls, resets"):
        make_environment(register(), parameters={"wind": 1.0})
    gravity: Any = np.float32(1.5)
    changed = make_environment("CartPole-v1", parameters={"gravity": gravity})
    assert changed.env.unwrapped.gravity == 1.5  # type: ignore[attr-defined]
