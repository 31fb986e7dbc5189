"""Health of a run: six signs, each with its number, its trend, its status and what it says."""

import json
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
import streamlit as st

from dashboard.feed import INSIDE_SECONDS, offer
from dashboard.run import Run
from dashboard.static_files import loader, publish
from dqn_core.diagnostics import sample_age

Level = Literal["wait", "good", "watch", "bad"]

JUDGED = 10
"""Rows of the table of updates whose median is judged: single ones swing with the batch."""

TREND_POINTS = 60
"""At most so many rows make a trend, besides the newest."""

_ASSETS = Path(__file__).resolve().parent.parent / "assets"
_PARTS = ("health.js", "feed.js", "paper.js", "health.css")
_component = st.components.v2.component(
    "dqn_lab_health", js=loader(publish(*(_ASSETS / name for name in _PARTS))), isolate_styles=False
)


@dataclass(frozen=True)
class Line:
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
    trend: tuple[Line, ...] = ()


class Trend:
    """Rows at even distances from columns that grow; each is read once.

    Whoever reads all over a long history again and again keeps all of it in memory.
    """

    def __init__(self) -> None:
        self._distance = 1
        self._rows: dict[str, np.ndarray] = {}
        self._lock = threading.Lock()  # a page may ask again before it has its answer

    def of(self, columns: Mapping[str, np.ndarray], own: np.ndarray) -> dict[str, np.ndarray]:
        """At most ``TREND_POINTS`` of the rows ``own``, and the newest of them."""
        length = len(own)
        with self._lock:
            while length > TREND_POINTS * self._distance:
                self._distance *= 2
                self._rows = {name: rows[::2] for name, rows in self._rows.items()}
            known = len(self._rows.get("member", ())) * self._distance
            for name, column in columns.items():
                self._rows[name] = np.append(
                    self._rows.get(name, column[:0]), column[own[known :: self._distance]]
                )
            if (length - 1) % self._distance == 0:  # the newest is among them
                return dict(self._rows)
            return {
                name: np.append(rows, columns[name][own[-1:]]) for name, rows in self._rows.items()
            }


@lru_cache(256)
def _trend(_run_id: str, _member: int) -> Trend:
    """That member's, of a history that only grows."""
    return Trend()


@dataclass(frozen=True)
class Updates:
    """What is needed of one member's rows in the table of updates, however long that is."""

    trend: dict[str, np.ndarray]
    newest: dict[str, np.ndarray]  # the last JUDGED rows

    @classmethod
    def of(cls, run: Run, member: int) -> "Updates":
        trend = _trend(run.id, member)  # first: of a run that is rewound meanwhile it is given up
        columns = run.history.updates.columns()
        own = np.flatnonzero(columns["member"] == member)
        newest = {name: column[own[-JUDGED:]] for name, column in columns.items()}
        return cls(trend.of(columns, own), newest)


def health(run: Run, member: int = 0) -> None:
    """All signs of one member, renewed by the browser while the run is under way."""

    def news(_: Mapping[str, str]) -> bytes:
        return json.dumps([asdict(sign) for sign in signs(run, member)]).encode()

    _component(key="health", data=offer("health", news, INSIDE_SECONDS if run.is_active else 0))


def signs(run: Run, member: int = 0) -> list[Sign]:
    """The six signs, from the run's history and its replay's counters."""
    updates = Updates.of(run, member)
    return [
        _fill(run, member, updates),
        _age(run, updates),
        _td_error(updates),
        _update_ratio(updates),
        _target_distance(updates),
        _dormant(updates),
    ]


def status_of(value: float | None, watch: float, bad: float) -> Level:
    """Where a value stands that is better the smaller it is; None is not known yet."""
    if value is None:
        return "wait"
    # Turned round, so that a NaN is bad.
    if not value < bad:
        return "bad"
    return "good" if value < watch else "watch"


def _fill(run: Run, member: int, updates: Updates) -> Sign:
    size, capacity = len(run.trainer.replay), run.trainer.replay.capacity
    episodes = run.history.episodes.columns()
    oldest = run.trainer.env_step - size
    since = np.searchsorted(episodes["env_step"], oldest, side="right")
    ended = int(np.count_nonzero(episodes["member"][since:] == member))
    held = ended + bool(run.trainer.current_length(member))
    # While it fills up, few episodes are all there are.
    small = 1 / held if held and size == capacity else None
    return Sign(
        "Replay fill",
        f"{size / capacity:.0%}".replace("%", " %"),
        f"{size:,} of {capacity:,} transitions" + (f", of {held:,} episodes" if held > 1 else ""),
        status_of(small, 1 / 10, 1 / 3) if size == capacity else "good" if size else "wait",
        "A batch should mix many episodes. When full, fewer than 10 recent episodes' worth is "
        "little, fewer than 3 is bad: its transitions are alike.",
        (_line("fill", np.minimum(updates.trend["env_step"], capacity) / capacity),),
    )


def _age(run: Run, updates: Updates) -> Sign:
    mean, oldest = sample_age(run.trainer.replay)
    config = run.config
    behind = oldest * config.gradient_steps / config.train_frequency
    ages = np.minimum(updates.trend["env_step"], run.trainer.replay.capacity) / 2
    return Sign(
        "Age of what is sampled",
        f"{mean:,.0f}",
        f"environment steps on average, the oldest {oldest:,}",
        status_of(behind, 250_000, 2_500_000) if oldest else "wait",
        "Old transitions show what an older policy did. From 250,000 gradient updates on the "
        "oldest slow learning, 2.5 million are bad (Fedus et al. 2020).",
        (_line("mean age", ages),),
    )


def _td_error(updates: Updates) -> Sign:
    low, middle, high = (f"td_error_p{rank}" for rank in (10, 50, 90))
    newest, trend = updates.newest, updates.trend
    return Sign(
        "TD error",
        _number(newest[middle]),
        f"median of |δ|; 80 % lie between {_number(newest[low])} and {_number(newest[high])}",
        status_of(_judged(newest[high] / (1 + np.abs(newest["mean_q"]))), 0.5, 1.0),
        "How far Q is from its target. The largest tenth should stay under half of 1 + mean "
        "max Q; when it is as large as that, the values do not fit together.",
        (_line("median", trend[middle]), _line("90 % quantile", trend[high])),
    )


def _update_ratio(updates: Updates) -> Sign:
    newest = updates.newest["update_ratio"]
    recent = _judged(newest)
    too_small = recent is not None and recent < 1e-5
    return Sign(
        "Update to weight",
        _number(newest),
        "length of an Adam step over length of the weights",
        "watch" if too_small else status_of(recent, 5e-3, 3e-2),
        "About 0.001 is usual. Above 0.005 the steps are large and above 0.03 they wipe out "
        "what was learnt; below 0.00001 hardly anything is.",
        (_line("ratio", updates.trend["update_ratio"]),),
    )


def _target_distance(updates: Updates) -> Sign:
    newest = updates.newest["target_distance"]
    recent = _judged(newest)
    return Sign(
        "Distance to target network",
        _percent(newest),
        "of the length of the weights",
        "bad" if recent == 0 else status_of(recent, 0.25, 0.5),
        "Small steps behind is right. At 0 there is no target network and values may run away; "
        "from 25 % on it teaches what is long outdated, from 50 % on it is bad.",
        (_line("distance", updates.trend["target_distance"]),),
    )


def _dormant(updates: Updates) -> Sign:
    first, second = updates.newest["dormant_1"], updates.newest["dormant_2"]
    judged = [value for value in (_judged(first), _judged(second)) if value is not None]
    return Sign(
        "Dormant units",
        f"{_percent(first)} · {_percent(second)}" if len(first) else "–",
        "of hidden layer 1 · 2, with a score of at most τ = 0.025 (Sokar et al. 2023, eq. 1)",
        status_of(max(judged, default=None), 0.7, 0.9),
        "Units that hardly answer to anything. Half of layer 2 is usual on small tasks; from "
        "70 % on, or rising, the network loses the room to learn; 90 % is bad.",
        (
            _line("layer 1", updates.trend["dormant_1"]),
            _line("layer 2", updates.trend["dormant_2"]),
        ),
    )


def _judged(values: np.ndarray) -> float | None:
    """The median of the newest rows, or None while there are too few."""
    return float(np.median(values)) if len(values) == JUDGED else None


def _line(name: str, values: np.ndarray) -> Line:
    """Four digits are enough to draw; what is not finite cannot be."""
    return Line(name, [float(f"{value:.4g}") for value in values if np.isfinite(value)])


def _number(values: np.ndarray) -> str:
    return f"{values[-1]:.3g}" if len(values) else "–"


def _percent(values: np.ndarray) -> str:
    return f"{values[-1]:.1%}".replace("%", " %") if len(values) else "–"
