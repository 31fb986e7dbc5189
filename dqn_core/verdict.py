"""What a comparison of two groups says, in words that need no statistics."""

from typing import Literal, TypeAlias

from dqn_core.comparison import FEWEST_SEEDS, LAST_EPISODES, Comparison

Verdict: TypeAlias = Literal["few seeds", "real", "open"]


def letter(position: int) -> str:
    """What the group at that position is called: A to Z, then A2 to Z2."""
    turn, place = divmod(position, 26)
    return chr(ord("A") + place) + (str(turn + 1) if turn else "")


def verdict(comparison: Comparison) -> Verdict | None:
    """Whether the difference between two groups is likely real; None where there are not two.

    It is where the interval of the probability of improvement leaves out one half, which is what
    chance alone comes to.
    """
    if comparison.improvement is None:
        return None
    if comparison.fewest_seeds < FEWEST_SEEDS:
        return "few seeds"
    low, high = comparison.improvement.interval
    return "open" if low <= 0.5 <= high else "real"


def verdict_words(comparison: Comparison, first: str, second: str) -> str:
    """The verdict as a sentence, with what the two groups are called; "" where there are not two.

    ``B came to more than A in 83 of 100 pairs of seeds, interval 61 to 96: likely real.``
    """
    improvement, found = comparison.improvement, verdict(comparison)
    if improvement is None or found is None:
        return ""
    share, (low, high) = improvement.probability, improvement.interval
    if share < 0.5:  # the sentence is about the one that was better more often
        first, second = second, first
        share, low, high = 1 - share, 1 - high, 1 - low
    counts = [len(standing.counted) for standing in comparison.standings]
    if counts == [1, 1]:  # one pair is no share of 100
        came_to = (
            f"{first} and {second} came to the same return"
            if share == 0.5
            else f"{second} came to a larger return than {first}"
        )
        return f"{came_to}. One seed of each proves nothing yet: train at least {FEWEST_SEEDS}."
    more = (
        f"{second} came to more than {first} in {_of_100(share)} of 100 pairs of seeds, interval "
        f"{_of_100(low)} to {_of_100(high)}"
    )
    if found == "few seeds":
        return (
            f"{more}. With {counts[0]} and {counts[1]} seeds this proves nothing yet: train at "
            f"least {FEWEST_SEEDS} of each."
        )
    if found == "open":
        return f"{more}: it may be chance, since the interval has 50 in it."
    return f"{more}: likely real."


def basis_words(comparison: Comparison) -> str:
    """What the groups were judged by: whose returns, up to which step, and who is in no number."""
    what = {
        ("final", "greedy"): "Return of the newest greedy evaluation",
        ("final", "training"): f"Mean return of the last {LAST_EPISODES} episodes of training",
        ("area", "greedy"): "Mean height of the curve of greedy evaluations",
        ("area", "training"): "Mean height of the curve of training returns",
    }[comparison.metric, comparison.measure]
    words = f"{what} up to step {comparison.until:,}, which all seeds have reached."
    if not comparison.left_out:
        return words
    seeds = "1 seed is" if comparison.left_out == 1 else f"{comparison.left_out} seeds are"
    return f"{words} {seeds} left out: diverged, stopped, or without a return so far."


def best_of_words(count: int) -> str:
    """What is to be known of the best of so many groups, where they are more than two.

    The largest of several noisy numbers is too large on average (the winner's curse).
    """
    if count < 3:
        return ""
    return f"The best of {count} is partly the luckiest: with further seeds its lead is smaller."


def _of_100(share: float) -> str:
    return f"{100 * share:.0f}"
