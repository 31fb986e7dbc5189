"""Test episodes of one or two agents: their returns as figures, tables and chart."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.predictions import not_counted
from dashboard.session.agents import Chosen
from dashboard.test_page.conditions import Settings, words
from dashboard.web.markup import plain
from dqn_core import evaluate
from dqn_core.environments.configured import spec_for
from dqn_core.episodes.evaluation import Evaluation, most_steps
from dqn_core.numbers import number, percent, setting
from dqn_core.statistics import mean_interval

THRESHOLD_COLOR = "#808890"
"""Seen on a light background and on a dark one."""

PROGRESS_SECONDS = 0.2
"""From one sign of a test's progress to the next."""

FEW = 10
"""Episodes of which an interval says hardly more than their range."""

COLORS = ("#0077bb", "#ee7733")
"""Of the agents that are tested, in their order."""


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
        longest, told = most_steps(spec, settings.episodes), time.monotonic()

        def tell(step: int) -> None:
            nonlocal told
            if time.monotonic() - told > PROGRESS_SECONDS:
                told = time.monotonic()
                progress(step / longest)

        evaluation = evaluate(
            agent,
            settings.episodes,
            settings.first_seed,
            settings.conditions,
            watcher=tell,
        )
        return cls(chosen, settings, evaluation, spec.reward_threshold)

    @property
    def headline(self) -> str:
        """Who was tested, and how."""
        unusual = words(self.settings.conditions, self.chosen.agent.config)
        count = len(self.evaluation.seeds)
        return (
            f"**{plain(self.chosen.title)}**: {count} episode{'s' if count > 1 else ''} from seed "
            f"{self.settings.first_seed}" + (f", with {unusual}" if unusual else "")
        )

    @property
    def worst_seed(self) -> int:
        """The environment seed of the episode with the smallest return."""
        return self.evaluation.seeds[int(self.evaluation.returns.argmin())]

    def figures(self) -> dict[str, str]:
        """The summary, label to value."""
        returns = self.evaluation.returns
        shown = {
            "mean return": number(returns.mean()),
            f"{percent(0.95)} interval of the mean": _interval(returns),
            "median": number(float(np.median(returns))),
            "smallest": number(returns.min()),
        }
        if self.threshold is not None:
            share = float((returns >= self.threshold).mean())
            shown[f"at {number(self.threshold)} or more"] = percent(share)
        return shown

    @property
    def outlook(self) -> str:
        """What the agent predicted at the start of its episodes, and what it obtained."""
        evaluation, config = self.evaluation, self.chosen.agent.config
        limit = int(evaluation.lengths[~evaluation.terminated].max(initial=0))
        predicted, obtained = evaluation.predicted.mean(), evaluation.obtained.mean()
        said = (
            f"**{plain(self.chosen.title)}** predicted {number(predicted)} at the start (max Q) "
            f"and obtained {number(obtained)} (rewards, discounted by γ {setting(config.gamma)}), "
            "averaged over the episodes."
        )
        return f"{said} {not_counted(evaluation.truncated_share, config.gamma, limit)}".strip()

    def table(self) -> pd.DataFrame:
        """One row an episode."""
        evaluation = self.evaluation
        return pd.DataFrame(
            {
                "seed": evaluation.seeds,
                "return": evaluation.returns,
                "steps": evaluation.lengths,
                "ended by": np.where(evaluation.terminated, "termination", "time limit"),
                "max Q at the start": evaluation.predicted,
                "discounted return obtained": evaluation.obtained,
            }
        )

    def export(self) -> pd.DataFrame:
        """The table with what it is of in every row."""
        config, table = self.chosen.agent.config, self.table()
        of = {
            "agent": self.chosen.title,
            "environment": config.environment,
            "conditions": words(self.settings.conditions, config),
            "gamma": config.gamma,
        }
        return pd.concat([pd.DataFrame([of] * len(table)), table], axis=1)


def summary(results: Sequence[Results]) -> pd.DataFrame:
    """The figures of each agent as a row."""
    return pd.DataFrame(
        [result.figures() for result in results],
        index=[plain(result.chosen.title) for result in results],
    )


def difference(first: Results, second: Results) -> str:
    """How the returns of two agents differ, episode by episode from the same start."""
    gained = second.evaluation.returns - first.evaluation.returns
    low, high = mean_interval(gained)
    better, worse = int((gained > 0).sum()), int((gained < 0).sum())
    mean = number(gained.mean())
    sign = "+" if gained.mean() > 0 else ""
    shown = "this shows no difference" if low <= 0 <= high else "this shows a difference"
    return (
        f"**{plain(second.chosen.title)}** against **{plain(first.chosen.title)}**, from the same "
        f"starts: {sign}{mean} on average, {percent(0.95)} interval {_interval(gained)}: {shown}. "
        f"Better in {better} of {len(gained)} episodes, worse in {worse}."
    )


def _interval(values: np.ndarray) -> str:
    low, high = mean_interval(values)
    few = f" (of only {len(values)} values)" if len(values) < FEW else ""
    return f"{number(low)} to {number(high)}{few}"


def chart(results: Sequence[Results]) -> go.Figure:
    """Returns episode by episode, with the mean of each agent."""
    figure, least = go.Figure(), 0.0
    for result, color in zip(results, COLORS, strict=False):
        returns = result.evaluation.returns
        title = escape(result.chosen.title, quote=False)  # Plotly reads a little markup
        least = min(least, float(returns.min()))
        figure.add_scatter(
            x=np.arange(1, len(returns) + 1),
            y=returns,
            mode="markers",
            name=title,
            marker={"color": color, "opacity": 0.6, "size": 8},
            customdata=result.evaluation.seeds,
            hovertemplate="episode %{x}, seed %{customdata}: return %{y}<extra></extra>",
        )
        figure.add_scatter(
            x=[0.5, len(returns) + 0.5],
            y=[returns.mean()] * 2,
            mode="lines",
            name=f"mean {number(returns.mean())}",
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
            annotation_text="solved",
        )
    figure.update_layout(
        height=320,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        xaxis_title="test episode",
        yaxis_title="return",
        legend={"orientation": "h", "y": 1.12},
    )
    if not least:
        figure.update_yaxes(rangemode="tozero")
    return figure
