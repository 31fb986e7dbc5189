"""What a step asks of a run, as ``greedy return >= 475 within 20,000 steps``, and its judgement."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Literal, TypeAlias

import numpy as np

from dashboard.session.returns import average_returns, counted_rows, newest_of_each, over_members
from dqn_core.base.errors import ConfigurationError, excerpt
from dqn_core.trainer import Trainer

State: TypeAlias = Literal["open", "met", "missed"]
Sign: TypeAlias = Literal[">=", "<="]

SMOOTHING = 0.9
"""Weight of the past in the return of training that a check speaks of."""

_PATTERN = re.compile(
    r"(?P<quantity>[a-z][a-z ]*?)\s*(?P<sign>>=|<=|≥|≤)\s*(?P<bound>\S+)"
    r"(?:\s+within\s+(?P<limits>.+))?",
    re.IGNORECASE,
)
_LIMIT = re.compile(r"(?P<count>[\d,]{1,12})\s+(?P<unit>steps?|runs?)", re.IGNORECASE)
EXAMPLE = "greedy return >= 475 within 20,000 steps"


@dataclass(frozen=True)
class Check:
    """``quantity`` is to reach ``bound`` within so many environment ``steps`` of a run, and within
    so many ``runs`` that are begun in the step; None is no limit."""

    quantity: str
    sign: Sign
    bound: float
    steps: int | None = None
    runs: int | None = None

    def reaches(self, value: float) -> bool:
        """Whether a value is on the right side of the bound; NaN is not."""
        return value >= self.bound if self.sign == ">=" else value <= self.bound


@dataclass(frozen=True)
class Checked:
    """How far a run is: ``value`` is the best so far, NaN where there is none yet; ``run`` is its
    number among those begun in the step."""

    state: State
    value: float
    run: int


def judged(check: Check, trainers: Sequence[Trainer], run: int = 1) -> Checked:
    """What a run has come to; ``run`` is its number among those begun in the step.

    Of a race in turns there are several ``trainers``, judged as if they trained side by side.
    """
    values = QUANTITIES[check.quantity](trainers, check.steps)
    best = max if check.sign == ">=" else min
    value = best((v for v in values if not math.isnan(v)), default=math.nan)
    if check.runs is not None and run > check.runs:
        return Checked("missed", value, run)
    if check.reaches(value):
        return Checked("met", value, run)
    is_over = check.steps is not None and _env_step(trainers) > check.steps
    has_ended = is_over or all(trainer.finished() for trainer in trainers)
    return Checked("missed" if has_ended else "open", value, run)


def read_check(text: str) -> Check:
    """The check that a person wrote; raises `ConfigurationError`, in one sentence."""
    found = _PATTERN.fullmatch(text.strip())
    if not found:
        raise ConfigurationError(
            "The check {check!r} is not understood: write it as {example}.",
            check=excerpt(text.strip()),
            example=EXAMPLE,
        )
    quantity = " ".join(found["quantity"].lower().split())
    if quantity not in QUANTITIES:
        raise ConfigurationError(
            "A check cannot speak of {quantity!r}: choose of {quantities}.",
            quantity=excerpt(quantity),
            quantities=", ".join(QUANTITIES),
        )
    bound = read_number(found["bound"])
    if bound is None:
        raise ConfigurationError(
            "The check's bound {bound!r} is no number: write it as {example}.",
            bound=excerpt(found["bound"]),
            example=EXAMPLE,
        )
    sign: Sign = ">=" if found["sign"] in (">=", "≥") else "<="
    return Check(quantity, sign, bound, **_limits(found["limits"] or ""))


def written_check(check: Check) -> str:
    """A text that `read_check` reads back."""
    counts = ((check.steps, "steps"), (check.runs, "runs"))
    limits = " and ".join(f"{count:,} {unit}" for count, unit in counts if count is not None)
    within = f" within {limits}" if limits else ""
    return f"{check.quantity} {check.sign} {check.bound:.12g}{within}"


def read_number(text: str) -> float | None:
    """A finite number that a person wrote, with commas between thousands or not; else None."""
    plain = text.strip().replace("−", "-")
    if re.fullmatch(r"[-+]?\d{1,3}(,\d{3})+(\.\d*)?", plain):
        plain = plain.replace(",", "")
    try:
        value = float(plain)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _limits(text: str) -> dict[str, int]:
    limits: dict[str, int] = {}
    for part in re.split(r"\s+and\s+", text) if text else ():
        found = _LIMIT.fullmatch(part.strip())
        count = int(found["count"].replace(",", "") or 0) if found else 0
        if not found or not 1 <= count <= 10_000_000:
            raise ConfigurationError(
                "The check's limit {limit!r} is not understood: write it as 20,000 steps, as 10 "
                "runs, or as both with “and” between.",
                limit=excerpt(part),
            )
        limits[found["unit"].lower().rstrip("s") + "s"] = count
    return limits


Values: TypeAlias = Callable[[Sequence[Trainer], int | None], Sequence[float]]
"""What a run has come to until a step, or all of it: one value, or one for each time."""


def _env_step(trainers: Sequence[Trainer]) -> int:
    """The environment step that all have reached."""
    return min(trainer.env_step for trainer in trainers)


def _of_evaluations(column: str) -> Values:
    """Over the members that are counted, at each greedy evaluation that all of them have had."""

    def values(trainers: Sequence[Trainer], until: int | None) -> list[float]:
        names = ("env_step", column)
        tables = [counted_rows(trainer, "evaluations", names) for trainer in trainers]
        reached = min(max(rows["env_step"], default=0) for rows in tables)
        last = reached if until is None else min(reached, until)
        steps = np.concatenate([rows["env_step"] for rows in tables])
        found = np.concatenate([rows[column] for rows in tables])
        return [over_members(found[steps == s].tolist()) for s in np.unique(steps[steps <= last])]

    return values


def _now(value: Callable[[Sequence[Trainer]], float]) -> Values:
    """A quantity that is known only now: nothing once the run is beyond the step."""

    def values(trainers: Sequence[Trainer], until: int | None) -> list[float]:
        return [] if until is not None and _env_step(trainers) > until else [value(trainers)]

    return values


def average_return(trainers: Sequence[Trainer]) -> float:
    """The smoothed return of training at the members' newest episodes."""
    of_each = [
        average_returns(trainer.history.episodes.columns, trainer.counted, SMOOTHING)
        for trainer in trainers
    ]
    return over_members([*chain(*of_each)])


def _max_q(trainers: Sequence[Trainer]) -> float:
    newest = [
        rows
        for trainer in trainers
        for rows in newest_of_each(trainer.history.updates.columns, ["mean_q"], trainer.counted, 1)
    ]
    return over_members([float(value) for rows in newest for value in rows["mean_q"]])


def _changes(trainers: Sequence[Trainer]) -> float:
    columns = trainers[0].history.changes.columns()  # each change reaches all of them
    return len(set(zip(columns["env_step"].tolist(), columns["name"].tolist(), strict=True)))


QUANTITIES: dict[str, Values] = {
    "greedy return": _of_evaluations("mean_return"),
    "predicted return": _of_evaluations("predicted"),
    "obtained return": _of_evaluations("obtained"),
    "training return": _now(average_return),
    "max q": _now(_max_q),
    "steps": _now(_env_step),
    "episodes": _now(lambda trainers: min(trainer.fewest_episodes for trainer in trainers)),
    "changes": _now(_changes),
}
"""What a check can speak of, by the words for it."""
