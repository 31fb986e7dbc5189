"""Environments that are made with keyword arguments, and known as what they then are."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gymnasium
import pytest

from dqn_core import Agent, DQNConfig, Trainer, evaluate, load_agent, load_run, record, save_agent
from dqn_core.base.errors import ConfigurationError, LabError, UnsupportedEnvironmentError
from dqn_core.environments import environment_spec
from dqn_core.environments.families.frozen_lake import FROZEN_LAKE_4X4_FIRM
from dqn_core.environments.random_returns import random_episodes
from dqn_core.files.checkpoint import save_run
from dqn_core.recommendation import recommended, untuned
from tests.core.foreign import Foreign, registered
from tests.core.small_runs import SMALL, fingerprint


class Sized(Foreign):
    """Cannot be made without a size, which is what each step is worth."""

    def __init__(self, size: int, render_mode: str | None = None) -> None:
        super().__init__(render_mode=render_mode, picture=None)
        self.size = size

    def step(self, action: Any) -> Any:
        observation, _, *rest = super().step(action)
        return observation, float(self.size), *rest


@pytest.fixture
def sized() -> Iterator[DQNConfig]:
    with registered("Sized-v0", Sized) as env_id:
        yield SMALL.replace(env_id=env_id, env_kwargs="size=3", evaluation_period=20)


def test_every_way_to_an_environment_hands_its_arguments_on(
    sized: DQNConfig, tmp_path: Path
) -> None:
    trainer = Trainer([sized, sized.replace(seed=1)])
    trainer.run(max_steps=35)
    trainer.change(max_episode_steps=5)
    trainer.run(max_steps=10)
    assert set(trainer.history.episodes.columns()["return"].tolist()) <= {30.0, 15.0}
    assert trainer.history.evaluations.columns()["mean_return"].tolist() == [30.0] * 2 + [15.0] * 2
    save_run(tmp_path / "run", trainer)
    resumed = load_run(tmp_path / "run")
    for run in (trainer, resumed):
        run.run(max_steps=20)
    assert fingerprint(resumed) == fingerprint(trainer)
    save_agent(tmp_path / "agent", trainer.agent())
    agent = load_agent(tmp_path / "agent")
    assert evaluate(agent, 2).returns.tolist() == [15.0] * 2
    episode = record(agent)
    assert episode.total == 15.0
    assert len(list(episode.pictures())) == 6
    assert next(total for total in random_episodes("Sized-v0", env_kwargs="size=2") if total) == 20


def test_runs_whose_arguments_differ_are_not_side_by_side(sized: DQNConfig) -> None:
    with pytest.raises(ConfigurationError, match="must agree in env_kwargs"):
        Trainer([sized, sized.replace(env_kwargs="size=4")])


def test_an_agent_that_does_not_fit_its_environments_arguments_is_refused(tmp_path: Path) -> None:
    config = SMALL.replace(env_id="FrozenLake-v1", env_kwargs="map_name=8x8")
    agent = Trainer(config).agent()
    save_agent(tmp_path / "agent", Agent(config.replace(env_kwargs=""), agent.network))
    with pytest.raises(LabError, match="does not fit FrozenLake-v1: "):
        load_agent(tmp_path / "agent")


@pytest.mark.parametrize(
    ("env_id", "env_kwargs", "said"),
    [
        ("FrozenLake-v1", "slippery=False", "no argument 'slippery': did you mean is_slippery?"),
        ("CartPole-v1", "x=1", "has no argument 'x': it has sutton_barto_reward."),
        ("Acrobot-v1", "x=1", "has no argument 'x': it has none."),
        ("FrozenLake-v1", "map_name=9x9", "FrozenLake-v1(map_name=9x9) cannot be made: KeyError"),
        ("Taxi-v4", "rainy_probability=a", "of Taxi-v4 must be a number, not 'a'."),
        ("FrozenLake-v1", "is_slippery=maybe", "must be True or False, not 'maybe'."),
        ("FrozenLake-v1", "is_slippery=2", "is_slippery of FrozenLake-v1 must be True or False"),
        ("FrozenLake-v1", "desc=['SF','F']", "cannot be made: ValueError"),
        ("Sized-v0", "", "needs arguments: choose Sized-v0(size=…) on the page"),
        ("Handed-v0", "sise=3", "unexpected keyword argument 'sise'."),
    ],
)
def test_arguments_that_an_environment_does_not_take_are_refused_in_its_words(
    sized: DQNConfig, env_id: str, env_kwargs: str, said: str
) -> None:
    def handed(**arguments: Any) -> gymnasium.Env[Any, Any]:
        return Sized(**arguments)

    with registered("Handed-v0", handed), pytest.raises(LabError) as refused:
        environment_spec(env_id, env_kwargs=env_kwargs)
    sentence = str(refused.value)
    assert said in sentence
    assert sentence[-1] in ".?"
    assert "\n" not in sentence


def known(env_id: str, env_kwargs: str) -> tuple[Any, ...]:
    """Family, returns, worth of a step, threshold, and whether the random return is known."""
    spec = environment_spec(env_id, env_kwargs=env_kwargs)
    has_random_return = spec.random_return is not None
    return (
        spec.family.name,
        spec.return_range,
        spec.step_reward,
        spec.reward_threshold,
        has_random_return,
    )


@pytest.mark.parametrize(
    ("env_id", "env_kwargs", "found"),
    [
        ("CartPole-v1", "", ("CartPole", (0, 500), 1, 475, True)),
        ("CartPole-v1", "sutton_barto_reward=False", ("CartPole", (0, 500), 1, 475, False)),
        ("CartPole-v1", "sutton_barto_reward=True", ("CartPole", None, None, None, False)),
        ("FrozenLake-v1", "map_name=4x4", ("FrozenLake", (0, 1), None, 0.7, True)),
        ("FrozenLake-v1", "is_slippery=False", ("FrozenLake", (0, 1), None, 0.7, False)),
        ("FrozenLake-v1", "reward_schedule=(1, -1, 0)", ("FrozenLake", None, None, None, False)),
        ("Taxi-v4", "fickle_passenger=True", ("Taxi", (-800, 20), None, None, False)),
        ("Taxi-v4", "", ("Taxi", (-800, 20), None, 7.5, True)),
        ("CliffWalkingSlippery-v1", "", ("CliffWalking", (-500, 0), None, None, True)),
        (
            "CliffWalkingSlippery-v1",
            "is_slippery=False",
            ("CliffWalking", (-500, 0), None, None, False),
        ),
    ],
)
def test_what_is_known_of_an_environment_is_what_its_arguments_leave_true(
    env_id: str, env_kwargs: str, found: tuple[Any, ...]
) -> None:
    assert known(env_id, env_kwargs) == found
    says_what_brings_reward = bool(environment_spec(env_id, env_kwargs=env_kwargs).task)
    assert says_what_brings_reward == (found[1] is not None)


def test_the_optimum_and_the_recommended_values_are_those_of_the_arguments() -> None:
    firm = "is_slippery=False"
    assert environment_spec("FrozenLake-v1").optimum == 0.744
    assert environment_spec("FrozenLake-v1", env_kwargs=firm).optimum == 1
    assert recommended("FrozenLake-v1").n_step == 1
    assert recommended("FrozenLake-v1", firm) == DQNConfig(
        env_id="FrozenLake-v1", env_kwargs=firm
    ).replace(**(FROZEN_LAKE_4X4_FIRM.recommended or {}))
    with registered("Slow-v0", Sized, max_episode_steps=1_000):
        assert untuned("Slow-v0", "size=3")
        assert recommended("Slow-v0", "size=3").loss == "huber"
        assert recommended("Slow-v0", "size=30").loss == "mse"


def test_arguments_that_make_another_task_of_it_are_judged_as_that() -> None:
    pytest.importorskip("Box2D")
    with pytest.raises(UnsupportedEnvironmentError, match="action space Box"):
        environment_spec("LunarLander-v3", env_kwargs="continuous=True")
    assert known("LunarLander-v3", "gravity=-5")[0] == "LunarLander"


def test_the_shape_follows_the_arguments() -> None:
    assert environment_spec("FrozenLake-v1", env_kwargs="map_name=8x8").n_states == 64
    three = environment_spec("FrozenLake-v1", env_kwargs="desc=['SFG']")
    assert (three.n_states, three.family.name) == (3, "FrozenLake")
