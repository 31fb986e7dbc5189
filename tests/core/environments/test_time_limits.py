"""More than one time limit: an environment's own, its registration's and the run's."""

from typing import Any

import numpy as np
import pytest
from gymnasium.wrappers import TimeAwareObservation, TimeLimit

from dqn_core import Trainer
from dqn_core.environments import environment_spec, make_environment
from tests.core.foreign import Register, WithoutRenderMode
from tests.core.small_runs import SMALL, fingerprint


def lengths(env_id: str, max_episode_steps: int = 0, then: int | None = None) -> list[int]:
    """Lengths of four episodes, the last two under another limit."""
    environment = make_environment(env_id, max_episode_steps)
    found = []
    for episode in range(4):
        if episode == 2 and then is not None:
            environment.set_time_limit(then)
        environment.reset()
        found.append(next(t for t in range(1, 2_000) if any(environment.step(0)[2:])))
    return found


def test_a_wrapper_that_is_registered_and_asks_for_the_time_limit_is_told_it(
    register: Register,
) -> None:
    wrapper = TimeAwareObservation.wrapper_spec()
    env_id = register("tests.core.foreign:WithoutRenderMode", additional_wrappers=(wrapper,))
    environment = make_environment(env_id, 4)
    environment.reset()
    assert [environment.step(0)[0][-1] for _ in range(4)] == [1, 2, 3, 4]


@pytest.mark.parametrize("registered_limit", [None, 15, np.int64(15), 500])
def test_a_time_limit_inside_an_environment_stays(
    register: Register, registered_limit: int | None
) -> None:
    env_id = register(
        lambda **_: TimeLimit(WithoutRenderMode(), 20), max_episode_steps=registered_limit
    )
    usual = min(20, registered_limit or 20)
    assert environment_spec(env_id).max_episode_steps == usual
    assert lengths(env_id) == [usual] * 4
    assert lengths(env_id, 7, then=0) == [7, 7, usual, usual]
    assert lengths(env_id, 0, then=1_000) == [usual, usual, 20, 20]
    assert environment_spec(env_id, 1_000).max_episode_steps == 20


@pytest.mark.parametrize(
    ("limit", "taken"),
    [(6.0, 6), (float("inf"), 2**40), (10**20, 2**40), (-1, 1_000), (True, 1_000)],
)
def test_a_limit_that_is_registered_is_one_that_a_run_can_have(
    register: Register, limit: Any, taken: int
) -> None:
    env_id = register(WithoutRenderMode, max_episode_steps=limit)
    assert environment_spec(env_id).max_episode_steps == taken
    make_environment(env_id, taken)


def test_a_run_keeps_the_time_limit_inside_its_environment(register: Register) -> None:
    env_id = register(lambda **_: TimeLimit(WithoutRenderMode(), 20))
    trainer = Trainer(SMALL.replace(env_id=env_id))
    trainer.run(max_steps=45)
    trainer.change(max_episode_steps=30)
    trainer.run(max_steps=40)
    trainer.change(max_episode_steps=10)
    trainer.run(max_steps=40)
    assert trainer.history.episodes.columns()["length"].tolist() == [20, 20, 20, 20, 20, 10, 10]


def test_the_step_of_an_episode_is_part_of_a_state() -> None:
    trainer = Trainer(SMALL.replace(env_id="MountainCar-v0", max_episode_steps=30))
    trainer.run(max_steps=20)
    trainer.change(max_episode_steps=50)  # from the next episode on
    twin = Trainer.from_state(trainer.state_dict())
    for run in (trainer, twin):
        run.run(max_steps=100)
    assert twin.history.episodes.columns()["length"].tolist() == [30, 50]
    assert fingerprint(twin) == fingerprint(trainer)
