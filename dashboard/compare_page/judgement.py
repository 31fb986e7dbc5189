"""What the compared groups came to: numbers with intervals, and how their seeds are spread."""

from collections.abc import Sequence
from html import escape

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard.compare_page.groups import Line
from dashboard.compare_page.page_state import PageState
from dashboard.session.words import change_label, show
from dashboard.web.language import _, said
from dashboard.web.widgets import showing
from dqn_core import HYPERPARAMETERS
from dqn_core.base.numbers import UNKNOWN, number, percent
from dqn_core.base.phrases import Phrase
from dqn_core.base.statistics import performance_profile, profile_interval
from dqn_core.comparison import FEWEST_SEEDS, Comparison, Metric, Standing, differing

METRICS: dict[Metric, str] = {"final": Phrase("at the end"), "area": Phrase("area under the curve")}
"""How the groups can be judged."""

THRESHOLDS = 201
"""Returns at which a performance profile is worked out."""


def standings_table(lines: Sequence[Line], comparison: Comparison) -> pd.DataFrame:
    """A row for each group: its interquartile mean, the interval, the scores of its seeds."""
    return pd.DataFrame(
        {
            _("group"): [line.label for line in lines],
            _("seeds"): [len(standing.counted) for standing in comparison.standings],
            _("interquartile mean"): [number(s.interquartile_mean) for s in comparison.standings],
            _("{share} interval", share=percent(0.95)): [
                _interval(s) for s in comparison.standings
            ],
            _("of each seed"): [_of_each(s) for s in comparison.standings],
        }
    )


def _interval(standing: Standing) -> str:
    """The interval in words; one seed has none."""
    if len(standing.counted) < 2:
        return UNKNOWN
    low, high = standing.interval
    return _("{low} to {high}", low=number(low), high=number(high))


def _of_each(standing: Standing) -> str:
    seeds = zip(standing.group.seeds, standing.scores, strict=True)
    return _(", ").join(
        _("seed {seed}: {score}", seed=seed, score=number(score)) for seed, score in seeds
    )


def metric_choice(state: PageState, metric: Metric, title: str) -> None:
    """The heading of what is judged, with the choice by what; now it is by ``metric``."""
    with st.container(horizontal=True, vertical_alignment="center", key="judged_by"):
        st.header(title)
        st.segmented_control(
            _("Judged by"),
            list(METRICS),
            label_visibility="collapsed",
            default=metric,
            required=True,
            format_func=lambda metric: _(METRICS[metric]),
            **showing("metric", metric, lambda name: state.look_at(metric=name)),
        )


def colours() -> list[str]:
    """The colours that lines are told apart by."""
    return str(",".join(st.get_option("theme.chartCategoricalColors"))).split(",")


def missing_seeds(comparison: Comparison) -> list[int]:
    """How many more each group needs for a verdict."""
    return [max(0, FEWEST_SEEDS - len(one.counted)) for one in comparison.standings]


def differences_table(lines: Sequence[Line]) -> pd.DataFrame:
    """The hyperparameters in which the groups differ, and nothing else; a column for each group."""
    groups = [line.group for line in lines]
    rows = {
        _(HYPERPARAMETERS[name].label): [
            said(show(getattr(group.config, name))) for group in groups
        ]
        for name in differing(groups)
    }
    if any(group.changes != groups[0].changes for group in groups):
        rows[_("Changes")] = [
            "; ".join(
                _(
                    "{change} at step {step:,}",
                    change=change_label(change.name, change.old, change.new),
                    step=change.env_step,
                )
                for change in group.changes
            )
            or _("none")
            for group in groups
        ]
    letters = [line.letter for line in lines]
    return pd.DataFrame.from_dict(rows, orient="index", columns=letters)


def profile(lines: Sequence[Line], comparison: Comparison) -> go.Figure:
    """The share of each group's seeds that came to more than a return, with its 95 % interval."""
    counted = [standing.counted for standing in comparison.standings]
    low, high = min(map(np.min, counted)), max(map(np.max, counted))
    room = 0.05 * (high - low) or 1.0
    returns = np.linspace(low - room, high + room, THRESHOLDS)
    hues = colours()
    figure = go.Figure()
    for line, scores in zip(lines, counted, strict=True):
        colour = hues[line.hue]
        least, most = profile_interval(scores, returns)
        figure.add_scatter(
            x=np.r_[returns, returns[::-1]],
            y=np.r_[least, most[::-1]],
            fill="toself",
            fillcolor=colour,
            opacity=0.15,
            line={"width": 0},
            hoverinfo="skip",
            showlegend=False,
        )
        figure.add_scatter(
            x=returns,
            y=performance_profile(scores, returns),
            name=escape(line.label, quote=False),  # Plotly reads a little markup
            line={"color": colour, "dash": line.dash, "shape": "hv"},
        )
    figure.update_layout(
        height=320,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        xaxis_title=_("return τ"),
        yaxis={"title": _("share of seeds above τ"), "range": [-0.02, 1.02], "tickformat": ".0%"},
        legend={"orientation": "h", "y": 1.12},
    )
    return figure
