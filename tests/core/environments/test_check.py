"""An environment's state in a file: what a fresh one has decides what is taken."""

import copy
from collections.abc import Iterator
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.spaces import Box, Discrete

from dqn_core import Trainer, load_run
from dqn_core.base.errors import CheckpointError
from dqn_core.environments import known_environments, make_environment
from dqn_core.environments.side_by_side import FEWEST
from dqn_core.files.packing import pack
from tests.core.small_runs import SMALL

ITSELF, OUTSIDE = -1, None
"""Layers of an environment; outside of all of them its steps are counted."""

NOT_ITS_STATE = [
    ("CartPole-v1", ITSELF, "state", np.zeros((4, 1))),
    ("CartPole-v1", ITSELF, "state", np.zeros(3)),
    ("CartPole-v1", ITSELF, "state", np.zeros(4, np.float32)),
    ("CartPole-v1", ITSELF, "state", np.array([0, 0, np.nan, 0])),
    ("CartPole-v1", ITSELF, "state", np.array([0, -np.inf, 0, 0])),
    ("CartPole-v1", ITSELF, "state", np.array([1e6, 0, 0, 0])),
    ("CartPole-v1", ITSELF, "state", ["a", "b", "c", "d"]),
    ("CartPole-v1", ITSELF, "state", [0.0, 0.0, 0.0, 0.0]),
    ("CartPole-v1", ITSELF, "state", None),
    ("CartPole-v1", ITSELF, "state", "up"),
    ("CartPole-v1", ITSELF, "gravity", 1e9),
    ("CartPole-v1", ITSELF, "gravity", 9.9),
    ("CartPole-v1", ITSELF, "tau", float("nan")),
    ("CartPole-v1", ITSELF, "screen_width", 30_000),
    ("CartPole-v1", ITSELF, "screen_width", 600.0),
    ("CartPole-v1", ITSELF, "render_mode", 3),
    ("CartPole-v1", ITSELF, "steps_beyond_terminated", "many"),
    ("CartPole-v1", ITSELF, "step", 1),
    ("CartPole-v1", ITSELF, "made_up", 1),
    ("CartPole-v1", OUTSIDE, "steps", -1),
    ("CartPole-v1", OUTSIDE, "steps", 1.5),
    ("CartPole-v1", OUTSIDE, "steps", None),
    ("CartPole-v1", OUTSIDE, "time_limit", 0),
    ("CartPole-v1", OUTSIDE, "time_limit", "long"),
    ("CartPole-v1", OUTSIDE, "time_limit", 10**30),
    ("FrozenLake-v1", ITSELF, "cell_size", "64"),
    ("FrozenLake-v1", ITSELF, "cell_size", -np.inf),
    ("FrozenLake-v1", ITSELF, "cell_size", None),
    ("FrozenLake-v1", ITSELF, "cell_size", 1e30),
    ("FrozenLake-v1", ITSELF, "cell_size", (64, 64, 64)),
    ("FrozenLake-v1", ITSELF, "window_size", (30_000, 30_000)),
    ("FrozenLake-v1", ITSELF, "s", 16),
    ("FrozenLake-v1", ITSELF, "s", -1),
    ("FrozenLake-v1", ITSELF, "s", 3.0),
    ("FrozenLake-v1", ITSELF, "s", "3"),
    ("FrozenLake-v1", ITSELF, "lastaction", 4),
    ("FrozenLake-v1", ITSELF, "lastaction", -1),
    ("Taxi-v4", ITSELF, "locs", [[(0, 0)]]),
    ("Taxi-v4", ITSELF, "locs", [(0, 0)]),
    ("Taxi-v4", ITSELF, "locs", []),
    ("Taxi-v4", ITSELF, "taxi_orientation", 4),
    ("Taxi-v4", ITSELF, "lastaction", 6),
    ("Taxi-v4", ITSELF, "s", 500),
    ("Taxi-v4", ITSELF, "initial_state_distrib", np.ones(500)),
    ("Acrobot-v1", ITSELF, "state", np.array([1e12, 0, 0, 0])),  # it would turn without end
    ("MountainCar-v0", ITSELF, "state", (np.float64(1e9), np.float64(0))),
]
ITS_STATE = [
    ("CartPole-v1", ITSELF, "state", np.array([2.39, -8.0, 0.2, 8.0])),
    ("FrozenLake-v1", ITSELF, "s", np.int64(3)),
    ("FrozenLake-v1", ITSELF, "lastaction", None),
    ("Taxi-v4", ITSELF, "lastaction", 5),
    ("Acrobot-v1", ITSELF, "state", np.array([np.pi, -np.pi, 4 * np.pi, -9 * np.pi])),
    ("MountainCar-v0", ITSELF, "state", (np.float64(-1.2), np.float64(0.07))),
    ("CartPole-v1", OUTSIDE, "steps", 499),
    ("CartPole-v1", OUTSIDE, "time_limit", 7),
]


def run_file(env_id: str, layer: int | None, name: str, value: Any) -> bytes:
    """A run whose environment's state has been tampered with."""
    trainer = Trainer(SMALL.replace(env_id=env_id))
    trainer.run(max_steps=13)
    state = trainer.state_dict()
    kept = state["environments"][0]
    (kept if layer is None else kept["layers"][layer])[name] = value
    return pack("run", state)


@pytest.mark.parametrize("case", NOT_ITS_STATE, ids=lambda c: f"{c[0]} {c[2]} {c[3]!r:.20}")
def test_what_no_environment_of_a_kind_has_is_refused(
    case: tuple[str, int | None, str, Any],
) -> None:
    with pytest.raises(CheckpointError) as refusal:
        load_run(run_file(*case))
    message = str(refusal.value)
    assert case[2] in message
    assert message.endswith(".")
    assert "\n" not in message


@pytest.mark.parametrize("case", ITS_STATE, ids=lambda c: f"{c[0]} {c[2]} {c[3]!r:.20}")
def test_what_it_may_have_is_drawn_trained_on_saved_and_loaded_again(
    case: tuple[str, int | None, str, Any],
) -> None:
    loaded = load_run(run_file(*case))
    stage = make_environment(case[0], render_mode="rgb_array")
    stage.reset(seed=0)
    picture: Any = stage.picture_of(loaded.environments[0].state_dict())
    assert picture.shape[2] == 3
    loaded.run(max_steps=20)
    assert load_run(pack("run", loaded.state_dict())).env_step == 33
    stage.close()


@pytest.mark.parametrize("members", [1, FEWEST])
@pytest.mark.parametrize("time_limit", [0, 3])
def test_states_of_long_runs_are_no_strangers(members: int, time_limit: int) -> None:
    """Whoever made their steps, and however short their episodes are."""
    playing = SMALL.replace(epsilon_end=0.5, max_episode_steps=time_limit, learning_starts=200)
    for env_id in known_environments():
        config = playing.replace(env_id=env_id)
        trainer = Trainer([config.replace(seed=seed) for seed in range(members)])
        for _ in range(2):
            trainer.run(max_steps=37)
            assert load_run(pack("run", trainer.state_dict())).env_step == trainer.env_step


@pytest.mark.parametrize(
    ("part", "wrong"),
    [
        ("generator", {"bit_generator": "MT19937", "state": 3}),
        ("generator", 3),
        ("left_out", [{"gravity": 3}]),
        ("left_out", [{"nothing": "0" * 32}]),
        ("layers", []),
        ("layers", [{}]),
        ("layers", [3, 3]),
    ],
)
def test_parts_of_a_state_that_cannot_be_are_refused(part: str, wrong: Any) -> None:
    trainer = Trainer(SMALL)
    state = trainer.state_dict()
    state["environments"][0] = copy.deepcopy(state["environments"][0]) | {part: wrong}
    with pytest.raises(CheckpointError):
        load_run(pack("run", state))


class Quest(gymnasium.Env[Any, Any]):
    """A foreign environment with variables that hardly ever change, in ways that nobody sees."""

    observation_space = Box(-np.inf, np.inf, (1,))
    action_space = Discrete(2)
    level = 1

    def __init__(self, render_mode: str | None = None) -> None:
        self.render_mode = render_mode
        self.place = np.zeros(1)
        self.best: float | None = None
        self.found: list[int] = []
        self.corners = [(0, 0), (4, 4)]

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        super().reset(seed=seed)
        self.place = self.np_random.uniform(size=1)
        return self.place.astype(np.float32), {}

    def step(self, action: Any) -> Any:
        self.place = self.place + len(self.corners) * self.level
        return self.place.astype(np.float32), float(self.found[0] if self.found else 0), 0, 0, {}


@pytest.fixture
def quest() -> Iterator[str]:
    environment: Any = Quest
    gymnasium.register("Quest-v0", environment)
    yield "Quest-v0"
    gymnasium.registry.pop("Quest-v0")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("level", 3),
        ("best", 7.5),
        ("found", [4, 5, 6]),
        ("corners", [(0, 0), (4, 4), (2, 2)]),
        ("new", np.arange(3)),
        ("place", np.array([12.0])),
    ],
)
def test_a_foreign_environment_may_have_changed_as_nobody_saw(
    quest: str, name: str, value: Any
) -> None:
    loaded = load_run(run_file(quest, ITSELF, name, value))
    inner: Any = loaded.environments[0].env.unwrapped
    np.testing.assert_array_equal(getattr(inner, name), value)
    loaded.run(max_steps=5)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("level", "high"),
        ("level", [3]),
        ("found", 3),
        ("corners", [[[0]]]),
        ("corners", "here"),
        ("place", np.zeros((1, 1))),
        ("place", 3.0),
        ("step", 3),
        ("observation_space", 3),
        ("not a name", 3),
    ],
)
def test_a_foreign_environments_variable_stays_of_its_kind(
    quest: str, name: str, value: Any
) -> None:
    with pytest.raises(CheckpointError):
        load_run(run_file(quest, ITSELF, name, value))


def test_where_a_foreign_environment_cannot_go_on_from_its_state_a_new_episode_begins(
    quest: str,
) -> None:
    loaded = load_run(run_file(quest, ITSELF, "place", np.array([np.nan])))
    assert "a new episode was started" in loaded.notice
    assert loaded.current_length() == 0
    loaded.run(max_steps=5)
