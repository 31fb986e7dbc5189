"""The Train page's figures: the numbers of the moment, and how far the run is."""

import math
from collections.abc import Sequence
from typing import TypedDict

from dashboard.session.budgets import budgets, first_to_end
from dashboard.session.returns import average_returns, greedy_returns, kind_of_mean, over_members
from dashboard.session.run import Run, Status
from dashboard.session.turns import Turns
from dashboard.session.words import clock
from dashboard.web.language import _
from dqn_core.base.numbers import UNKNOWN, number, setting
from dqn_core.exploration import epsilon_at
from dqn_core.learner import learning_rate_at


class Budget(TypedDict):
    """How far the run is in the budget that ends it first."""

    name: str
    done: float
    total: float


class FiguresShown(TypedDict):
    """Each number with its label before it; ``where`` says in words how far the run is."""

    numbers: dict[str, tuple[str, str]]
    status: Status
    where: str
    budget: Budget


def figures_of(turns: Turns, smoothing: float) -> FiguresShown:
    """The figures of the run, or of the value of a race in turns that does best at the moment."""
    status = turns.status  # first: what is read after "paused" stays
    if len(turns.runs) == 1:
        return figures(turns.first, smoothing)
    arms = [arm for arm in turns.arms if turns.goes_on(arm)] or turns.arms
    best = max(arms, key=lambda arm: _standing(turns.runs[arm.run], smoothing))
    return {**figures(turns.runs[best.run], smoothing, best.label), "status": status}


def _standing(run: Run, smoothing: float) -> tuple[bool, float]:
    _, averages = _best(run, smoothing)
    return bool(averages), over_members(averages)


def figures(run: Run, smoothing: float, arm: str = "") -> FiguresShown:
    """The numbers of the moment, and how far the run is.

    ``smoothing`` is the weight of the past in the average return, as in the charts. ``arm`` is the
    run's name in a race.
    """
    status = run.status  # first: what is read after "paused" stays
    step, trainer = run.trainer.env_step, run.trainer
    members, averages = _best(run, smoothing)
    config = trainer.configs[members[0]]
    budget = first_to_end(run)
    speed = (
        _("{speed:,.0f} each", speed=run.measured_speed)
        if trainer.members > 1
        else f"{run.measured_speed:,.0f}"
    )
    return {
        "numbers": {
            "average_return": (average_name(smoothing), number(over_members(averages))),
            "greedy_return": (
                _("Greedy return"),
                number(over_members(greedy_returns(run, members))),
            ),
            "epsilon": ("ε", number(epsilon_at(config, step))),
            "learning_rate": ("α", number(learning_rate_at(config, step))),
            "speed": (_("Steps per second"), speed),
            "time_left": (_("Time left"), _time_left(run, budget.seconds_left)),
        },
        "status": status,
        "where": " · ".join([_where(run), *_remarks(run, members, arm)]),
        "budget": {
            "name": _(budget.label),
            "done": budget.done,
            "total": budget.total,
        },
    }


def _best(run: Run, smoothing: float) -> tuple[Sequence[int], list[float]]:
    """The members that the numbers are about, with their average returns.

    They are all that are counted. In a race they are those of the value with the best average: a
    mean over all its values would hide it.
    """
    trainer = run.trainer
    alike = [[p for p in arm.members if p in trainer.counted] for arm in run.arms]
    of_each = [
        (members, average_returns(trainer.history.episodes.columns, members, smoothing))
        for members in filter(None, alike or [trainer.counted])
    ]
    return max(of_each, key=lambda pair: (bool(pair[1]), over_members(pair[1])))


def _time_left(run: Run, seconds: float | None) -> str:
    """Until the budget is used up at the recent pace; a run that has failed goes nowhere."""
    if run.status is Status.FINISHED:
        return clock(0)
    return UNKNOWN if seconds is None or run.status is Status.FAILED else clock(seconds)


def average_name(smoothing: float) -> str:
    """The name of the average return."""
    return (
        _("Return (smoothed {weight})", weight=setting(smoothing))
        if smoothing
        else _("Return of the newest episode")
    )


def _where(run: Run) -> str:
    """Where the run is, with the budgets that are set."""
    config, trainer = run.config, run.trainer
    ended, limit = trainer.fewest_episodes, config.total_episodes
    now = ended if limit and ended >= limit else ended + 1
    step, episode = _of(trainer.env_step, config.total_steps), _of(now, limit)
    parts = [_("Environment step {step}", step=step)]
    parts.append(
        _("episode {episode} or later", episode=episode)
        if trainer.members > 1
        else _("episode {episode}", episode=episode)
    )
    if config.total_seconds:
        parts.append(
            _(
                "{done} of {total} of training",
                done=clock(trainer.seconds),
                total=clock(config.total_seconds),
            )
        )
    return _(", ").join(parts)


def _of(done: int, total: int) -> str:
    if not total:
        return f"{done:,}"
    if done <= total:
        return _("{done:,} of {total:,}", done=done, total=total)
    return _("{done:,} with a budget of {total:,}", done=done, total=total)


def _remarks(run: Run, members: Sequence[int], label: str) -> list[str]:
    """Which budget ends it, how far it is from solving its task, and what the numbers are of."""
    remarks, trainer = [], run.trainer
    if len(budgets(run)) > 1:
        budget = _(first_to_end(run).label).lower()
        remarks.append(_("the {budget} ends it first", budget=budget))
    threshold, solved_at = trainer.spec.reward_threshold, trainer.evaluations.solved_at
    if arms := run.arms:
        label = next(arm.label for arm in arms if members[0] in arm.members)
    if label:
        return [
            *remarks,
            _(
                "numbers are of {value}, the best at the moment: {kind_of_mean}",
                value=label,
                kind_of_mean=kind_of_mean(len(members)),
            ),
        ]
    if solved_at is not None:
        remarks.append(_("solved at step {step:,}", step=solved_at))
    elif threshold is not None and math.isfinite(threshold) and len(trainer.history.evaluations):
        remarks.append(
            _("solved when the greedy return reaches {threshold}", threshold=number(threshold))
        )
    if trainer.members > 1:
        remarks.append(
            _("returns are the {kind_of_mean}", kind_of_mean=kind_of_mean(len(trainer.counted)))
        )
    return remarks
