"""What a comparison says in words."""

import pytest

from dqn_core.comparison import Comparison, compare, grouped
from dqn_core.verdict import basis_words, best_of_words, verdict, verdict_words
from tests.core.test_comparison import ends, judged, one

LOW, HIGH = [float(i) for i in range(10)], [float(i) for i in range(8, 18)]


def words(comparison: Comparison) -> str:
    return verdict_words(comparison, "A", "B")


def test_a_difference_that_chance_hardly_makes_is_called_real() -> None:
    found = judged(LOW, HIGH)
    assert verdict(found) == "real"
    assert words(found).startswith("B came to more than A in 98 of 100 pairs of seeds, interval ")
    assert words(found).endswith(": likely real.")


def test_the_sentence_is_about_the_one_that_was_better() -> None:
    better, worse = words(judged(LOW, HIGH)), words(judged(HIGH, LOW))
    assert worse.startswith("A came to more than B in 98 of 100 pairs of seeds, interval ")
    assert worse.endswith("to 100: likely real.")
    assert better.endswith("to 100: likely real.")


def test_a_difference_that_chance_may_make_is_left_open() -> None:
    found = judged([1.0, 5.0, 3.0, 9.0, 2.0], [4.0, 2.0, 8.0, 3.0, 6.0])
    assert verdict(found) == "open"
    assert "it may be chance" in words(found)


@pytest.mark.parametrize("few", [1, 4])
def test_fewer_than_five_seeds_on_a_side_prove_nothing_however_clear_they_are(few: int) -> None:
    found = judged(LOW, [100.0] * few)
    assert verdict(found) == "few seeds"
    before = f"10 and {few} seeds prove nothing yet: train at least 5 of each. So far B came to "
    assert words(found).startswith(before), "and that is said first"


def test_one_seed_of_each_is_no_share_of_pairs() -> None:
    begin = "One seed of each proves nothing yet: train at least 5. So far "
    assert words(judged([1.0], [2.0])) == begin + "B came to a larger return than A."
    assert words(judged([2.0], [1.0])) == begin + "A came to a larger return than B."
    assert words(judged([2.0], [2.0])) == begin + "A and B came to the same return."


def test_without_two_groups_there_is_nothing_to_say() -> None:
    found = judged(LOW, [])
    assert verdict(found) is None
    assert words(found) == ""


def test_what_the_groups_are_judged_by_is_said_with_the_step_and_who_is_left_out() -> None:
    assert basis_words(judged(LOW, HIGH)) == (
        "Return of the newest greedy evaluation up to step 1,000, which all seeds have reached."
    )
    assert "Mean height of the curve" in basis_words(judged(LOW, HIGH, "area"))
    with_one = compare(grouped([*ends("a", LOW), one("b", 99, training=[], env_steps=3)]))
    assert basis_words(with_one).endswith(
        "1 seed is left out: diverged, stopped, or without a return so far."
    )


def test_the_best_of_several_is_not_told_without_its_luck() -> None:
    assert best_of_words(2) == ""
    assert "The best of 4 is partly the luckiest" in best_of_words(4)
