"""An environment in mid-episode is a value: captured, put back, and nobody else's."""

from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.spaces import Box, Discrete
from gymnasium.wrappers import FrameStackObservation, TimeLimit

from dqn_core.environments import environment_spec, make_environment
from dqn_core.environments.restoration import restores_exactly
from tests.core.foreign import Foreign, Register


class WritesInPlace(gymnasium.Env[Any, Any]):
    """Its state is an array and a list that it writes into, instead of replacing them."""

    observation_space = Box(-np.inf, np.inf, (2,))
    action_space = Discrete(2)

    def __init__(self, render_mode: str | None = None) -> None:
        self.position = np.zeros(1)
        self.steps = [0]

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        super().reset(seed=seed)
        self.position[:] = self.np_random.uniform()
        self.steps[0] = 0
        return self.observation(), {}

    def step(self, action: Any) -> Any:
        self.position += self.np_random.normal() + action
        self.steps[0] += 1
        return self.observation(), 1.0, self.steps[0] == 40, False, {}

    def observation(self) -> np.ndarray:
        return np.array([self.position[0], self.steps[0]], dtype=np.float32)


class HidesItsState(WritesInPlace):
    """Its state is in an object, which cannot be captured."""

    def __init__(self, render_mode: str | None = None) -> None:
        super().__init__()
        self.hidden = iter(range(1_000_000))

    def step(self, action: Any) -> Any:
        self.position[:] = next(self.hidden)
        return super().step(action)


class LendsItsState(WritesInPlace):
    """What it returns is the array that it goes on writing into."""

    def __init__(self, render_mode: str | None = None) -> None:
        super().__init__()
        self.lent = np.zeros(2, dtype=np.float32)

    def observation(self) -> np.ndarray:
        self.lent[:] = super().observation()
        return self.lent


@pytest.mark.parametrize(
    "env_id",
    ["CartPole-v1", "Acrobot-v1", "MountainCar-v0", "FrozenLake-v1", "Taxi-v4", "CliffWalking-v1"],
)
def test_an_environment_in_mid_episode_is_a_value(env_id: str) -> None:
    environment, twin = make_environment(env_id, 30), make_environment(env_id, 30)
    environment.reset(seed=5)
    for _ in range(11):
        if any(environment.step(1)[2:]):
            environment.reset()
    state = environment.state_dict()
    played = [environment.step(t % 2) for t in range(5)]
    twin.reset(seed=99)
    for _ in range(2):  # what was captured is not worn out by being used
        twin.load_state_dict(state)
        again = [twin.step(t % 2) for t in range(5)]
        for (mine, *outcome), (theirs, *their_outcome) in zip(played, again, strict=True):
            np.testing.assert_array_equal(mine, theirs)
            assert outcome == their_outcome
    assert restores_exactly(environment_spec(env_id))


def test_a_captured_state_does_not_change_when_the_environment_writes_in_place(
    register: Register,
) -> None:
    register(WritesInPlace, "InPlace-v0")
    environment, twin = make_environment("InPlace-v0"), make_environment("InPlace-v0")
    environment.reset(seed=0)
    environment.step(1)
    state = environment.state_dict()
    expected = [environment.step(1)[0] for _ in range(3)]
    twin.reset(seed=1)
    twin.load_state_dict(state)
    np.testing.assert_array_equal(expected, [twin.step(1)[0] for _ in range(3)])
    twin.load_state_dict(state)
    np.testing.assert_array_equal(expected, [twin.step(1)[0] for _ in range(3)])
    assert restores_exactly(environment_spec("InPlace-v0"))


def test_an_environment_whose_state_cannot_be_captured_is_found_out(register: Register) -> None:
    assert not restores_exactly(environment_spec(register(HidesItsState, "Hides-v0")))


@pytest.mark.parametrize("length", [2, 5, 8, 10])
def test_what_is_hidden_in_an_episode_alone_is_found_out_whatever_its_length(
    register: Register, length: int
) -> None:
    """As a stack of frames is, which is the same in every environment right after a reset."""

    def point(**_: Any) -> Any:
        return FrameStackObservation(TimeLimit(Foreign(), length), 3)

    assert not restores_exactly(environment_spec(register(point, "Stack-v0")))


def test_a_state_sets_only_plain_variables_that_are_there() -> None:
    environment = make_environment("CartPole-v1")
    environment.reset(seed=0)
    state = environment.state_dict()
    inner = environment.env.unwrapped
    for layer in state["layers"]:
        layer |= {"step": 1, "made_up": 2, "action_space": 3, "spec": 4}
    environment.load_state_dict(state)
    assert not hasattr(inner, "made_up")
    assert isinstance(inner.action_space, Discrete)
    environment.step(0)


def test_no_global_generator_is_read_or_set() -> None:
    np.random.seed(0)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # type: ignore[index]  # noqa: NPY002
    environment = make_environment("CartPole-v1")
    environment.reset(seed=1)
    environment.step(0)
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # type: ignore[index]  # noqa: NPY002


def test_an_observation_stays_what_it_was_when_the_environment_goes_on(register: Register) -> None:
    environment = make_environment(register(LendsItsState, "Lends-v0"))
    observations = [environment.reset(seed=0), *(environment.step(0)[0] for _ in range(3))]
    assert [observation[1] for observation in observations] == [0, 1, 2, 3]
