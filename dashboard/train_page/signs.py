"""The signs of a run's health: each has its number, its trend, its status and what it says."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from dashboard.session.run import Run
from dashboard.train_page.reward_sums import MEASURED_EPISODES, common_return, largest_reward_sum
from dashboard.train_page.updates import Updates, judged
from dashboard.web.language import _
from dqn_core.base.numbers import UNKNOWN, number, percent
from dqn_core.diagnostics import DORMANT_BELOW, shares_of_batch

Level = Literal["wait", "good", "watch", "bad"]

SAMPLED_AGES = 256
"""At equal distances from the newest transition to the oldest."""


@dataclass(frozen=True)
class TrendLine:
    """A sign over the run, oldest first."""

    name: str
    values: list[float]


@dataclass(frozen=True)
class Sign:
    """One sign of health: ``value`` is the number as it is shown."""

    name: str
    value: str
    detail: str
    status: Level
    sentence: str
    trend: tuple[TrendLine, ...] = ()
    shares: tuple[float, ...] = ()  # of a batch, drawn as bars


def signs(run: Run, member: int = 0) -> list[Sign]:
    """All signs of a member, from the run's history and its replay's counters."""
    updates = Updates.of(run, member)
    scale = RewardScale(largest_reward_sum(run, member), run.trainer.stops[member] is not None)
    return [
        _rewards(run, member),
        _q_values(updates, scale),
        _td_error(updates, scale),
        _fill(run, member, updates),
        _age(run, member, updates),
        *_shares(run, member),
        _update_ratio(updates),
        _target_distance(updates),
        _dormant(updates, len(run.trainer.learner.online.shape.hidden_dims)),
    ]


def status_of(value: float | None, watch: float, bad: float) -> Level:
    """Where a value stands that is better the smaller it is; None is not known yet."""
    if value is None:
        return "wait"
    # Not `value >= bad`: NaN is bad, too.
    if not value < bad:
        return "bad"
    return "good" if value < watch else "watch"


@dataclass(frozen=True)
class RewardScale:
    """By what a member's values are judged: the ``largest`` discounted sum of its rewards."""

    largest: float | None
    has_stopped: bool

    def added_to(self, what: str) -> str:
        """``what`` with the reward sum."""
        if self.largest is None:
            return what
        return _("{what}; largest discounted reward sum {sum}", what=what, sum=number(self.largest))

    def status_of(self, values: np.ndarray, watch: float, bad: float) -> Level:
        """By their size relative to the reward sums, which do not grow with the values."""
        if self.has_stopped:
            return "bad"
        size = judged(np.abs(values))
        if not self.largest or size is None:
            return "wait"
        return status_of(size / abs(self.largest), watch, bad)


def _rewards(run: Run, member: int) -> Sign:
    """Whether anything has happened yet that tells good actions from bad ones."""
    episodes, common = run.trainer.episodes[member], common_return(run, member)
    newest = run.history.episodes.columns(-MEASURED_EPISODES * run.trainer.members)
    own = newest["return"][newest["member"] == member]
    alike = 0 if common is None else episodes
    return Sign(
        _("Difference in rewards"),
        _span(own),
        _("return of the newest {count:,} episodes", count=len(own))
        if len(own) > 1
        else _("return of an episode"),
        status_of(alike, 10, 100) if episodes else "wait",
        _(
            "Every episode so far had the return {total}. As long as all returns are equal, the "
            "agent can hardly learn which actions are good: explore more, or for longer.",
            total=number(common),
        )
        if common is not None and alike >= 10
        else _(
            "The agent learns from differences in reward. 10 episodes with equal returns are a "
            "warning, 100 are bad."
        ),
    )


def _span(values: np.ndarray) -> str:
    """From the smallest to the largest."""
    if not len(values):
        return UNKNOWN
    low, high = number(float(values.min())), number(float(values.max()))
    return low if low == high else _("{low} to {high}", low=low, high=high)


def _q_values(updates: Updates, scale: RewardScale) -> Sign:
    newest = updates.newest["mean_q"]
    return Sign(
        _("Size of Q-values"),
        _number(newest),
        scale.added_to(_("mean max Q of a batch")),
        scale.status_of(newest, 1.5, 3.0),
        _(
            "Q estimates the discounted sum of the coming rewards. If |Q| is above 1.5 times the "
            "largest |sum| of the newest {count} episodes, Q is too large; above 3 times, it "
            "diverges.",
            count=MEASURED_EPISODES,
        ),
        (_line(_("mean max Q"), updates.trend["mean_q"]),),
    )


def _td_error(updates: Updates, scale: RewardScale) -> Sign:
    low, middle, high = (f"td_error_p{rank}" for rank in (10, 50, 90))
    newest, trend = updates.newest, updates.trend
    spread = _(
        "median of |δ|, {share} lie between {low} and {high}",
        share=percent(0.8),
        low=_number(newest[low]),
        high=_number(newest[high]),
    )
    return Sign(
        _("TD error"),
        _number(newest[middle]),
        scale.added_to(spread),
        scale.status_of(newest[high], 0.5, 1.0),
        _(
            "How far Q is from its target. The 90th percentile of |δ| should be below half of the "
            "largest |discounted reward sum|; above the whole of it, that is bad."
        ),
        (_line(_("median"), trend[middle]), _line(_("90th percentile"), trend[high])),
    )


def _fill(run: Run, member: int, updates: Updates) -> Sign:
    size, capacity = len(run.trainer.replay), run.trainer.replay.capacity
    ended = _episodes_since(run, member, run.trainer.env_step - size)
    held = ended + bool(run.trainer.current_length(member))
    # While it fills up, few episodes are all there are.
    small = 1 / held if held and size == capacity else None
    return Sign(
        _("Replay fill"),
        percent(size / capacity),
        _(
            "{size:,} of {capacity:,} transitions, of {count:,} episodes",
            size=size,
            capacity=capacity,
            count=held,
        )
        if held > 1
        else _("{size:,} of {capacity:,} transitions", size=size, capacity=capacity),
        status_of(small, 1 / 10, 1 / 3) if size == capacity else "good" if size else "wait",
        _(
            "A batch should mix many episodes. If the full buffer holds fewer than 10 episodes, "
            "its transitions are much alike; fewer than 3 is bad."
        ),
        (_line(_("fill"), np.minimum(updates.trend["env_step"], capacity) / capacity),),
    )


def _episodes_since(run: Run, member: int, env_step: int) -> int:
    """How many episodes of the member ended after that step, read from the newest backwards."""
    wanted = MEASURED_EPISODES * run.trainer.members
    while True:
        newest = run.history.episodes.columns(-wanted)
        if len(newest["member"]) < wanted or newest["env_step"][0] <= env_step:
            is_own = newest["member"] == member
            return int(np.count_nonzero(is_own & (newest["env_step"] > env_step)))
        wanted *= 2


def _age(run: Run, member: int, updates: Updates) -> Sign:
    """One transition is stored at each step; the sampler says how likely each is drawn."""
    trainer, made = run.trainer, updates.trend["gradient_update"]
    steps = updates.trend["env_step"]
    stored = trainer.env_step - np.linspace(0, max(0, len(trainer.replay) - 1), SAMPLED_AGES)
    known = np.append(steps, trainer.env_step), np.append(made, trainer.gradient_updates)
    ages = trainer.gradient_updates - np.interp(stored, *known, left=0.0)
    middle = steps - np.minimum(steps, trainer.replay.capacity) / 2
    means = made - np.interp(middle, *known, left=0.0)
    contents = trainer.replay.contents
    order = np.linspace(max(0, contents.size - 1), 0, SAMPLED_AGES).astype(int)
    chances = trainer.replay.sampler.chances(contents, member, order)
    return Sign(
        _("Age of sampled transitions"),
        f"{np.average(ages, weights=chances):,.0f}",
        _("gradient updates since they were stored, on average; oldest {age:,.0f}", age=ages[-1]),
        status_of(float(ages[-1]), 250_000, 2_500_000) if trainer.gradient_updates else "wait",
        _(
            "Old transitions come from an older policy. If the oldest is 250,000 gradient updates "
            "old, learning gets slower; 2.5 million is bad (Fedus et al. 2020)."
        ),
        () if run.config.sampling == "prioritised" else (_line(_("mean age"), means),),
    )


def _shares(run: Run, member: int) -> list[Sign]:
    """What a prioritised batch is drawn from: nothing where priorities play no part."""
    shares = shares_of_batch(run.trainer.replay, member)
    if shares is None:
        return []
    by_age, by_error = shares
    sentence = _(
        "Each bar is a tenth of the stored transitions; the line is {tenth}, its share in uniform "
        "sampling. If one tenth fills more than half of a batch, the network fits few transitions: "
        "lower the priority exponent; {most} is bad.",
        tenth=percent(0.1),
        most=percent(0.9),
    )
    return [
        Sign(
            name,
            percent(float(values[-1])),
            detail,
            status_of(float(values.max()), 0.5, 0.9),
            sentence,
            shares=tuple(float(f"{value:.4g}") for value in values),
        )
        for name, values, detail in (
            (
                _("Batch by age"),
                by_age,
                _("of a batch from the newest tenth; bars from the oldest to the newest"),
            ),
            (
                _("Batch by TD error"),
                by_error,
                _(
                    "of a batch from the tenth with the largest |δ|; bars from the smallest to the "
                    "largest"
                ),
            ),
        )
    ]


def _update_ratio(updates: Updates) -> Sign:
    newest = updates.newest["update_ratio"]
    recent = judged(newest)
    too_small = recent is not None and recent < 1e-5
    return Sign(
        _("Update-to-weight ratio"),
        _number(newest),
        _("length of an Adam step divided by length of the weights"),
        "watch" if too_small else status_of(recent, 5e-3, 3e-2),
        _(
            "About 0.001 is usual. Above 0.005 the steps are large, and above 0.03 they destroy "
            "what was learnt; below 0.00001 the network hardly learns."
        ),
        (_line(_("ratio"), updates.trend["update_ratio"]),),
    )


def _target_distance(updates: Updates) -> Sign:
    newest = updates.newest["target_distance"]
    recent = judged(newest)
    return Sign(
        _("Distance to target network"),
        _percent(newest),
        _("of the length of the weights"),
        "bad" if recent == 0 else status_of(recent, 0.25, 0.5),
        _(
            "The target network should be a little behind. At 0 it equals the online network, and "
            "Q-values may diverge; from {watch} on it is out of date, from {bad} on that is bad.",
            watch=percent(0.25),
            bad=percent(0.5),
        ),
        (_line(_("distance"), updates.trend["target_distance"]),),
    )


def _dormant(updates: Updates, depth: int) -> Sign:
    layers = range(1, depth + 1)
    newest = [updates.newest[f"dormant_{layer}"] for layer in layers]
    shares = [share for share in map(judged, newest) if share is not None]
    return Sign(
        _("Dormant units"),
        " · ".join(map(_percent, newest)) if len(newest[0]) else UNKNOWN,
        _(
            "of hidden layer {layers}: score at most {limit} (Sokar et al. 2023, eq. 1)",
            layers=" · ".join(map(str, layers)),
            limit=DORMANT_BELOW,
        ),
        status_of(max(shares, default=None), 0.7, 0.9),
        _(
            "Units that are hardly ever active. Half of the last layer is usual on small tasks; "
            "from {watch} on the network can learn less, from {bad} on that is bad.",
            watch=percent(0.7),
            bad=percent(0.9),
        ),
        tuple(
            _line(_("layer {number}", number=layer), updates.trend[f"dormant_{layer}"])
            for layer in layers
        ),
    )


def _line(name: str, values: np.ndarray) -> TrendLine:
    """Four digits are enough to draw; what is not finite cannot be."""
    return TrendLine(name, [float(f"{value:.4g}") for value in values if np.isfinite(value)])


def _number(values: np.ndarray) -> str:
    return number(float(values[-1])) if len(values) else UNKNOWN


def _percent(values: np.ndarray) -> str:
    return percent(float(values[-1])) if len(values) else UNKNOWN
