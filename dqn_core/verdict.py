"""What a comparison of two groups says, in words that need no statistics."""

from typing import Literal, TypeAlias

from dqn_core.base.phrases import Phrase, paragraph
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


def verdict_words(comparison: Comparison, first: str, second: str) -> Phrase:
    """The verdict as a sentence, with what the two groups are called; "" where there are not two.

    ``B came to more than A in 83 of 100 pairs of seeds, interval 61 to 96: likely real.``
    """
    improvement, found = comparison.improvement, verdict(comparison)
    if improvement is None or found is None:
        return Phrase("")
    share, (low, high) = improvement.probability, improvement.interval
    if share < 0.5:  # the sentence is about the one that was better more often
        first, second = second, first
        share, low, high = 1 - share, 1 - high, 1 - low
    counts = [len(standing.counted) for standing in comparison.standings]
    if counts == [1, 1]:  # one pair is no share of 100
        return Phrase(
            "One seed of each proves nothing yet: train at least {fewest}. So far {first} and "
            "{second} came to the same return."
            if share == 0.5
            else "One seed of each proves nothing yet: train at least {fewest}. So far {second} "
            "came to a larger return than {first}.",
            first=first,
            second=second,
            fewest=FEWEST_SEEDS,
        )
    more = Phrase(
        "{second} came to more than {first} in {share} of 100 pairs of seeds, interval {low} to "
        "{high}",
        first=first,
        second=second,
        share=_of_100(share),
        low=_of_100(low),
        high=_of_100(high),
    )
    if found == "few seeds":
        return Phrase(
            "{first} and {second} seeds prove nothing yet: train at least {fewest} of each. So far "
            "{more}.",
            more=more,
            first=counts[0],
            second=counts[1],
            fewest=FEWEST_SEEDS,
        )
    if found == "open":
        return Phrase("{more}: it may be chance, since the interval has 50 in it.", more=more)
    return Phrase("{more}: likely real.", more=more)


_BASES = {
    ("final", "greedy"): Phrase("Return of the newest greedy evaluation"),
    ("final", "training"): Phrase(
        "Mean return of the last {episodes} episodes of training", episodes=LAST_EPISODES
    ),
    ("area", "greedy"): Phrase("Mean height of the curve of greedy evaluations"),
    ("area", "training"): Phrase("Mean height of the curve of training returns"),
}


def basis_words(comparison: Comparison) -> Phrase:
    """What the groups were judged by: which returns, up to which step, how many are left out."""
    words = Phrase(
        "{what} up to step {step:,}, which all seeds have reached.",
        what=_BASES[comparison.metric, comparison.measure],
        step=comparison.until,
    )
    if not comparison.left_out:
        return words
    left_out = Phrase(
        "1 seed is left out: diverged, stopped, or without a return so far."
        if comparison.left_out == 1
        else "{count} seeds are left out: diverged, stopped, or without a return so far.",
        count=comparison.left_out,
    )
    return paragraph((words, left_out))


def best_of_words(count: int) -> Phrase:
    """A warning about the best of so many groups; "" if they are two at most.

    The largest of several noisy numbers is too large on average (the winner's curse).
    """
    if count < 3:
        return Phrase("")
    return Phrase(
        "The best of {count} is partly the luckiest: with further seeds its lead is smaller.",
        count=count,
    )


def _of_100(share: float) -> str:
    return f"{100 * share:.0f}"
