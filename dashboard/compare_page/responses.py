"""How what a sweep came to depends on its values: a response of one axis, a surface of two."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dashboard.session.words import named_value, show
from dashboard.web.language import _, said
from dqn_core import HYPERPARAMETERS
from dqn_core.base.numbers import UNKNOWN, number
from dqn_core.base.statistics import bootstrap_interval, interquartile_mean
from dqn_core.comparison import Comparison
from dqn_core.configuration.hyperparameter import Value
from dqn_core.sweeps.axis import Axis
from dqn_core.sweeps.plan import Point

MARGIN = {"l": 8, "r": 8, "t": 40, "b": 8}
"""Above is room for what Plotly can do, which would cover the best point."""

TICKS = [digit * 10.0**power for power in range(-7, 8) for digit in (1, 2, 5)]
"""What a logarithmic axis names: by itself Plotly writes 100µ, 2, 3, 4."""


@dataclass(frozen=True)
class Cell:
    """What the seeds with some values came to: their ``scores``, those alone that count."""

    values: tuple[Value, ...]
    scores: tuple[float, ...]

    @property
    def score(self) -> float:
        """The interquartile mean of the scores, NaN where there are none."""
        return interquartile_mean(self.scores) if self.scores else np.nan

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % bootstrap interval of the score; of one seed there is none."""
        if len(self.scores) < 2:
            return np.nan, np.nan
        return bootstrap_interval(self.scores)

    @property
    def words(self) -> str:
        """``312, 95 % interval 300 to 320, 5 seeds``."""
        if not self.scores:
            return _("no finished seed that counts")
        score, seeds = number(self.score), seed_count(len(self.scores))
        low, high = self.interval
        if not np.isfinite(low):
            return _("{score}, {seeds}", score=score, seeds=seeds)
        return _(
            "{score}, 95 % interval {low} to {high}, {seeds}",
            score=score,
            low=number(low),
            high=number(high),
            seeds=seeds,
        )


def cells(axes: Sequence[Axis], comparison: Comparison) -> list[Cell]:
    """The seeds put together by their values of these axes, whatever the others are."""
    found: dict[tuple[Value, ...], list[float]] = {}
    for standing in comparison.standings:
        values = tuple(getattr(standing.group.config, axis.name) for axis in axes)
        found.setdefault(values, []).extend(standing.counted.tolist())
    return [Cell(values, tuple(scores)) for values, scores in found.items()]


def response(axis: Axis, comparison: Comparison, colour: str) -> go.Figure:
    """The score of each value with its interval."""
    found = sorted(cells([axis], comparison), key=lambda cell: axis.order(cell.values[0]))
    of_each = np.array([cell.interval for cell in found]).reshape(-1, 2)
    scores = np.array([cell.score for cell in found])
    figure = go.Figure(
        go.Scatter(
            x=[cell.values[0] for cell in found] if axis.is_of_numbers else _shown(found),
            y=scores,
            mode="lines+markers",
            line={"color": colour},
            marker={"size": 9},
            error_y={
                "type": "data",
                "array": np.nan_to_num(of_each[:, 1] - scores),
                "arrayminus": np.nan_to_num(scores - of_each[:, 0]),
            },
            text=[_hover(cell, [axis]) for cell in found],
            hovertemplate="%{text}<extra></extra>",
        )
    )
    figure.update_layout(
        height=330,
        margin=MARGIN,
        xaxis=_scale(axis),
        yaxis_title=_("interquartile mean of the seeds"),
    )
    return figure


def surface(first: Axis, second: Axis, comparison: Comparison) -> go.Figure:
    """The score over two axes: a cell for each pair of values, with the number of its seeds."""
    across, upward = (_values(axis, comparison) for axis in (first, second))
    of_pair = {cell.values: cell for cell in cells([first, second], comparison)}
    none = Cell((), ())
    grid = [[of_pair.get((x, y), none) for x in across] for y in upward]
    figure = go.Figure(
        go.Heatmap(
            x=[said(show(value)) for value in across],
            y=[said(show(value)) for value in upward],
            z=[[cell.score for cell in row] for row in grid],
            text=[[_in_cell(cell) for cell in row] for row in grid],
            texttemplate="%{text}",
            customdata=[
                [_hover(cell, [first, second]) if cell.values else _("not trained") for cell in row]
                for row in grid
            ],
            hovertemplate="%{customdata}<extra></extra>",
            colorscale="Viridis",
            colorbar={"title": _("return")},
            xgap=2,
            ygap=2,
        )
    )
    categories = ({"title": label(axis), "type": "category"} for axis in (first, second))
    _lay_out(figure, *categories)
    return figure


def scatter(first: Axis, second: Axis, comparison: Comparison) -> go.Figure:
    """As `surface`, for a sweep whose points lie on no grid: a marker for each point."""
    found = [cell for cell in cells([first, second], comparison) if cell.scores]
    figure = go.Figure(
        go.Scatter(
            x=[cell.values[0] for cell in found],
            y=[cell.values[1] for cell in found],
            mode="markers+text",
            text=[str(len(cell.scores)) for cell in found],
            textposition="middle right",
            marker={
                "size": 16,
                "color": [cell.score for cell in found],
                "colorscale": "Viridis",
                "colorbar": {"title": _("return")},
                "line": {"width": 1},
            },
            customdata=[_hover(cell, [first, second]) for cell in found],
            hovertemplate="%{customdata}<extra></extra>",
        )
    )
    _lay_out(figure, _scale(first), _scale(second))
    return figure


def label(axis: Axis) -> str:
    """``Discount γ``."""
    declared = HYPERPARAMETERS[axis.name]
    return f"{_(declared.label)} {declared.symbol}".rstrip()


def point_words(point: Point | Mapping[str, Value]) -> str:
    """``γ 0.9, α 0.001``."""
    return _(", ").join(said(named_value(name, value)) for name, value in point.items())


def _values(axis: Axis, comparison: Comparison) -> list[Value]:
    """All values of the axis, trained or not."""
    trained = (getattr(standing.group.config, axis.name) for standing in comparison.standings)
    values = dict.fromkeys([*axis.values, *trained])
    return sorted(values, key=axis.order)


def _lay_out(figure: go.Figure, x: dict[str, Any], y: dict[str, Any]) -> None:
    figure.update_layout(height=450, margin=MARGIN, xaxis=x, yaxis=y)


def _hover(cell: Cell, axes: Sequence[Axis]) -> str:
    point = {axis.name: value for axis, value in zip(axes, cell.values, strict=True)}
    return escape(f"{point_words(point)}: {cell.words}", quote=False)


def _in_cell(cell: Cell) -> str:
    if not cell.values:
        return ""
    score = number(cell.score) if cell.scores else UNKNOWN
    return f"{score}<br>{seed_count(len(cell.scores))}"


def seed_count(count: int) -> str:
    """``1 seed``, or ``5 seeds``."""
    return _("1 seed") if count == 1 else _("{count} seeds", count=count)


def _shown(found: Sequence[Cell]) -> list[str]:
    return [said(show(cell.values[0])) for cell in found]


def _scale(axis: Axis) -> dict[str, Any]:
    """How Plotly is to draw the axis."""
    title = {"title": label(axis)}
    if not axis.is_of_numbers:
        return {**title, "type": "category"}
    if axis.spacing == "log" or HYPERPARAMETERS[axis.name].scale == "log":
        return {**title, "type": "log", "tickvals": TICKS, "ticktext": [f"{t:g}" for t in TICKS]}
    return {**title, "type": "linear"}
