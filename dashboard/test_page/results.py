"""Test episodes of one or two agents: their returns as figures, tables and chart."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.predictions import not_counted
from dashboard.session.agents import Chosen
from dashboard.test_page.conditions import Settings, words
from dashboard.test_page.progress import now_and_then
from dashboard.web.language import _, n_, said
from dashboard.web.markup import plain
from dashboard.web.theme import hues
from dqn_core import evaluate
from dqn_core.base.numbers import number, percent, setting
from dqn_core.base.phrases import Phrase
from dqn_core.base.statistics import mean_interval
from dqn_core.environments.configured import spec_for
from dqn_core.episodes.evaluation import Evaluation, most_steps

THRESHOLD_COLOR = "#808890"
"""Seen on a light background and on a dark one."""

FEW = 10
"""Episodes of which an interval says hardly more than their range."""


@dataclass(frozen=True)
class Results:
    """Test episodes of one agent."""

    chosen: Chosen
    settings: Settings
    evaluation: Evaluation
    threshold: float | None

    @classmethod
    def of(
        cls,
        chosen: Chosen,
        settings: Settings,
        progress: Callable[[float], object] = lambda share: None,
    ) -> "Results":
        """Play the test's episodes, without pictures.

        ``progress`` is told, now and then, how far the longest of them can be at most.
        """
        agent = chosen.agent
        spec = spec_for(agent.config)
        longest, tell = most_steps(spec, settings.episodes), now_and_then(progress)
        evaluation = evaluate(
            agent,
            settings.episodes,
            settings.first_seed,
            settings.conditions,
            watcher=lambda step: tell(min(step / longest, 1.0)),
        )
        return cls(chosen, settings, evaluation, spec.reward_threshold)

    @property
    def headline(self) -> str:
        """Who was tested, and how."""
        unusual = words(self.settings.conditions, self.chosen.agent.config)
        what = {"agent": plain(said(self.chosen.title)), "seed": self.settings.first_seed}
        count = len(self.evaluation.seeds)
        if not unusual:
            return n_(
                "**{agent}**: {count} episode from seed {seed}",
                "**{agent}**: {count} episodes from seed {seed}",
                count,
                **what,
            )
        return n_(
            "**{agent}**: {count} episode from seed {seed}, with {conditions}",
            "**{agent}**: {count} episodes from seed {seed}, with {conditions}",
            count,
            **what,
            conditions=unusual,
        )

    @property
    def worst_seed(self) -> int:
        """The environment seed of the episode with the smallest return."""
        return self.evaluation.seeds[int(self.evaluation.returns.argmin())]

    def figures(self) -> dict[str, str]:
        """The summary, label to value."""
        returns = self.evaluation.returns
        shown = {
            _("mean return"): number(returns.mean()),
            _("{share} interval of the mean", share=percent(0.95)): _interval(returns),
            _("median"): number(float(np.median(returns))),
            _("smallest"): number(returns.min()),
        }
        if self.threshold is not None:
            share = float((returns >= self.threshold).mean())
            shown[_("at {threshold} or more", threshold=number(self.threshold))] = percent(share)
        return shown

    @property
    def outlook(self) -> str:
        """What the agent predicted at the start of its episodes, and what it obtained."""
        evaluation, config = self.evaluation, self.chosen.agent.config
        limit = int(evaluation.lengths[~evaluation.terminated].max(initial=0))
        predicted, obtained = evaluation.predicted.mean(), evaluation.obtained.mean()
        outcome = _(
            "**{agent}** predicted {predicted} at the start (max Q) and obtained {obtained} "
            "(rewards, discounted by γ {gamma}), averaged over the episodes.",
            agent=plain(said(self.chosen.title)),
            predicted=number(predicted),
            obtained=number(obtained),
            gamma=setting(config.gamma),
        )
        cut = said(not_counted(evaluation.truncated_share, config.gamma, limit))
        return f"{outcome} {cut}".strip()

    def table(self) -> pd.DataFrame:
        """One row an episode, in English."""
        evaluation = self.evaluation
        return pd.DataFrame(
            {
                Phrase("seed"): evaluation.seeds,
                Phrase("return"): evaluation.returns,
                Phrase("steps"): evaluation.lengths,
                Phrase("ended by"): np.where(
                    evaluation.terminated, Phrase("termination"), Phrase("time limit")
                ),
                Phrase("max Q at the start"): evaluation.predicted,
                Phrase("discounted return obtained"): evaluation.obtained,
            }
        )

    def shown_table(self) -> pd.DataFrame:
        """The same, rounded, in the visitor's language."""
        table = self.table().round(2)
        return table.assign(**{"ended by": table["ended by"].map(_)}).rename(columns=_)

    def export(self) -> pd.DataFrame:
        """The table with what it is of in every row."""
        config, table = self.chosen.agent.config, self.table()
        of = {
            "agent": str(self.chosen.title),
            "environment": config.environment,
            "conditions": words(self.settings.conditions, config, say=str),
            "gamma": config.gamma,
        }
        return pd.concat([pd.DataFrame([of] * len(table)), table], axis=1)


def summary(results: Sequence[Results]) -> pd.DataFrame:
    """The figures of each agent as a row."""
    return pd.DataFrame(
        [result.figures() for result in results],
        index=[plain(said(result.chosen.title)) for result in results],
    )


def difference(first: Results, second: Results) -> str:
    """How the returns of two agents differ, episode by episode from the same start."""
    gained = second.evaluation.returns - first.evaluation.returns
    low, high = mean_interval(gained)
    better, worse = int((gained > 0).sum()), int((gained < 0).sum())
    values = {
        "second": plain(said(second.chosen.title)),
        "first": plain(said(first.chosen.title)),
        "mean": ("+" if gained.mean() > 0 else "") + number(gained.mean()),
        "share": percent(0.95),
        "interval": _interval(gained),
        "better": better,
        "worse": worse,
        "count": len(gained),
    }
    if low <= 0 <= high:
        return _(
            "**{second}** against **{first}**, from the same starts: {mean} on average, {share} "
            "interval {interval}: this shows no difference. Better in {better} of {count} "
            "episodes, worse in {worse}.",
            **values,
        )
    return _(
        "**{second}** against **{first}**, from the same starts: {mean} on average, {share} "
        "interval {interval}: this shows a difference. Better in {better} of {count} episodes, "
        "worse in {worse}.",
        **values,
    )


def _interval(values: np.ndarray) -> str:
    low, high = mean_interval(values)
    ends = {"low": number(low), "high": number(high)}
    if len(values) >= FEW:
        return _("{low} to {high}", **ends)
    return _("{low} to {high} (of only {count} values)", count=len(values), **ends)


def chart(results: Sequence[Results]) -> go.Figure:
    """Returns episode by episode, with the mean of each agent."""
    figure, least = go.Figure(), 0.0
    for result, color in zip(results, hues().values(), strict=False):
        returns = result.evaluation.returns
        title = escape(said(result.chosen.title), quote=False)  # Plotly reads a little markup
        least = min(least, float(returns.min()))
        figure.add_scatter(
            x=np.arange(1, len(returns) + 1),
            y=returns,
            mode="markers",
            name=title,
            marker={"color": color, "opacity": 0.6, "size": 8},
            customdata=result.evaluation.seeds,
            hovertemplate=_("episode %{x}, seed %{customdata}: return %{y}") + "<extra></extra>",
        )
        figure.add_scatter(
            x=[0.5, len(returns) + 0.5],
            y=[returns.mean()] * 2,
            mode="lines",
            name=_("mean {mean}", mean=number(returns.mean())),
            line={"color": color, "width": 2},
            hoverinfo="skip",
        )
    threshold = results[0].threshold
    if threshold is not None:
        figure.add_hline(
            threshold,
            line_dash="dash",
            line_width=1,
            line_color=THRESHOLD_COLOR,
            annotation_text=_("solved"),
        )
    figure.update_layout(
        height=320,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        xaxis_title=_("test episode"),
        yaxis_title=_("return"),
        legend={"orientation": "h", "y": 1.12},
    )
    if not least:
        figure.update_yaxes(rangemode="tozero")
    return figure
