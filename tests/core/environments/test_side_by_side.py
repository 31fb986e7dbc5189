"""Environments that are stepped in one operation: each is what Gymnasium's own would be."""

from typing import Any

import numpy as np
import pytest

from dqn_core.base.errors import EnvironmentFailure
from dqn_core.configuration.config import DQNConfig
from dqn_core.environments.side_by_side import FEWEST, side_by_side
from dqn_core.interaction import Interaction
from dqn_core.replay import Transitions

KINDS = [
    ("CartPole-v1", ""),
    ("CartPole-v1", "sutton_barto_reward=True"),
    ("Acrobot-v1", ""),
    ("MountainCar-v0", ""),
    ("FrozenLake-v1", ""),
    ("FrozenLake8x8-v1", "is_slippery=False"),
    ("CliffWalking-v1", ""),
    ("CliffWalkingSlippery-v1", ""),
    ("Taxi-v4", ""),
    ("Taxi-v4", "is_rainy=True"),
]
MEMBERS = 25


def interaction(env_id: str, env_kwargs: str, members: int = MEMBERS) -> Interaction:
    config = DQNConfig(env_id=env_id, env_kwargs=env_kwargs, max_episode_steps=150)
    return Interaction([config.replace(seed=seed) for seed in range(members)])


def is_joined(them: Interaction) -> bool:
    return them._side_by_side is not None


def advance(them: Interaction, actions: np.ndarray, env_step: int) -> Transitions:
    made = them.step(actions, env_step)
    for p in (made.terminated | made.truncated).nonzero()[0].tolist():
        them.end_episode(p)
    them.begin_where_due(env_step)
    return made


def equal(left: Any, right: Any) -> bool:
    """As `==`, with arrays and NaN inside."""
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(equal(left[k], right[k]) for k in left)
    if isinstance(left, list | tuple):
        return len(left) == len(right) and all(map(equal, left, right))
    return bool(np.array_equal(left, right, equal_nan=isinstance(left, np.ndarray | float)))


def bits(made: Transitions) -> list[Any]:
    return [values is not None and (values.dtype, values.tobytes()) for values in made]


@pytest.mark.parametrize(("env_id", "env_kwargs"), KINDS)
def test_every_step_and_every_reset_has_the_bits_of_gymnasiums_own(
    env_id: str, env_kwargs: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = interaction(env_id, env_kwargs)
    monkeypatch.setattr("dqn_core.interaction.side_by_side", lambda _: None)
    alone = interaction(env_id, env_kwargs)
    assert is_joined(together)
    assert not is_joined(alone)
    generator = np.random.default_rng(5)  # with which episodes end in every way that there is
    n_actions = alone.environments[0].spec.n_actions
    # The same action for a while gets farther than one at random each time.
    held = generator.integers(n_actions, size=(800, MEMBERS))
    for step in range(4_000):  # 100,000 steps of environments
        actions = held[step // 5]
        made, expected = advance(together, actions, step), advance(alone, actions, step)
        assert bits(made) == bits(expected)
        if step % 175 == 0:  # in mid-episode
            assert equal(together.state_dict(), alone.state_dict())
    assert equal(together.state_dict(), alone.state_dict())


@pytest.mark.parametrize(("env_id", "env_kwargs"), KINDS)
def test_an_episode_that_begins_by_arithmetic_has_the_bits_of_gymnasiums_own_reset(
    env_id: str, env_kwargs: str
) -> None:
    environments = interaction(env_id, env_kwargs).environments
    them = side_by_side(environments)
    assert them
    dynamics = them.taken_over()
    chance = [environment.env.unwrapped.np_random for environment in environments]
    before = dynamics.begin(np.zeros(MEMBERS, bool), np.zeros((MEMBERS, dynamics.draws_of_begin)))
    assert before.shape == (MEMBERS, environments[0].spec.observation_dim)
    for _ in range(10):
        states = [generator.bit_generator.state for generator in chance]
        uniforms = np.stack([g.random(dynamics.draws_of_begin) for g in chance])
        for generator, state in zip(chance, states, strict=True):
            generator.bit_generator.state = state
        expected = np.stack([environment.reset() for environment in environments])
        begun = dynamics.begin(np.arange(MEMBERS) > 0, uniforms).astype(np.float32)
        assert equal(begun[1:], expected[1:])
        assert equal(begun[0], before[0].astype(np.float32))


def test_a_member_that_has_stopped_stays_where_it_was() -> None:
    them = interaction("FrozenLake-v1", "")
    advance(them, np.zeros(MEMBERS, dtype=np.int64), 1)
    before = them.environments[1].state_dict()
    them.go_on_with([p for p in range(MEMBERS) if p != 1])
    made = [advance(them, np.ones(MEMBERS, dtype=np.int64), step) for step in range(20)]
    assert is_joined(them)
    assert equal(them.environments[1].state_dict(), before)
    assert not any(each.rewards[1] or each.terminated[1] for each in made)


def test_what_somebody_does_to_an_environment_between_steps_is_taken_up() -> None:
    them = interaction("CartPole-v1", "")
    right = np.ones(MEMBERS, dtype=np.int64)
    advance(them, right, 1)
    them.environments[3].nudge(0, 0.5)
    made = them.step(right, 2)
    assert made.next_observations[3, 0] > 0.4
    assert abs(made.next_observations[2, 0]) < 0.1


def test_a_number_that_is_none_is_told_as_of_an_environment_alone_and_all_begin_anew() -> None:
    them = interaction("CartPole-v1", "")
    right = np.ones(MEMBERS, dtype=np.int64)
    advance(them, right, 1)
    them.environments[2].nudge(1, np.inf)
    with pytest.raises(EnvironmentFailure, match=r"Environment step 2 of seed 2: CartPole-v1 gave"):
        them.step(right, 2)
    them.begin_where_due(2)
    assert np.isfinite(them.step(right, 3).next_observations).all()
    assert (them.lengths == 1).all()


@pytest.mark.parametrize(
    ("env_id", "env_kwargs", "members", "why"),
    [
        ("CartPole-v1", "", FEWEST - 1, "a step of each is faster"),
        ("LunarLander-v3", "", FEWEST, "its dynamics are no plain arithmetic"),
        ("Taxi-v4", "fickle_passenger=True", FEWEST, "its table does not say all"),
        ("FrozenLake-v1", "map_name=None", FEWEST, "each has a map of its own"),
    ],
)
def test_others_are_stepped_one_by_one(
    env_id: str, env_kwargs: str, members: int, why: str
) -> None:
    assert not is_joined(interaction(env_id, env_kwargs, members)), why


def test_a_run_goes_on_to_the_bit_from_a_state_in_mid_episode() -> None:
    them, other = interaction("FrozenLake-v1", ""), interaction("FrozenLake-v1", "")
    actions = np.arange(MEMBERS) % 4
    for step in range(200):
        advance(them, actions, step)
    other.load_state_dict(them.state_dict())
    assert is_joined(other)
    for step in range(300):
        made, expected = advance(other, actions, step), advance(them, actions, step)
        assert bits(made) == bits(expected)
