"""What is known of environments by their family."""

from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.envs.classic_control import CartPoleEnv
from gymnasium.envs.registration import WrapperSpec
from gymnasium.spaces import Box

from dqn_core.environments import environment_spec, known_environments, make_environment
from dqn_core.environments.families import family
from tests.core.foreign import Foreign, registered

CARTPOLE = "gymnasium.envs.classic_control.cartpole:CartPoleEnv"
FROZEN_LAKE = "gymnasium.envs.toy_text.frozen_lake:FrozenLakeEnv"


@pytest.mark.parametrize(
    ("env_id", "kind"),
    [
        ("CartPole-v1", "CartPole"),
        ("FrozenLake8x8-v1", "FrozenLake"),
        ("CliffWalkingSlippery-v1", "CliffWalking"),
    ],
)
def test_a_variant_has_the_names_of_its_family(env_id: str, kind: str) -> None:
    assert family(env_id).name == environment_spec(env_id).family.name == kind
    assert not environment_spec(env_id).action_labels[0].startswith("action")


@pytest.mark.parametrize(
    ("point", "arguments", "kind"),
    [
        (CARTPOLE, {}, "CartPole"),
        (CartPoleEnv, {}, "CartPole"),
        (FROZEN_LAKE, {"is_slippery": False}, "FrozenLake"),
        (FROZEN_LAKE, {"desc": ["SFF", "FHG"]}, "FrozenLake"),
    ],
)
def test_gymnasiums_own_entry_point_is_of_its_family_under_any_id(
    point: Any, arguments: dict[str, Any], kind: str
) -> None:
    with registered("Ours-v7", point, kwargs=arguments) as env_id:
        assert environment_spec(env_id).family.name == kind


class OtherRewards(CartPoleEnv):
    """CartPole's spaces, another task."""


@pytest.mark.parametrize("env_id", ["CartPole-v2", "Taxi-v99", "FrozenLake-v1", "LunarLander-v9"])
@pytest.mark.parametrize("point", [Foreign, OtherRewards, lambda **_: Foreign()])
def test_an_environment_of_ones_own_is_of_no_family_whatever_its_id(
    env_id: str, point: Any
) -> None:
    with registered(env_id, point):
        spec = environment_spec(env_id)
    assert not spec.family.is_known
    assert spec.action_labels == ("action 0", "action 1")
    assert spec.observation_labels[:2] == ("x0", "x1")
    assert (spec.failing, spec.return_range, spec.step_reward) == ((), None, None)


def test_parameters_that_are_cartpoles_are_not_derived_in_an_environment_called_so() -> None:
    with registered("CartPole-v2"):
        environment = make_environment("CartPole-v2", parameters={"steps": 3})
    assert environment.env.unwrapped.steps == 3  # type: ignore[attr-defined]


def test_where_a_registration_changes_the_rewards_nothing_is_said_of_returns() -> None:
    with registered("Sutton-v0", CARTPOLE, kwargs={"sutton_barto_reward": True}) as env_id:
        spec = environment_spec(env_id)
    assert spec.family.name == "CartPole"
    assert (spec.return_range, spec.step_reward, spec.optimum) == (None, None, None)


def largest_mean_return(env_id: str, time_limit: int) -> float:
    """Of an environment that tells its transitions, by value iteration over the steps left."""
    inner: Any = gymnasium.make(env_id).unwrapped
    states, actions = inner.observation_space.n, inner.action_space.n
    ways, rewards = np.zeros((states, actions, states)), np.zeros((states, actions))
    for state in range(states):
        for action in range(actions):
            for probability, after, reward, terminated in inner.P[state][action]:
                rewards[state, action] += probability * reward
                ways[state, action, after] += probability * (not terminated)
    values = np.zeros(states)
    for _ in range(time_limit):
        values = (rewards + ways @ values).max(axis=1)
    return float(values @ inner.initial_state_distrib)


@pytest.mark.parametrize(
    ("point", "arguments", "time_limits"),
    [
        ("frozen_lake:FrozenLakeEnv", {"map_name": "4x4"}, [100]),
        ("frozen_lake:FrozenLakeEnv", {"map_name": "8x8"}, [200]),
        ("frozen_lake:FrozenLakeEnv", {"map_name": "4x4", "is_slippery": False}, [6, 100]),
        ("frozen_lake:FrozenLakeEnv", {"map_name": "8x8", "is_slippery": False}, [14, 200]),
        ("cliffwalking:CliffWalkingEnv", {}, [13, 200]),
        ("cliffwalking:CliffWalkingEnv", {"is_slippery": True}, [200, 1_000]),
        ("taxi:TaxiEnv", {}, [18, 200]),
    ],
)
def test_an_optimum_is_what_value_iteration_finds(
    point: str, arguments: dict[str, Any], time_limits: list[int]
) -> None:
    with registered("Table-v0", f"gymnasium.envs.toy_text.{point}", kwargs=arguments) as env_id:
        for time_limit in time_limits:
            found = largest_mean_return(env_id, time_limit)
            assert environment_spec(env_id, time_limit).optimum == pytest.approx(found, rel=1e-3)


@pytest.mark.parametrize(
    ("env_id", "time_limit"),
    [("FrozenLake-v1", 200), ("Taxi-v4", 17), ("MountainCar-v0", 100), ("Acrobot-v1", 0)],
)
def test_an_optimum_that_nobody_found_is_not_claimed(env_id: str, time_limit: int) -> None:
    assert environment_spec(env_id, time_limit).optimum is None


def test_the_optimum_is_not_that_of_a_task_with_other_arguments() -> None:
    rain = {"is_rainy": True}
    with registered("Rain-v0", "gymnasium.envs.toy_text.taxi:TaxiEnv", kwargs=rain) as env_id:
        spec = environment_spec(env_id)
    assert (spec.family.name, spec.optimum, spec.reward_threshold) == ("Taxi", None, None)


@pytest.mark.parametrize("env_id", known_environments())
def test_what_solves_an_environment_can_be_reached_in_it(env_id: str) -> None:
    """Taxi's registered threshold, 8, lies above its optimum."""
    spec = environment_spec(env_id)
    if spec.optimum is not None and spec.reward_threshold is not None:
        assert spec.reward_threshold < spec.optimum


def test_a_wrapper_in_the_registration_may_observe_something_else() -> None:
    wrapper = WrapperSpec("W", "gymnasium.wrappers:TimeAwareObservation", {})
    with registered("Wrapped-v0", CARTPOLE, additional_wrappers=(wrapper,)) as env_id:
        assert not family(env_id).is_known


def test_what_a_return_can_be_follows_the_time_limit() -> None:
    assert environment_spec("CartPole-v1").return_range == (0, 500)
    assert environment_spec("MountainCar-v0", 1_000).return_range == (-1_000, 0)


def test_only_discrete_environments_of_a_known_kind_are_on_offer() -> None:
    with registered("CartPole-v77", Foreign, kwargs={"observation_space": Box(-1, 1, (3,))}):
        assert "CartPole-v77" not in known_environments()
    assert "LunarLanderContinuous-v3" not in known_environments()
