"""The streams of randomness keep their places: runs of earlier versions are repeated by them."""

import numpy as np
import pytest

from dqn_core.random_streams import CONCERNS, UniformStream, seed_sequence


@pytest.mark.parametrize(
    ("place", "concern"),
    list(enumerate(["network", "exploration", "replay", "environment", "evaluation", "noise"])),
)
def test_the_order_of_the_concerns_only_grows_since_it_is_part_of_the_seeds(
    place: int, concern: str
) -> None:
    assert CONCERNS.index(concern) == place
    words = np.random.SeedSequence(7, spawn_key=(place,)).generate_state(4)
    assert seed_sequence(7, concern).generate_state(4).tolist() == words.tolist()


def test_a_members_numbers_do_not_depend_on_who_else_is_there() -> None:
    alone, beside = UniformStream([3], "replay"), UniformStream([5, 3], "replay")
    for _ in range(3):
        assert alone.take(3_000)[0].tolist() == beside.take(3_000)[1].tolist()
