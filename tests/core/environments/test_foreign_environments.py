"""Environments that somebody else wrote: what they may be, may return, and what if they fail."""

from asyncio import CancelledError
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from typing import Any

import gymnasium
import numpy as np
import pytest
import torch
from gymnasium.spaces import Box, Discrete, Graph, Sequence, Text, Tuple
from gymnasium.wrappers import TimeLimit
from hypothesis import given, settings
from hypothesis import strategies as st

from dqn_core import Agent, Trainer, evaluate, load_run, save_run
from dqn_core.environments import environment_spec, make_environment, make_environments
from dqn_core.episodes.evaluation import MOST_ENVIRONMENTS, ROWS
from dqn_core.errors import ConfigurationError, EnvironmentFailure, UnsupportedEnvironmentError
from tests.core.foreign import Foreign, fails_at, registered
from tests.core.small_runs import SMALL, fingerprint

Register = Callable[..., str]


@pytest.fixture
def register() -> Iterator[Register]:
    with ExitStack() as ids:

        def add(entry_point: Any = Foreign, env_id: str = "Foreign-v0", **options: Any) -> str:
            added: AbstractContextManager[str] = registered(env_id, entry_point, **options)
            return ids.enter_context(added)

        yield add


def told(error: BaseException) -> str:
    """The sentence: one line, that ends."""
    sentence = str(error)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    assert len(sentence) < 500
    return sentence


def failure_of(env_id: str, steps: int = 12) -> str:
    """What is said when so many steps are made, from a reset on."""
    environment = make_environment(env_id)

    def play() -> None:
        environment.reset(seed=0)
        for _ in range(steps):
            if any(environment.step(0)[2:]):
                environment.reset()

    with pytest.raises(EnvironmentFailure) as failed:
        play()
    return told(failed.value)


# What it may be


@pytest.mark.parametrize(
    ("spaces", "found"),
    [
        ({"observation_space": Discrete(10**9)}, "1,000,000,000 states"),
        ({"action_space": Discrete(10**9)}, "1,000,000,000 actions"),
        ({"observation_space": Box(0, 1, (0,))}, "0 numbers"),
        ({"observation_space": Box(0, 1, (320, 320))}, "102,400 numbers in an observation"),
        ({"observation_space": Text(5)}, "Text"),
        ({"observation_space": Tuple((Discrete(2), Sequence(Discrete(2))))}, "Sequence"),
        ({"observation_space": Graph(Box(0, 1, (2,)), None)}, "and Dict or Tuple of these"),
        ({"observation_space": "a text"}, "a text"),
        ({"action_space": 3}, "3"),
    ],
    ids=str,
)
def test_a_space_that_cannot_be_learnt_is_refused_with_what_it_is(
    register: Register, spaces: dict[str, Any], found: str
) -> None:
    env_id = register(kwargs=spaces)
    with pytest.raises(UnsupportedEnvironmentError) as refused:
        make_environment(env_id)
    assert env_id in told(refused.value)
    assert found in str(refused.value)


class WithoutSpaces(gymnasium.Env[Any, Any]):
    """Declares nothing."""


class OddlyDescribed(Foreign):
    """Its metadata is of no use."""

    metadata = None  # type: ignore[assignment]


@pytest.mark.parametrize("point", [WithoutSpaces, lambda: None, lambda: 3, "no.such:Thing", ""])
def test_what_is_no_environment_is_refused_in_a_sentence(register: Register, point: Any) -> None:
    env_id = register(lambda **_: point if isinstance(point, str) else point())
    with pytest.raises(UnsupportedEnvironmentError, match=env_id) as refused:
        make_environment(env_id)
    told(refused.value)


def test_an_environment_without_metadata_is_one_without_pictures(register: Register) -> None:
    spec = environment_spec(register(lambda **_: OddlyDescribed()))
    assert (spec.render_modes, spec.frames_per_second) == ((), 30)


@pytest.mark.parametrize("rate", [0, None, float("nan"), -5, "fast", float("inf"), [], 1e9, 1e-9])
def test_a_rate_of_pictures_that_is_none_is_the_usual_one(register: Register, rate: Any) -> None:
    class Rated(Foreign):
        metadata = {"render_modes": "rgb_array", "render_fps": rate}  # noqa: RUF012

    spec = environment_spec(register(Rated))
    assert (spec.frames_per_second, spec.render_modes) == (30, ())


@pytest.mark.parametrize(
    ("threshold", "known"), [(7, 7.0), (None, None), (float("nan"), None), ("seven", None)]
)
def test_a_threshold_is_a_number_or_none(register: Register, threshold: Any, known: Any) -> None:
    spec = environment_spec(register(reward_threshold=threshold))
    assert spec.reward_threshold == known


def test_limits_that_are_no_numbers_are_none(register: Register) -> None:
    space = Box(-1.0, 1.0, (3,))
    space.low[:] = [np.nan, -np.inf, -3.4e38]
    space.high[:] = [np.nan, np.inf, 3.4e38]
    first, second, third = environment_spec(
        register(kwargs={"observation_space": space})
    ).observation_limits
    assert first == second == (-np.inf, np.inf)
    assert third == pytest.approx((-3.4e38, 3.4e38))


def test_an_environment_with_one_action_or_one_state_can_be_trained_in(register: Register) -> None:
    env_id = register(kwargs={"action_space": Discrete(1), "observation_space": Discrete(1)})
    trainer = Trainer(SMALL.replace(env_id=env_id))
    assert trainer.run(max_steps=40) == 40


class WithoutRenderMode(gymnasium.Env[Any, Any]):
    """As a beginner writes it, with a constructor that takes nothing."""

    metadata = {"render_modes": ["rgb_array"]}  # noqa: RUF012
    observation_space = Box(-1, 1, (2,))
    action_space = Discrete(2)

    def __init__(self) -> None:
        pass

    def reset(self, seed: int | None = None, options: Any = None) -> Any:
        super().reset(seed=seed)
        return np.zeros(2, np.float32), {}

    def step(self, action: Any) -> Any:
        return np.zeros(2, np.float32), 1.0, False, False, {}

    def render(self) -> Any:
        return np.zeros((4, 6, 3), np.uint8) if self.render_mode == "rgb_array" else None


@pytest.mark.parametrize("mode", [None, "rgb_array"])
def test_a_constructor_need_not_know_of_pictures(register: Register, mode: str | None) -> None:
    environment = make_environment(register(WithoutRenderMode), render_mode=mode)
    environment.reset(seed=0)
    environment.step(0)
    if mode:
        assert np.shape(environment.render()) == (4, 6, 3)


def test_a_window_that_a_registration_asks_for_is_not_opened(register: Register) -> None:
    env_id = register(kwargs={"render_mode": "human"})
    assert make_environment(env_id).env.unwrapped.render_mode is None


def test_what_a_constructor_says_of_an_argument_of_its_own_is_told(register: Register) -> None:
    env_id = register(WithoutRenderMode, kwargs={"size": 3})
    with pytest.raises(UnsupportedEnvironmentError, match="size"):
        make_environment(env_id)


class Counted(Foreign):
    """Knows how many of it are open, and how many there were at most."""

    open = most = 0
    possible = 1_000_000

    def __init__(self, **options: Any) -> None:
        if Counted.open == Counted.possible:
            raise RuntimeError("no more")
        super().__init__(**options)
        Counted.open += 1
        Counted.most = max(Counted.most, Counted.open)

    def close(self) -> None:
        Counted.open -= 1


@pytest.fixture(autouse=True)
def _counted_from_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Counted, "open", 0)
    monkeypatch.setattr(Counted, "most", 0)


def test_where_one_of_several_cannot_be_made_all_are_closed(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Counted, "possible", 3)
    with pytest.raises(UnsupportedEnvironmentError, match="no more"):
        make_environments(5, register(Counted))
    assert Counted.open == 0


def test_an_evaluation_opens_no_more_environments_than_it_needs_at_a_time(
    register: Register,
) -> None:
    agent = Trainer(SMALL.replace(env_id=register(Counted))).agent()
    before = Counted.open
    Counted.most = 0
    result = evaluate(agent, 300)
    assert result.returns.tolist() == [10.0] * 300
    assert Counted.open == before
    assert Counted.most <= before + ROWS
    few = register(Counted, "Fragile-v0", kwargs={"outcome": fails_at(5)})
    with pytest.raises(EnvironmentFailure):
        evaluate(Agent(agent.config.replace(env_id=few), agent.network), 300)
    assert Counted.open == before


def test_the_evaluations_of_many_members_share_few_environments(register: Register) -> None:
    config = SMALL.replace(
        env_id=register(Counted),
        evaluation_period=10,
        evaluation_episodes=1_000,
        hidden_dims="4, 4",
    )
    trainer = Trainer([config.replace(seed=seed) for seed in range(16)])
    trainer.run(max_steps=10)
    trainer.run(max_steps=0, max_episodes=0)
    while not trainer.is_between_steps:
        trainer.run(max_steps=0)
    assert trainer.history.evaluations.columns()["mean_return"].tolist() == [10.0] * 16
    assert Counted.most <= 16 + MOST_ENVIRONMENTS
    trainer.close()
    assert Counted.open == 0


def test_an_environment_that_is_refused_is_closed(register: Register) -> None:
    env_id = register(Counted, kwargs={"action_space": Box(-1, 1, (1,))})
    with pytest.raises(UnsupportedEnvironmentError):
        make_environment(env_id)
    assert Counted.open == 0


# More than one time limit


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


# What it may return

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
        ({"reward": np.ones(1)}, "gave reward array([1.]) at step 5"),
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


# What if it fails


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("boom\nsecond line"),
        KeyError("boom"),
        SystemExit("boom"),
        StopIteration("boom"),
        AssertionError("boom."),
        MemoryError("boom"),
    ],
    ids=repr,
)
def test_whatever_a_step_raises_becomes_one_sentence(register: Register, error: Any) -> None:
    sentence = failure_of(register(kwargs={"outcome": fails_at(5, error)}))
    assert sentence.startswith("Foreign-v0 failed at step 5 of an episode: ")
    assert type(error).__name__ in sentence
    assert "boom" in sentence


class SaysNothing(Exception):  # noqa: N818 - as somebody may call it
    def __str__(self) -> str:
        raise ValueError("its words cannot be put together")


@pytest.mark.parametrize("error", [SaysNothing(), CancelledError()], ids=["mute", "cancelled"])
def test_an_error_of_any_kind_becomes_a_sentence(register: Register, error: BaseException) -> None:
    sentence = failure_of(register(kwargs={"outcome": fails_at(5, error)}))
    assert sentence == f"Foreign-v0 failed at step 5 of an episode: {type(error).__name__}."


def test_ctrl_c_in_an_environment_is_no_failure_of_it(register: Register) -> None:
    environment = make_environment(register(kwargs={"outcome": fails_at(1, KeyboardInterrupt())}))
    environment.reset()
    with pytest.raises(KeyboardInterrupt):
        environment.step(0)


@pytest.mark.parametrize("members", [1, 3])
def test_a_step_that_fails_is_not_made_and_the_run_goes_on_from_new_episodes(
    register: Register, members: int
) -> None:
    made: list[Foreign] = []

    def point(**_: Any) -> Foreign:
        # Only the second of three fails, after the first has made its step.
        fails = len(made) == members // 2
        made.append(Foreign(outcome=fails_at(45) if fails else None))
        return made[-1]

    env_id = register(point)
    trainer = Trainer([SMALL.replace(env_id=env_id, seed=seed) for seed in range(members)])
    with pytest.raises(EnvironmentFailure) as failed:
        trainer.run(max_steps=1_000)
    whose = " of seed 1" if members > 1 else ""
    assert told(failed.value) == (
        f"Environment step 45{whose}: Foreign-v0 failed at step 5 of an episode: "
        "RuntimeError: boom."
    )
    assert (trainer.env_step, len(trainer.replay), trainer.episodes) == (44, 44, [4] * members)
    assert trainer.gradient_updates == 44 - 9
    assert [trainer.current_length(p) for p in range(members)] == [0] * members
    trainer.run(max_steps=20)
    columns = trainer.history.episodes.columns()
    assert columns["length"].tolist() == [10] * (6 * members)
    assert sorted(set(columns["env_step"].tolist())) == [10, 20, 30, 40, 54, 64]
    assert columns["exploration_share"].max() <= 1


def test_no_return_is_summed_over_a_step_that_failed(register: Register) -> None:
    env_id = register(kwargs={"outcome": fails_at(25)})
    trainer = Trainer(SMALL.replace(env_id=env_id, n_step=3))
    with pytest.raises(EnvironmentFailure):
        trainer.run()
    trainer.run(max_steps=10)
    batch = trainer.replay.batch(np.array([[22, 23, 24]]), np.array([[1.0]]), 3)
    assert batch.rewards.tolist() == [[2, 1, 3]]


def test_a_reset_that_fails_loses_nothing_of_the_step_before_it(register: Register) -> None:
    sound = register(env_id="Sound-v0")
    fragile = register(kwargs={"start": fails_at(4)})  # the first is at the start of the run
    values = {"evaluation_period": 30, "evaluation_episodes": 2, "target_update_unit": "episodes"}
    mine, twin = (Trainer(SMALL.replace(env_id=e, **values)) for e in (fragile, sound))
    mine.evaluations.begin()  # its environments have resets of their own
    twin.evaluations.begin()
    with pytest.raises(EnvironmentFailure, match="Environment step 30: Foreign-v0 failed at reset"):
        mine.run(max_steps=1_000)
    assert (mine.env_step, mine.episodes, len(mine.history.evaluations)) == (30, [3], 1)
    mine.run(max_steps=20)
    twin.run(max_steps=50)
    assert fingerprint(mine) == fingerprint(twin)


def test_an_environment_that_keeps_failing_is_told_each_time(register: Register) -> None:
    env_id = register(kwargs={"start": lambda usual, calls: usual if calls == 1 else None})
    trainer = Trainer(SMALL.replace(env_id=env_id))
    for _ in range(3):
        with pytest.raises(EnvironmentFailure, match="Environment step 10: Foreign-v0 gave None"):
            trainer.run(max_steps=100)
    assert trainer.env_step == 10


def test_a_trainer_whose_first_reset_fails_leaves_no_environment_open(register: Register) -> None:
    env_id = register(Counted, kwargs={"start": fails_at(1)})
    with pytest.raises(EnvironmentFailure):
        Trainer([SMALL.replace(env_id=env_id, seed=seed) for seed in range(3)])
    assert Counted.open == 0


def test_a_run_that_an_environment_broke_off_can_be_saved_and_goes_on_with_a_new_episode(
    register: Register, tmp_path: Any
) -> None:
    made: list[Foreign] = []

    def point(**_: Any) -> Foreign:
        made.append(Foreign(outcome=None if made else fails_at(45)))
        return made[-1]

    trainer = Trainer(SMALL.replace(env_id=register(point)))
    with pytest.raises(EnvironmentFailure):
        trainer.run()
    save_run(tmp_path / "run", trainer)
    loaded = load_run(tmp_path / "run")
    assert "a new episode" in loaded.notice
    assert (loaded.env_step, len(loaded.replay), loaded.current_length()) == (44, 44, 0)
    loaded.run(max_steps=10)
    assert loaded.history.episodes.columns()["length"].tolist() == [10] * 5


@pytest.mark.parametrize("failing", ["outcome", "start", "observation_space"])
def test_an_evaluation_that_fails_is_made_again(register: Register, failing: str) -> None:
    made: list[Foreign] = []

    def point(**_: Any) -> Foreign:
        answers: dict[str, Any] = {failing: fails_at(1)} if len(made) == 2 else {}
        made.append(Foreign(**answers))
        return made[-1]

    config = SMALL.replace(evaluation_period=20, evaluation_episodes=3)
    trainer = Trainer(config.replace(env_id=register(point)))
    with pytest.raises(EnvironmentFailure, match="Greedy evaluation at environment step 20: "):
        trainer.run(max_steps=30)
    assert (trainer.env_step, len(trainer.history.evaluations)) == (20, 0)
    assert not trainer.is_between_steps
    trainer.run(max_steps=20)
    twin = Trainer(config.replace(env_id=register(env_id="Sound-v0")))
    twin.run(max_steps=40)
    assert fingerprint(trainer) == fingerprint(twin)


class CannotBeClosed(Foreign):
    """Raises at the end."""

    def close(self) -> None:
        raise OSError("the window is gone")


def test_an_environment_that_cannot_be_closed_costs_nothing(
    register: Register, caplog: pytest.LogCaptureFixture
) -> None:
    env_id = register(CannotBeClosed)
    trainer = Trainer(SMALL.replace(env_id=env_id, evaluation_period=10, evaluation_episodes=2))
    trainer.run(max_steps=20)
    trainer.close()
    assert len(trainer.history.evaluations) == 2
    assert "Foreign-v0 could not be closed: OSError: the window is gone." in caplog.messages
    with pytest.raises(UnsupportedEnvironmentError, match="action space"):
        make_environment(
            register(CannotBeClosed, "Odd-v0", kwargs={"action_space": Box(-1, 1, (1,))})
        )


# What is asked of it


def test_a_parameter_is_one_that_is_there_and_a_number(register: Register) -> None:
    for parameters, said in (
        ({"graviti": 9.8}, "CartPole-v1 has no parameter 'graviti': there are gravity, length"),
        ({"render_mode": 1.0}, "no parameter 'render_mode'"),
        ({"step": 1.0}, "no parameter 'step'"),
        ({"gravity": float("nan")}, "gravity must be a finite number, not nan"),
        ({"gravity": "much"}, "gravity must be a finite number, not 'much'"),
        ({"gravity": None}, "gravity must be a finite number, not None"),
    ):
        with pytest.raises(ConfigurationError) as refused:
            make_environment("CartPole-v1", parameters=parameters)  # type: ignore[arg-type]
        assert said in told(refused.value)
    with pytest.raises(ConfigurationError, match="there are steps, calls, resets"):
        make_environment(register(), parameters={"wind": 1.0})
    gravity: Any = np.float32(1.5)
    changed = make_environment("CartPole-v1", parameters={"gravity": gravity})
    assert changed.env.unwrapped.gravity == 1.5  # type: ignore[attr-defined]
