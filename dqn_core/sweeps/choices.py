"""How a sweep comes to its points, and what ends a trial early: on command line and pages."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from dqn_core.base.phrases import Phrase

Way: TypeAlias = Literal["grid", "random", "optuna"]
Pruner: TypeAlias = Literal["median", "hyperband", "none"]


@dataclass(frozen=True)
class Choice:
    """One of several: its ``label``, what it does, and what a person gives the number of, or ""."""

    label: str
    help: str
    counted: str = ""


WAYS: dict[Way, Choice] = {
    "grid": Choice(Phrase("Grid"), Phrase("Every combination of the values.")),
    "random": Choice(
        Phrase("Random"),
        Phrase(
            "So many points of a Sobol sequence, within the ranges and among the listed values, "
            "instead of every combination."
        ),
        Phrase("Number of points"),
    ),
    "optuna": Choice(
        Phrase("Search"),
        Phrase(
            "Optuna (TPE) chooses the point of each of so many trials by those before it, within "
            "the ranges and among the listed values, by the area under the greedy curves."
        ),
        Phrase("Number of trials"),
    ),
}
"""How the points are chosen."""

PRUNERS: dict[Pruner, Choice] = {
    "median": Choice(
        Phrase("Median"),
        Phrase("A trial ends early whose greedy return is below the median of those before it."),
    ),
    "hyperband": Choice(
        Phrase("Hyperband"),
        Phrase("Many trials end after a short time, and the best of them go on (Li et al. 2018)."),
    ),
    "none": Choice(Phrase("Nothing"), Phrase("Every trial goes on to its end.")),
}
"""What ends a trial of a search early, by its greedy evaluations."""

USUAL_PRUNER: Pruner = "median"
