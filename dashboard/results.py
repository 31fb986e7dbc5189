"""Test episodes of an agent: their returns as figures, table and chart."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.agents import Chosen
from dashboard.conditions import Conditions
from dashboard.markup import plain
from dqn_core import evaluate
from dqn_core.environments import environment_spec
from dqn_core.evaluation import Evaluation, most_steps
from dqn_core.statistics import bootstrap_interval, interquartile_mean, smooth

THRESHOLD_COLOR = "#808890"
"""Seen on a light background and on a dark one."""

PROGRESS_SECONDS = 0.2
"""From one sign of a test's progress to the next."""

NOTEBOOK_WEIGHT = 0.9
"""Weight of the running average in the notebook's test plot."""


@dataclass(frozen=True)
class Results:
    """Test episodes of one agent."""

    chosen: Chosen
    conditions: Conditions
    evaluation: Evaluation
    threshold: float | None

    @classmethod
    def of(
        cls,
        chosen: Chosen,
        conditions: Conditions,
        progress: Callable[[float], object] = lambda share: None,
    ) -> "Results":
        """Play the test's episodes, without pictures.

        ``progress`` is told, now and then, how far the longest of them can be at most.
        """
        agent = chosen.agent
        spec = environment_spec(agent.config.env_id, agent.config.max_episode_steps)
        longest, told = most_steps(spec, conditions.episodes), time.monotonic()

        def tell(step: int) -> None:
            nonlocal told
            if time.monotonic() - told > PROGRESS_SECONDS:
                told = time.monotonic()
                progress(step / longest)

        evaluation = evaluate(
            agent,
            conditions.episodes,
            conditions.first_seed,
            conditions.epsilon,
            conditions.parameters,
            conditions.push,
            tell,
        )
        return cls(chosen, conditions, evaluation, spec.reward_threshold)

    @property
    def headline(self) -> str:
        """Who was tested, and how."""
        words = self.conditions.words(self.chosen.agent.config.env_id)
        count = len(self.evaluation.seeds)
        return (
            f"**{plain(self.chosen.title)}**: {count} episode{'s' if count > 1 else ''} from seed "
            f"{self.conditions.first_seed}" + (f", with {words}" if words else "")
        )

    @property
    def worst_seed(self) -> int:
        """The environment seed of the episode with the smallest return."""
        return self.evaluation.seeds[int(self.evaluation.returns.argmin())]

    def figures(self) -> dict[str, str]:
        """The summary, label to value."""
        returns = self.evaluation.returns
        low, high = bootstrap_interval([returns])
        shown = {
            "Mean": f"{returns.mean():.1f}",
            "Median": f"{np.median(returns):.1f}",
            "Interquartile mean": f"{interquartile_mean(returns):.1f}",
            "Its 95 % interval": f"{low:.1f} – {high:.1f}",
            "Minimum": f"{returns.min():.1f}",
        }
        if self.threshold is not None:
            shown[f"At {self.threshold:g} or more"] = f"{(returns >= self.threshold).mean():.0%}"
        return shown

    def table(self) -> pd.DataFrame:
        """One row an episode."""
        evaluation = self.evaluation
        return pd.DataFrame(
            {
                "seed": evaluation.seeds,
                "return": evaluation.returns,
                "steps": evaluation.lengths,
                "ended by": np.where(evaluation.terminated, "termination", "time limit"),
                "max Q at the start": evaluation.predicted.round(2),
                "discounted return obtained": evaluation.obtained.round(2),
            }
        )

    def chart(self, color: str) -> go.Figure:
        """Returns episode by episode with their running average, as the notebook's test plot."""
        returns = self.evaluation.returns
        episodes = np.arange(1, len(returns) + 1)
        figure = go.Figure()
        figure.add_scatter(
            x=episodes,
            y=returns,
            mode="markers",
            name="return",
            marker={"color": color, "opacity": 0.5, "size": 8},
            customdata=self.evaluation.seeds,
            hovertemplate="episode %{x}, seed %{customdata}: return %{y}<extra></extra>",
        )
        figure.add_scatter(
            x=episodes,
            y=smooth(returns, NOTEBOOK_WEIGHT),
            mode="lines",
            name="exponential average",
            line={"color": color, "width": 3},
        )
        if self.threshold is not None:
            figure.add_hline(
                self.threshold,
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
        if returns.min() >= 0:
            figure.update_yaxes(rangemode="tozero")
        return figure
