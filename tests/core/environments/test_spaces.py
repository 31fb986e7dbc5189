"""Observations of many parts are stored as Gymnasium flattens them; spaces may begin anywhere."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gymnasium.spaces import Box, Dict, Discrete, MultiBinary, MultiDiscrete, Tuple
from gymnasium.spaces.utils import flatten, flatten_space

from dqn_core import Trainer, load_run, record, save_run
from dqn_core.base.errors import EnvironmentFailure
from dqn_core.environments import environment_spec, make_environment
from tests.core.foreign import Foreign, registered
from tests.core.small_runs import SMALL, fingerprint

SPACES: list[Any] = [
    Dict({"position": Box(-1, 1, (2,)), "direction": Discrete(3, start=-1)}),
    Tuple((Discrete(3), Box(0, 9, (), np.int64), MultiBinary((2, 2)))),
    MultiDiscrete(np.array([[2, 3], [4, 2]])),
    MultiDiscrete([2, 3], start=[5, -1]),
    MultiBinary(3),
    Box(0, 255, (2, 3, 1), np.uint8),
    Dict({"near": Dict({"wall": Box(0, 1, (1,))}), "keys": Tuple((MultiBinary(2),))}),
]


class Sampled(Foreign):
    """Shows samples of its observation space, and keeps the newest."""

    def observation(self) -> Any:
        self.newest = self.observation_space.sample()
        return self.newest


@pytest.mark.parametrize("space", SPACES, ids=str)
def test_an_observation_is_stored_as_gymnasium_flattens_it(space: Any) -> None:
    space.seed(0)
    with registered("Parts-v0", Sampled, kwargs={"observation_space": space}) as env_id:
        environment = make_environment(env_id)
        made: Any = environment.env.unwrapped
        flat: Any = flatten_space(space)
        assert environment.spec.observation_limits == tuple(zip(flat.low, flat.high, strict=True))
        assert len(environment.spec.observation_labels) == flat.shape[0]
        assert environment.spec.n_states == 0
        seen = [environment.reset(seed=0)]
        for _ in range(8):
            np.testing.assert_array_equal(seen[-1], flatten(made.observation_space, made.newest))
            assert seen[-1].dtype == np.float32
            seen.append(environment.step(1)[0])


@pytest.mark.parametrize(
    ("space", "labels"),
    [
        (SPACES[0], ("direction=-1", "direction=0", "direction=1", "position[0]", "position[1]")),
        (MultiDiscrete([2, 2], start=[5, -1]), ("x[0]=5", "x[0]=6", "x[1]=-1", "x[1]=0")),
        (Box(0, 1, (1, 2)), ("x[0, 0]", "x[0, 1]")),
        (SPACES[-1], ("keys[0][0]", "keys[0][1]", "near.wall[0]")),
        (Box(0, 1, (2,)), ("x0", "x1")),
        (Discrete(9), ("x0",)),
        (Discrete(9, start=-5), ("x0 + 5",)),
        (Discrete(9, start=3), ("x0 − 3",)),
    ],
    ids=str,
)
def test_the_numbers_have_names_that_a_person_recognises(space: Any, labels: tuple[str]) -> None:
    with registered("Parts-v0", kwargs={"observation_space": space}) as env_id:
        assert environment_spec(env_id).observation_labels == labels


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"direction": 0}, "an observation without position"),
        ([1, 2], "an observation without direction"),
        ({"position": [0, 0, 0], "direction": 0}, "position of shape (3,)"),
        ({"position": "here", "direction": 0}, "position 'here'"),
        ({"position": [0, np.nan], "direction": 0}, "an observation with nan as its position[1]"),
        ({"position": [0, 0], "direction": 2}, "direction 2 at step 1"),
        ({"position": [0, 0], "direction": -2}, "direction -2 at step 1"),
        ({"position": [0, 0], "direction": 0.5}, "direction 0.5"),
        ({"position": [0, 0], "direction": None}, "direction None"),
    ],
    ids=str,
)
def test_an_observation_of_another_form_is_refused_by_the_name_of_its_part(
    given: Any, said: str
) -> None:
    told = {"outcome": lambda usual, _: (given, *usual[1:]), "observation_space": SPACES[0]}
    with registered("Parts-v0", Sampled, kwargs=told) as env_id:
        environment = make_environment(env_id)
        environment.reset(seed=0)
        with pytest.raises(EnvironmentFailure) as failed:
            environment.step(0)
    assert str(failed.value).startswith(f"Parts-v0 gave {said}")


class FromFive(Foreign):
    """Actions 5 to 7 and states −3 to 6; remembers which actions it was given."""

    def __init__(self, **told: Any) -> None:
        super().__init__(
            observation_space=Discrete(10, start=-3), action_space=Discrete(3, start=5), **told
        )
        self.given: list[int] = []

    def observation(self) -> int:
        return self.steps % 10 - 3

    def step(self, action: Any) -> Any:
        assert self.action_space.contains(action)
        self.given.append(action)
        return super().step(action)


def test_a_space_that_begins_elsewhere_is_counted_from_0_inside() -> None:
    with registered("Five-v0", FromFive) as env_id:
        spec = environment_spec(env_id)
        assert (spec.n_states, spec.n_actions) == (10, 3)
        assert spec.action_labels == ("action 5", "action 6", "action 7")
        environment = make_environment(env_id)
        seen = [environment.reset(seed=0).tolist()]
        seen += [environment.step(action)[0].tolist() for action in (0, 2, 1)]
        assert seen == [[0], [1], [2], [3]]
        made: Any = environment.env.unwrapped
        assert made.given == [5, 7, 6]


class Steady(Foreign):
    """Shows the same samples in every episode."""

    def observation(self) -> Any:
        self.observation_space.seed(self.steps)
        return self.observation_space.sample()


@pytest.mark.parametrize(
    ("point", "told"),
    [
        (FromFive, {}),
        (Steady, {"observation_space": SPACES[0]}),
        (Steady, {"observation_space": SPACES[1]}),
    ],
)
def test_such_environments_are_trained_in_evaluated_and_resumed_to_the_bit(
    point: Any, told: dict[str, Any], tmp_path: Path
) -> None:
    with registered("Parts-v0", point, kwargs=told) as env_id:
        trainer = Trainer(SMALL.replace(env_id=env_id, evaluation_period=20))
        trainer.run(max_steps=45)
        save_run(tmp_path / "run", trainer)
        resumed = load_run(tmp_path / "run")
        for run in (trainer, resumed):
            run.run(max_steps=30)
        assert fingerprint(resumed) == fingerprint(trainer)
        assert record(trainer.agent()).total == 10


@pytest.mark.parametrize("index", [-4, 7, 0.5, None])
def test_an_index_outside_its_space_is_refused_with_where_that_begins(index: Any) -> None:
    told = {"outcome": lambda usual, _: (index, *usual[1:])}
    with registered("Five-v0", FromFive, kwargs=told) as env_id:
        environment = make_environment(env_id)
        environment.reset(seed=0)
        with pytest.raises(EnvironmentFailure, match="its space says one of -3 to 6"):
            environment.step(0)
