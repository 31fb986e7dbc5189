"""Environments from an id: what is accepted, what is refused and how, and their state."""

import sys
from collections.abc import Iterator
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.spaces import Box, Discrete, MultiBinary, Text

from dqn_core.environments import (
    DEFAULT_TIME_LIMIT,
    environment_spec,
    known_environments,
    make_environment,
)
from dqn_core.environments.restoration import restores_exactly
from dqn_core.errors import UnsupportedEnvironmentError


class Odd(gymnasium.Env[Any, Any]):
    """An environment whose spaces, and the error it is built with, are given."""

    def __init__(
        self,
        observation_space: Any = None,
        action_space: Any = None,
        error: Exception | None = None,
        render_mode: str | None = None,
    ) -> None:
        if error:
            raise error
        self.observation_space = observation_space or Box(-1, 1, (2,))
        self.action_space = action_space or Discrete(2)

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        super().reset(seed=seed)
        return self.observation_space.sample(), {}

    def step(self, action: Any) -> Any:
        return self.observation_space.sample(), 1.0, False, False, {}


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


@pytest.fixture
def register() -> Iterator[Any]:
    added = []

    def add(env_id: str, entry_point: Any, **options: Any) -> str:
        gymnasium.register(env_id, entry_point, **options)
        added.append(env_id)
        return env_id

    yield add
    for env_id in added:
        gymnasium.registry.pop(env_id)


def refusal(env_id: str) -> str:
    with pytest.raises(UnsupportedEnvironmentError) as refused:
        make_environment(env_id)
    message = str(refused.value)
    assert "\n" not in message
    assert "\x1b" not in message
    assert message.endswith((".", "?"))
    return message


@pytest.mark.parametrize(
    ("env_id", "observation_dim", "n_states", "n_actions", "time_limit"),
    [
        ("CartPole-v0", 4, 0, 2, 200),
        ("CartPole-v1", 4, 0, 2, 500),
        ("Acrobot-v1", 6, 0, 3, 500),
        ("MountainCar-v0", 2, 0, 3, 200),
        ("FrozenLake-v1", 1, 16, 4, 100),
        ("Taxi-v4", 1, 500, 6, 200),
        ("CliffWalking-v1", 1, 48, 4, DEFAULT_TIME_LIMIT),
    ],
)
def test_environments_people_start_with_are_understood_and_playable(
    env_id: str, observation_dim: int, n_states: int, n_actions: int, time_limit: int
) -> None:
    environment = make_environment(env_id)
    spec = environment.spec
    assert spec == environment_spec(env_id)
    assert (spec.observation_dim, spec.n_states, spec.n_actions) == (
        observation_dim,
        n_states,
        n_actions,
    )
    assert spec.max_episode_steps == time_limit
    assert len(spec.observation_labels) == len(spec.observation_limits) == observation_dim
    assert len(spec.action_labels) == n_actions
    first = environment.reset(seed=3)
    assert first.shape == (observation_dim,)
    assert first.dtype == np.float32
    for action in range(n_actions):
        observation, reward, terminated, truncated = environment.step(action)
        assert observation.shape == (observation_dim,)
        assert observation.dtype == np.float32
        assert (type(reward), type(terminated), type(truncated)) == (float, bool, bool)
    np.testing.assert_array_equal(first, environment.reset(seed=3))
    environment.close()


@pytest.mark.usefixtures("box2d")
def test_lunar_lander_is_understood_where_its_package_is_installed() -> None:
    spec = environment_spec("LunarLander-v3")
    assert (spec.observation_dim, spec.n_actions, spec.max_episode_steps) == (8, 4, 1_000)
    assert spec.reward_threshold == 200
    assert not restores_exactly(environment_spec("LunarLander-v3"))


@pytest.fixture
def without_box2d(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "Box2D", None)
    monkeypatch.delitem(sys.modules, "gymnasium.envs.box2d.lunar_lander", raising=False)
    monkeypatch.delitem(sys.modules, "gymnasium.envs.box2d", raising=False)


@pytest.mark.usefixtures("without_box2d")
def test_lunar_lander_says_which_package_it_needs() -> None:
    message = refusal("LunarLander-v3")
    assert message == "LunarLander-v3 needs the package box2d: pip install box2d."


@pytest.mark.usefixtures("without_box2d")
def test_an_id_that_needs_a_package_is_suggested_all_the_same() -> None:
    assert refusal("LunarLander-v2").endswith("did you mean LunarLander-v3?")
    assert "LunarLander-v3" not in known_environments()


def test_every_environment_on_offer_is_one_that_can_be_made() -> None:
    known = known_environments()
    assert {"CartPole-v1", "Acrobot-v1", "MountainCar-v0", "FrozenLake-v1"} <= set(known)
    assert not {"Pendulum-v1", "Blackjack-v1"} & set(known)


def test_the_notebooks_deprecated_environment_gives_no_warning(
    recwarn: pytest.WarningsRecorder,
) -> None:
    make_environment("CartPole-v0").close()
    assert not recwarn.list


def test_actions_that_dqn_cannot_choose_are_refused_with_what_is_needed() -> None:
    message = refusal("Pendulum-v1")
    assert message.startswith("Pendulum-v1 has the action space Box")
    assert message.endswith("DQN needs Discrete actions.")


@pytest.mark.parametrize(
    "spaces",
    [
        {"observation_space": Text(4)},
        {"action_space": MultiBinary(2)},
    ],
    ids=str,
)
def test_an_odd_space_is_refused(register: Any, spaces: dict[str, Any]) -> None:
    register("Odd-v0", Odd, kwargs=spaces)
    assert "space" in refusal("Odd-v0")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("CartPole-v7", "CartPole-v1"),
        ("Cartpole-v1", "CartPole-v1"),
        ("CartPole", "CartPole-v1"),
        ("LunarLander-v2", "LunarLander-v3"),
        ("Taxi-v3", "Taxi-v4"),
        ("FrozenLake", "FrozenLake-v1"),
        ("MountanCar-v0", "MountainCar-v0"),
    ],
)
def test_an_unknown_id_suggests_the_nearest_known_one(typed: str, meant: str) -> None:
    assert refusal(typed) == f"There is no environment called {typed!r}: did you mean {meant}?"


@pytest.mark.parametrize(
    "typed", ["", "  ", "q", "Foo\nBar-v1", "../etc/passwd", "-v1", "a/b/c", ":CartPole-v1"]
)
def test_a_name_that_is_like_nothing_is_still_one_sentence(typed: str) -> None:
    assert "There is no environment" in refusal(typed)


@pytest.mark.parametrize(
    ("error", "package"),
    [
        (
            gymnasium.error.DependencyNotInstalled('Box2D is not installed, pip install "x"'),
            "box2d",
        ),
        (gymnasium.error.DependencyNotInstalled("pygame is not installed"), "pygame"),
        (gymnasium.error.DependencyNotInstalled("MuJoCo is not installed"), "mujoco"),
        (ModuleNotFoundError("No module named 'jax'", name="jax.numpy"), "jax"),
    ],
    ids=["box2d", "pygame", "mujoco", "jax"],
)
def test_a_missing_package_is_named_with_how_to_install_it(
    register: Any, error: Exception, package: str
) -> None:
    register("Lacks-v0", Odd, kwargs={"error": error})
    assert refusal("Lacks-v0") == f"Lacks-v0 needs the package {package}: pip install {package}."


@pytest.mark.parametrize(
    "error",
    [RuntimeError("first line.\nsecond line"), KeyError(), TypeError("no"), ValueError("x")],
)
def test_whatever_breaks_while_it_is_built_is_one_sentence(register: Any, error: Exception) -> None:
    register("Broken-v0", Odd, kwargs={"error": error})
    assert "Broken-v0 cannot be made" in refusal("Broken-v0")


def test_an_episode_ends_also_where_the_environment_itself_has_no_time_limit(register: Any) -> None:
    register("Endless-v0", Odd)
    environment = make_environment("Endless-v0")
    environment.reset(seed=0)
    cuts = [environment.step(0)[3] for _ in range(DEFAULT_TIME_LIMIT)]
    assert cuts.index(True) == DEFAULT_TIME_LIMIT - 1
    environment.set_time_limit(3)
    environment.reset()
    assert [environment.step(0)[3] for _ in range(3)] == [False, False, True]
    environment.set_time_limit(0)
    environment.reset()
    assert not any(environment.step(0)[3] for _ in range(DEFAULT_TIME_LIMIT - 1))


def test_a_chosen_time_limit_truncates_and_does_not_terminate() -> None:
    environment = make_environment("MountainCar-v0", max_episode_steps=7)
    assert environment.spec.max_episode_steps == 7
    environment.reset(seed=0)
    ends = [environment.step(1)[2:] for _ in range(7)]
    assert ends[:-1] == [(False, False)] * 6
    assert ends[-1] == (False, True)


def test_cartpoles_parameters_reach_its_physics() -> None:
    ends = []
    for gravity in (9.8, 25.0):
        environment = make_environment("CartPole-v1", parameters={"gravity": gravity})
        environment.reset(seed=1)
        ends.append(np.concatenate([environment.step(0)[0] for _ in range(4)]))
    one, other = ends
    assert not np.array_equal(one, other)
    heavy: Any = make_environment("CartPole-v1", parameters={"masspole": 1.0}).env.unwrapped
    assert heavy.total_mass == heavy.masscart + 1.0
    assert heavy.polemass_length == heavy.length


@pytest.mark.parametrize("length", [0.5, 3.0])
def test_a_long_pole_is_in_the_picture_up_to_its_end(length: float) -> None:
    environment = make_environment(
        "CartPole-v1", render_mode="rgb_array", parameters={"length": length}
    )
    environment.reset(seed=0)
    picture: Any = environment.env.render()
    assert picture.shape[0] % 2 == 0, "a video has even sides"
    assert (picture[0] == 255).all(), "nothing is cut at the top"
    pole = (picture == (202, 152, 101)).all(axis=2).any(axis=1).sum()
    assert pole == pytest.approx(250 * length, abs=15)


def test_a_nudge_moves_one_component_and_no_other() -> None:
    twins = [make_environment("CartPole-v1") for _ in range(2)]
    for twin in twins:
        twin.reset(seed=0)
    twins[0].nudge(2, 0.05)
    difference = twins[0].step(0)[0] - twins[1].step(0)[0]
    assert difference[2] == pytest.approx(0.05, abs=1e-6)
    assert difference[0] == 0


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
    register: Any,
) -> None:
    register("InPlace-v0", WritesInPlace)
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


def test_an_environment_whose_state_cannot_be_captured_is_found_out(register: Any) -> None:
    assert not restores_exactly(environment_spec(register("Hides-v0", HidesItsState)))


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


def test_an_observation_stays_what_it_was_when_the_environment_goes_on(register: Any) -> None:
    environment = make_environment(register("Lends-v0", LendsItsState))
    observations = [environment.reset(seed=0), *(environment.step(0)[0] for _ in range(3))]
    assert [observation[1] for observation in observations] == [0, 1, 2, 3]
