"""What an environment that somebody else wrote may return."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch
from gymnasium.spaces import Discrete
from hypothesis import given, settings
from hypothesis import strategies as st

from dqn_core import Trainer
from dqn_core.base.errors import EnvironmentFailure
from dqn_core.environments import make_environment
from tests.core.foreign import Foreign, Register, WithoutRenderMode, failure_of, registered, told
from tests.core.small_runs import SMALL

ROW = np.zeros(2, np.float32)


def with_outcome(**changed: Any) -> Callable[[Any, int], Any]:
    """What a step returns, with other parts from the fifth step on."""
    names = ("observation", "reward", "terminated", "truncated", "info")

    def answer(usual: Any, calls: int) -> Any:
        if calls < 5:
            return usual
        return tuple({**dict(zip(names, usual, strict=True)), **changed}.values())

    return answer


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"reward": float("nan")}, "gave reward nan at step 5"),
        ({"reward": np.float32("inf")}, "gave reward inf at step 5"),
        ({"reward": 1e300}, "gave reward 1e+300 at step 5"),
        ({"reward": 10**400}, "gave reward 1000"),
        ({"reward": None}, "gave reward None at step 5"),
        ({"reward": "1.5"}, "gave reward '1.5' at step 5"),
        ({"reward": np.ones(2)}, "gave reward array([1., 1.]) at step 5"),
        ({"reward": np.ones(0)}, "gave reward array([], dtype=float64) at step 5"),
        ({"reward": np.ma.array([1.0], mask=True)}, "gave reward masked_array"),
        ({"reward": np.array([np.nan])}, "gave reward array([nan]) at step 5"),
        ({"reward": Decimal("inf")}, "gave reward Decimal('Infinity') at step 5"),
        ({"reward": np.ma.masked}, "gave reward masked at step 5"),
        (
            {"observation": np.ma.array([1.0, 2.0], mask=[True, False])},
            "gave the observation masked",
        ),
        ({"reward": 1j}, "gave reward 1j at step 5"),
        ({"terminated": None}, "gave terminated None at step 5"),
        ({"terminated": np.zeros(2, bool)}, "gave terminated array([False, False]) at step 5"),
        ({"truncated": "no"}, "gave truncated 'no' at step 5"),
        ({"truncated": float("nan")}, "gave truncated nan at step 5"),
        ({"observation": np.array([0, np.nan])}, "with nan at index 1 at step 5"),
        ({"observation": np.array([-np.inf, 0])}, "with -inf at index 0 at step 5"),
        ({"observation": np.array([1e300, 0])}, "with 1e+300 at index 0 at step 5"),
        ({"observation": ROW[:, None]}, "an observation of shape (2, 1) at step 5"),
        ({"observation": np.zeros(3)}, "an observation of shape (3,) at step 5"),
        ({"observation": 0.5}, "an observation of shape () at step 5"),
        ({"observation": {"x": 1}}, "gave the observation {'x': 1} at step 5"),
        ({"observation": None}, "gave the observation None at step 5"),
        ({"observation": ["1", "2"]}, "gave the observation ['1', '2'] at step 5"),
        ({"observation": [[1], [2, 3]]}, "gave the observation [[1], [2, 3]] at step 5"),
        ({"observation": np.array([1, None])}, "gave the observation array([1, None]"),
    ],
    ids=str,
)
def test_what_a_step_returns_that_cannot_be_used_is_named_before_it_is_stored(
    register: Register, changed: dict[str, Any], said: str
) -> None:
    env_id = register(kwargs={"outcome": with_outcome(**changed)})
    sentence = failure_of(env_id)
    assert sentence.startswith(f"{env_id} gave ")
    assert said in sentence
    trainer = Trainer(SMALL.replace(env_id=env_id))
    with pytest.raises(EnvironmentFailure, match="Environment step 5: ") as failed:
        trainer.run(max_steps=100)
    assert sentence in told(failed.value)
    assert (trainer.env_step, len(trainer.replay)) == (4, 4)


@pytest.mark.parametrize(
    "changed",
    [
        {"reward": 1},
        {"reward": True},
        {"reward": np.float32(1)},
        {"reward": np.int8(1)},
        {"reward": np.array(1.0)},
        {"reward": np.ones((1, 1), np.float32)},
        {"reward": torch.ones(1), "terminated": np.zeros(1, bool), "truncated": torch.zeros(1)},
        {"reward": Decimal(1)},
        {"reward": Fraction(1)},
        {"observation": torch.full((2,), 0.5, requires_grad=True)},
        {"reward": torch.tensor(1.0)},
        {"terminated": np.bool_(False), "truncated": 0},
        {"truncated": np.array(False), "info": None},
        {"observation": [0.5, 0.5]},
        {"observation": (0.5, 0.5)},
        {"observation": np.full(2, 0.5, np.float64)},
        {"observation": torch.full((2,), 0.5)},
        {"observation": np.array([True, False])},
        {"observation": np.array([3.4e38, -3.4e38])},
    ],
    ids=str,
)
def test_what_means_the_same_in_another_type_is_taken(
    register: Register, changed: dict[str, Any]
) -> None:
    environment = make_environment(register(kwargs={"outcome": with_outcome(**changed)}))
    environment.reset(seed=0)
    for _ in range(7):
        observation, reward, terminated, truncated = environment.step(0)
    assert (observation.dtype, observation.shape) == (np.float32, (2,))
    assert (reward, terminated, truncated) == (1.0, False, False)
    assert (type(reward), type(terminated), type(truncated)) == (float, bool, bool)


@pytest.mark.parametrize(
    ("index", "is_one"),
    [(3, True), (np.int64(3), True), (np.array(3), True), (3.0, True)]
    + [(bad, False) for bad in (4, -1, 1.5, np.array([3]), None, "3", float("nan"), (3,))],
    ids=str,
)
def test_an_index_lies_in_its_space(register: Register, index: Any, is_one: bool) -> None:
    env_id = register(
        kwargs={
            "observation_space": Discrete(4),
            "outcome": lambda usual, calls: (index, *usual[1:]) if calls == 5 else usual,
        }
    )
    if is_one:
        environment = make_environment(env_id)
        environment.reset(seed=0)
        assert [environment.step(0)[0].tolist() for _ in range(5)][-1] == [3.0]
    else:
        sentence = failure_of(env_id)
        assert "gave the observation" in sentence
        assert "at step 5 of an episode: its space says one of 0 to 3." in sentence


@pytest.mark.parametrize("result", [None, 1, (), (ROW, 1.0, False, {}), "abcde", [ROW]], ids=str)
def test_an_old_step_is_told_what_gymnasiums_is(register: Register, result: Any) -> None:
    env_id = register(kwargs={"outcome": lambda *_: result})
    assert "at step 1 of an episode: step() gives an observation, a reward" in failure_of(env_id)


@pytest.mark.parametrize(
    "result", [ROW, (0.5, 0.5), [0.5, 0.5], None, "ab", (ROW,), (ROW, {}, 0)], ids=str
)
def test_an_old_reset_is_told_what_gymnasiums_is(register: Register, result: Any) -> None:
    env_id = register(kwargs={"start": lambda *_: result})
    sentence = failure_of(env_id)
    assert sentence.startswith(f"{env_id} gave ")
    assert "at reset: reset() gives an observation and a dictionary" in sentence


class WithoutSeed(WithoutRenderMode):
    """Its reset takes nothing, as Gym's did."""

    def reset(self) -> Any:  # type: ignore[override]
        return np.zeros(2, np.float32), {}


class WithoutOptions(WithoutRenderMode):
    """Its reset takes a seed, and nothing else."""

    def reset(self, seed: int | None = None) -> Any:  # type: ignore[override]
        return np.zeros(2, np.float32), {}


@pytest.mark.parametrize(("point", "name"), [(WithoutSeed, "seed"), (WithoutOptions, "options")])
def test_a_reset_without_the_arguments_is_told_which(
    register: Register, point: Any, name: str
) -> None:
    sentence = failure_of(register(point))
    assert f"unexpected keyword argument '{name}'" in sentence
    assert "Gymnasium" in sentence


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.complex_numbers()
    | st.text(max_size=5)
    | st.binary(max_size=5)
    | st.sampled_from([np.zeros(2), np.array([1, None]), np.array("x"), np.datetime64(0, "s")])
    | st.sampled_from([np.float32("nan"), np.ma.masked, object(), Discrete(2), torch.zeros(2)]),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.lists(inner, min_size=2, max_size=5).map(tuple)
        | st.dictionaries(st.text(max_size=2), inner, max_size=2)
    ),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(parts=st.tuples(*[ANYTHING] * 5), whole=st.none() | ANYTHING, start=st.none() | ANYTHING)
def test_whatever_an_environment_returns_is_usable_or_a_sentence(
    parts: Any, whole: Any, start: Any
) -> None:
    answers: dict[str, Any] = {
        "outcome": lambda *_: parts if whole is None else whole,
        "start": lambda usual, _: usual if start is None else start,
    }
    with registered("Random-v0", lambda **_: Foreign(**answers)) as env_id:
        environment = make_environment(env_id)
        try:
            seen = [environment.reset(seed=0)]
            observation, reward, terminated, truncated = environment.step(0)
        except EnvironmentFailure as error:
            sentence = told(error)
        else:
            sentence = ""
            seen.append(observation)
            assert all(row.shape == (2,) and np.isfinite(row).all() for row in seen)
            assert np.isfinite(np.float32(reward))
            assert {terminated, truncated} <= {True, False}
    assert not sentence or sentence.startswith("Random-v0 gave ")
