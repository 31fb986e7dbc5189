"""The random policy's line: where nobody knows it, it is measured while the page goes on."""

import itertools
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from types import SimpleNamespace

import gymnasium
import pytest

from dashboard.train_page import random_policy
from dashboard.train_page.random_policy import LONGEST_SECONDS, RandomPolicy, words
from dqn_core.environments import EnvironmentSpec, environment_spec
from dqn_core.environments.families.cart_pole import CART_POLE
from dqn_core.environments.family import RandomReturn


def waited_for(policy: RandomPolicy, spec: EnvironmentSpec) -> RandomReturn | None:
    policy.of(spec)
    deadline = time.monotonic() + 120
    while policy.is_coming(spec):
        assert time.monotonic() < deadline, "It did not come."
        time.sleep(0.005)
    return policy.of(spec)


def test_what_is_known_is_there_at_once() -> None:
    policy, spec = RandomPolicy(LONGEST_SECONDS), environment_spec("CartPole-v1")
    assert policy.of(spec) == CART_POLE.random_returns["CartPole-v1", 500]
    assert not policy.is_coming(spec)


def test_another_time_limit_is_another_case_that_is_measured_beside(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(random_policy, "REST_SECONDS", 0.0)
    policy, spec = RandomPolicy(LONGEST_SECONDS), environment_spec("CartPole-v1", 20)
    assert policy.of(spec) is None
    assert policy.is_coming(spec)
    found = waited_for(policy, spec)
    assert found is not None
    assert 15 < found.mean < 20  # most episodes are longer than 12 steps
    assert 0 < found.margin <= 0.01 * found.mean, "as sure as a page needs it"


@pytest.fixture
def milliseconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of a thread's looks at the clock is a millisecond later than the one before."""
    clocks: dict[int, Iterator[int]] = defaultdict(itertools.count)
    passing = SimpleNamespace(
        monotonic=lambda: next(clocks[threading.get_ident()]) / 1000, sleep=lambda _: None
    )
    monkeypatch.setattr(random_policy, "time", passing)


@pytest.mark.usefixtures("milliseconds")
def test_a_slow_environment_gives_up_in_time_and_says_how_sure_it_is() -> None:
    policy, spec = RandomPolicy(longest_seconds=0.3), environment_spec("Taxi-v4", 7)
    found = waited_for(policy, spec)
    assert found is not None
    assert found.margin > 0.01 * abs(found.mean)


@pytest.mark.parametrize(
    ("mean", "margin", "written"),
    [(-790.4, 5.04, "−790 ± 5"), (22.239, 0.077, "22.24 ± 0.08"), (-9512.06, 31.0, "−9,512 ± 31")],
)
def test_a_mean_has_no_more_digits_than_it_is_sure_of(
    mean: float, margin: float, written: str
) -> None:
    assert words(RandomReturn(mean, margin)) == f"random policy {written}"


@pytest.mark.usefixtures("milliseconds")
def test_too_few_episodes_give_no_line() -> None:
    spec = environment_spec("MountainCar-v0", 90_000)
    assert waited_for(RandomPolicy(longest_seconds=0.05), spec) is None


def test_an_environment_that_cannot_be_played_has_no_line_and_is_not_tried_again() -> None:
    gymnasium.register("Vanishing-v0", "gymnasium.envs.classic_control:CartPoleEnv")
    policy, spec = RandomPolicy(LONGEST_SECONDS), environment_spec("Vanishing-v0")
    del gymnasium.registry["Vanishing-v0"]
    assert waited_for(policy, spec) is None
    assert not policy.is_coming(spec)


def test_an_exact_number_has_no_margin() -> None:
    assert words(RandomReturn(0.0139398)) == "random policy 0.0139"
