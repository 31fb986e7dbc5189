"""Pictures of an environment in mid-run, drawn by one of its kind."""

from collections.abc import Iterator

import pytest

from dashboard.session import stage as stages
from dashboard.session.stage import Stage
from dqn_core.environments import make_environment
from dqn_core.environments.environment import Environment


@pytest.fixture
def cart() -> Iterator[Environment]:
    cart = make_environment("CartPole-v1")
    cart.reset(seed=0)
    yield cart
    cart.close()


def test_a_state_that_was_drawn_of_late_is_not_drawn_again(
    cart: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages, "MOST_PICTURES", 2)
    stage, drawn = Stage(cart.spec), []

    def encode(frames: list[object]) -> list[bytes]:
        drawn.append(frames)
        return [bytes([len(drawn)])]

    monkeypatch.setattr(stages, "encode", encode)
    states = []
    for _ in range(3):
        states.append(cart.state_dict())
        cart.step(1)
    first, second, third = states
    assert [stage.picture(one) for one in (first, second, first)] == [b"\1", b"\2", b"\1"]
    assert stage.picture(third) == b"\3", "in place of the second, which was not asked for since"
    assert [stage.picture(one) for one in (first, second)] == [b"\1", b"\4"]
