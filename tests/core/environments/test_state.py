"""The state of a foreign environment: what belongs to it, what is left out, and what is said."""

from collections.abc import Callable, Iterator
from enum import IntEnum
from typing import Any, NamedTuple

import gymnasium
import numpy as np
import pytest
from gymnasium.spaces import Box, Discrete

from dqn_core import Trainer, load_run
from dqn_core.environments import environment_spec, make_environment
from dqn_core.environments.restoration import restores_exactly
from dqn_core.files.packing import pack
from tests.core.small_runs import SMALL, fingerprint

EPISODE = 7
"""Steps in an episode of the environments below."""


class Walk(gymnasium.Env[Any, Any]):
    """A walk of chance whose episodes end after some steps; what is below changes it."""

    observation_space = Box(-np.inf, np.inf, (2,))
    action_space = Discrete(2)

    def __init__(self, render_mode: str | None = None) -> None:
        self.render_mode = render_mode
        self.position = 0.0
        self.steps = self.episodes = 0

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        super().reset(seed=seed)
        self.position, self.steps = float(self.np_random.uniform()), 0
        self.episodes += 1
        return self.seen(), {}

    def step(self, action: Any) -> Any:
        self.position += float(self.np_random.normal()) + self.drift() * int(action)
        self.steps += 1
        return self.seen(), self.position, self.steps == EPISODE, False, {}

    def seen(self) -> np.ndarray:
        return np.array([self.position, self.drift()], np.float32)

    def drift(self) -> float:
        return 1.0


class Tables(Walk):
    """Holds much data that never changes."""

    def __init__(self, render_mode: str | None = None) -> None:
        super().__init__(render_mode)
        self.table = np.arange(100_000) % 7 / 7
        self.prices = [float(i % 11) for i in range(20_000)]
        self.pairs = [np.arange(30) for _ in range(500)] + [np.arange(2)]

    def drift(self) -> float:
        at = self.steps + 3 * self.episodes
        return float(self.table[at] + self.prices[at] + self.pairs[at].sum())


class ChangesLate(Tables):
    """Writes into its data in the fifth episode, and only then has an array that grows."""

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        if self.episodes == 4:
            self.table[: EPISODE * 10] += 5
            self.prices[20] = -3.0
            self.hardness = 2
        if self.episodes >= 4:
            self.past = np.append(getattr(self, "past", np.zeros(0)), self.position)
        return super().reset(seed=seed, options=options)

    def drift(self) -> float:
        return super().drift() + getattr(self, "hardness", 0) + len(getattr(self, "past", ()))


class DrawnOnce(Walk):
    """Is another one whenever it is made."""

    def __init__(self, render_mode: str | None = None) -> None:
        super().__init__(render_mode)
        self.table = np.random.default_rng().normal(size=20_000)
        self.goal = int(np.random.default_rng().integers(2))

    def drift(self) -> float:
        return float(self.table[self.steps]) + self.goal


class Side(IntEnum):
    LEFT = 0
    RIGHT = 1


class Place(NamedTuple):
    x: int
    y: int


class Name(str):
    """Text of a class of its own."""

    __slots__ = ()

    def shout(self) -> str:
        return self.upper()


class OfItsOwnKinds(Walk):
    """Keeps its state in classes of its own, and in an array without dimensions."""

    def __init__(self, render_mode: str | None = None) -> None:
        super().__init__(render_mode)
        self.side, self.place, self.name = Side.LEFT, Place(0, 1), Name("a")
        self.height = np.zeros(())
        self.partly = np.ma.array([1.0, 2.0], mask=[True, False])

    def drift(self) -> float:
        self.side = Side(1 - self.side)
        self.place = Place(self.place.x + 1, self.place.y)
        self.name = Name("b" if self.name == "a" else "a")
        self.height[...] += 1
        said = len(self.side.name) + ord(self.name.shout())
        return float(self.place.x + self.height) + said


class Hue(str):
    """Cannot be copied without its second part."""

    __slots__ = ()

    def __new__(cls, name: str, _: int) -> "Hue":
        return super().__new__(cls, name)


class Guarded(Walk):
    """Has what cannot be copied, and lets nobody set what it has."""

    def __init__(self, render_mode: str | None = None) -> None:
        super().__init__(render_mode)
        vars(self).update(hue=Hue("red", 3), level=3)

    @property
    def level(self) -> int:
        return 4


class Endless(Walk):
    """Keeps a list that contains itself, one of very many in one another, and a huge number."""

    def __init__(self, render_mode: str | None = None) -> None:
        super().__init__(render_mode)
        self.ring: list[Any] = []
        self.ring.append(self.ring)
        self.nest: list[Any] = []
        for _ in range(3_000):
            self.nest = [self.nest]
        self.huge = 10**5_000


class OldChance(Walk):
    """Draws from NumPy's generator of old."""

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        if seed is not None:
            self.np_random = np.random.RandomState(seed)  # type: ignore[assignment]
        self.position, self.steps = float(self.np_random.uniform()), 0
        return self.seen(), {}


class NoChance(Walk):
    """Has no generator at all."""

    np_random = None  # type: ignore[assignment]

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        self.position, self.steps = 0.5, 0
        return self.seen(), {}

    def step(self, action: Any) -> Any:
        self.position += self.drift() * int(action)
        self.steps += 1
        return self.seen(), self.position, self.steps == EPISODE, False, {}


class HidesChance(NoChance):
    """Asking for its generator fails."""

    @property  # type: ignore[misc]
    def np_random(self) -> Any:  # type: ignore[override]
        raise AttributeError("there is none")


class FailsAtChance(NoChance):
    """Asking for its generator fails in a way of its own."""

    @property  # type: ignore[misc]
    def np_random(self) -> Any:  # type: ignore[override]
        raise RuntimeError("not here")


Register = Callable[[type], str]


@pytest.fixture
def register() -> Iterator[Register]:
    registered: list[str] = []

    def add(kind: Any) -> str:
        registered.append(f"{kind.__name__}-v0")
        gymnasium.register(registered[-1], kind)
        return registered[-1]

    yield add
    for env_id in registered:
        gymnasium.registry.pop(env_id, None)


def run_of(env_id: str, steps: int) -> Trainer:
    trainer = Trainer(SMALL.replace(env_id=env_id))
    trainer.run(max_steps=steps)
    return trainer


@pytest.mark.parametrize(
    "kind", [Walk, Tables, ChangesLate, DrawnOnce, NoChance, OfItsOwnKinds, Guarded, Endless]
)
@pytest.mark.parametrize("cut", [4 * EPISODE - 1, 4 * EPISODE + 2])
def test_a_resumed_run_and_one_that_was_undone_go_on_to_the_bit(
    register: Register, kind: type, cut: int
) -> None:
    trainer = run_of(register(kind), cut)
    state = trainer.state_dict()
    resumed = load_run(pack("run", state))
    trainer.run(max_steps=60)
    resumed.run(max_steps=60)
    assert fingerprint(resumed) == fingerprint(trainer)
    trainer.load_state_dict(state)
    trainer.run(max_steps=60)
    assert fingerprint(resumed) == fingerprint(trainer)


def test_data_that_every_environment_of_a_kind_has_is_left_out_and_named(
    register: Register,
) -> None:
    trainer = run_of(register(Tables), 3)
    (state,) = trainer.state_dict()["environments"]
    assert state["layers"][-1].keys() >= {"position", "steps"}
    assert state["left_out"][-1].keys() == {"table", "prices", "pairs"}
    assert not state["layers"][-1].keys() & state["left_out"][-1].keys()
    assert len(pack("run", trainer.state_dict())) < 60_000


def test_data_that_has_changed_is_kept(register: Register) -> None:
    trainer = run_of(register(ChangesLate), 5 * EPISODE)
    (state,) = trainer.state_dict()["environments"]
    assert state["layers"][-1].keys() >= {"table", "prices", "hardness", "past"}
    assert state["left_out"][-1].keys() == {"pairs"}


def test_a_run_that_goes_on_with_other_data_says_so(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = run_of(register(Tables), 3)
    content = pack("run", trainer.state_dict())
    assert not load_run(content).notice
    made = Tables.__init__

    def with_new_prices(self: Tables, render_mode: str | None = None) -> None:
        made(self, render_mode)
        self.prices[5] += 1

    monkeypatch.setattr(Tables, "__init__", with_new_prices)
    assert load_run(content).notice == (
        "Tables-v0 has other data in prices than the run had, and goes on with its own."
    )


def test_an_environment_that_cannot_be_made_again_keeps_all_its_data(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = make_environment(register(Tables))
    environment.reset(seed=0)
    monkeypatch.setattr(Tables, "__init__", lambda *_, **__: pytest.fail("it is made again"))
    monkeypatch.setattr("dqn_core.environments.environment.make_environment", _fails)
    assert environment.state_dict()["layers"][-1].keys() >= {"table", "prices", "pairs"}


def _fails(*_: Any) -> Any:
    raise OSError("the device is busy")


@pytest.mark.parametrize("kind", [OldChance, NoChance, HidesChance, FailsAtChance])
def test_a_generator_that_cannot_be_kept_is_left_out_and_that_is_said(
    register: Register, kind: type
) -> None:
    trainer = run_of(register(kind), 10)
    state = trainer.state_dict()
    assert state["environments"][0]["generator"] is None
    trainer.change(gamma=0.5)
    resumed = load_run(pack("run", state))
    trainer.load_state_dict(state)
    for run in (trainer, resumed):
        assert "a random generator that cannot be saved" in run.notice
        run.run(max_steps=20)
        assert run.env_step == 30


def test_chance_that_only_a_new_episode_takes_is_missed_by_the_trial_of_restoring(
    register: Register,
) -> None:
    class Rare(OldChance):
        def step(self, action: Any) -> Any:
            self.steps += 1
            return self.seen(), 0.0, self.steps == 500, False, {}

    assert not restores_exactly(environment_spec(register(Rare)))


def test_an_environment_draws_as_it_was_asked_to_whatever_the_state_says(
    register: Register,
) -> None:
    env_id = register(Walk)
    environment = make_environment(env_id)
    environment.reset(seed=0)
    state = environment.state_dict()
    state["layers"][-1]["render_mode"] = 3
    environment.load_state_dict(state)
    inner: Any = environment.env.unwrapped
    assert inner.render_mode is None
    assert inner.position == state["layers"][-1]["position"]
