"""Files that somebody may send: each is refused in one sentence, or can be used to the end."""

import numpy as np
import pytest

from tests.core.hostile_files import hostile_file, outcome, whole_files

FILES = 40
"""In each of the tests below; every seed gives other files."""


@pytest.mark.parametrize("number", range(6))
def test_a_whole_file_can_be_used(number: int) -> None:
    what = ("agent used and run refused", "agent used and run used")[number % 2]
    assert outcome(whole_files()[number]) == what


@pytest.mark.parametrize("seed", range(5))
def test_a_hostile_file_is_refused_or_can_be_drawn_trained_on_saved_and_loaded_again(
    seed: int,
) -> None:
    chance = np.random.default_rng(seed)
    for _ in range(FILES):
        outcome(hostile_file(chance))
