"""Random numbers that are drawn ahead: an environment's generator loses none."""

import numpy as np
import pytest

from dqn_core.environments.chance import Chance


@pytest.mark.parametrize("taken", [0, 3, 5, 12])
def test_a_generator_is_brought_to_where_it_would_be_by_itself(taken: int) -> None:
    own, expected = np.random.default_rng(1), np.random.default_rng(1)
    for generator in (own, expected):
        generator.integers(10, dtype=np.int32)  # half of a number is left
    chance = Chance(1, width=5)
    chance.read(0, own)
    numbers = [float(chance.take(slice(None))[0]) for _ in range(taken)]
    assert numbers == expected.random(taken).tolist()
    chance.write(0, own)
    assert own.bit_generator.state == expected.bit_generator.state


def test_it_is_brought_to_before_the_newest_numbers_also_where_those_are_of_another_block() -> None:
    own, expected = np.random.default_rng(1), np.random.default_rng(1)
    chance = Chance(1, width=8)
    chance.read(0, own)
    for _ in range(4):
        chance.take(slice(None))
    chance.renew(0)
    expected.random(2)
    chance.write(0, own, but=2)
    assert own.bit_generator.state == expected.bit_generator.state
