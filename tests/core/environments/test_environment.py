"""Environments from an id: what is accepted, and what is refused and how."""

import sys
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.spaces import Box, Discrete, MultiBinary, Text

from dqn_core.base.errors import UnsupportedEnvironmentError
from dqn_core.environments import (
    DEFAULT_TIME_LIMIT,
    environment_spec,
    known_environments,
    make_environment,
)
from dqn_core.environments.restoration import restores_exactly
from tests.core.foreign import Register


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
def test_an_odd_space_is_refused(register: Register, spaces: dict[str, Any]) -> None:
    register(Odd, "Odd-v0", kwargs=spaces)
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
    ("typed", "there"),
    [
        (
            "ALE/Pong-v5",
            "it comes with the package ale_py. Install it, and give ale_py:ALE/Pong-v5.",
        ),
        (
            "MiniGrid-Empty-5x5-v0",
            "it comes with the package minigrid. Install it, and give "
            "minigrid:MiniGrid-Empty-5x5-v0.",
        ),
        ("zoo/Lion-v0", "give the module that registers it, too, as in my_module:zoo/Lion-v0."),
    ],
)
def test_an_id_of_another_package_says_where_it_is_found(typed: str, there: str) -> None:
    assert refusal(typed) == f"There is no environment called {typed!r}: {there}"


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
    register: Register, error: Exception, package: str
) -> None:
    register(Odd, "Lacks-v0", kwargs={"error": error})
    assert refusal("Lacks-v0") == f"Lacks-v0 needs the package {package}: pip install {package}."


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("first line.\nsecond line"),
        KeyError(),
        TypeError("no"),
        ValueError("x"),
        ModuleNotFoundError("No module named 'tests.left_out'", name="tests.left_out"),
    ],
)
def test_whatever_breaks_while_it_is_built_is_one_sentence(
    register: Register, error: Exception
) -> None:
    register(Odd, "Broken-v0", kwargs={"error": error})
    assert "Broken-v0 cannot be made" in refusal("Broken-v0")


def test_an_episode_ends_also_where_the_environment_itself_has_no_time_limit(
    register: Register,
) -> None:
    register(Odd, "Endless-v0")
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
