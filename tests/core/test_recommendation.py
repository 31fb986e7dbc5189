"""What is recommended for an environment, tuned or not."""

from typing import Any

import numpy as np
import pytest
from gymnasium.spaces import Box, Discrete

from dqn_core import DQNConfig, preset, recommended
from dqn_core.base.errors import LabError
from dqn_core.environments.families import FAMILIES
from dqn_core.environments.families.taxi import TAXI
from dqn_core.environments.family import Family
from dqn_core.recommendation import untuned
from tests.core.foreign import Foreign, registered


def test_for_cartpole_the_defaults_are_recommended_as_ever() -> None:
    assert recommended("CartPole-v1") == preset("recommended") == DQNConfig()


def test_arguments_are_taken_and_refused_as_a_configuration_does() -> None:
    arguments: Any = {"is_slippery": False}
    for recommend in (recommended, lambda *kind: preset("auto", *kind)):
        assert recommend("FrozenLake-v1", arguments).env_kwargs == "is_slippery=False"
        with pytest.raises(LabError, match="env_kwargs must be names and values"):
            recommend("FrozenLake-v1", "slippery")


def test_what_a_family_declares_is_recommended_for_its_environments() -> None:
    assert TAXI.recommended
    assert recommended("Taxi-v4").difference(DQNConfig()) == {
        "env_id": "Taxi-v4",
        **TAXI.recommended,
    }


@pytest.mark.parametrize("known", FAMILIES, ids=lambda known: f"{known.name} {known.arguments}")
def test_a_familys_values_go_together_and_none_is_the_default(known: Family) -> None:
    values = known.recommended
    assert values is not None
    assert DQNConfig().replace(**values).difference(DQNConfig()) == values


def test_the_larger_lake_has_values_of_its_own() -> None:
    assert not untuned("FrozenLake8x8-v1")
    assert recommended("FrozenLake8x8-v1").gamma > recommended("FrozenLake-v1").gamma


class Dear(Foreign):
    def step(self, action: Any) -> Any:
        observation, _, *rest = super().step(action)
        return observation, -100.0, *rest


class Failing(Foreign):
    def step(self, action: Any) -> Any:
        raise RuntimeError("no")


def test_an_environment_that_nobody_tuned_gets_values_of_its_kind() -> None:
    index = {"observation_space": Discrete(5)}
    vector = {"observation_space": Box(-1, 1, (3,), np.float32)}
    picture = {"observation_space": Box(0, 255, (84, 84), np.uint8)}
    kinds = {
        "n_step": ("Index-v0", Foreign, index, 10),
        "loss": ("Dear-v0", Dear, vector, 10),
        "gamma": ("Long-v0", Foreign, vector, 1_000),
        "buffer_capacity": ("Picture-v0", Foreign, picture, 10),  # or it would fit on no page
    }
    for name, (env_id, point, kwargs, limit) in kinds.items():
        with registered(env_id, point, kwargs=kwargs, max_episode_steps=limit):
            assert env_id in untuned(env_id)
            differing = recommended(env_id).difference(DQNConfig())
        assert name in differing
        assert not (kinds.keys() - {name}) & differing.keys()


def test_one_that_fails_in_a_step_gets_values_too() -> None:
    with registered("Failing-v0", Failing):
        assert recommended("Failing-v0").env_id == "Failing-v0"


def test_one_that_does_not_exist_is_refused_with_the_nearest() -> None:
    with pytest.raises(LabError, match="did you mean Taxi-v4"):
        recommended("Taxi-v44")
