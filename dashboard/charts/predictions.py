"""What a gap between predicted and obtained rewards means, and what a time limit hides of it."""

import numpy as np

from dashboard.session.returns import newest_of_each
from dashboard.session.run import Run
from dashboard.web.language import _
from dqn_core.base.numbers import percent
from dqn_core.base.phrases import Phrase

MEANING = Phrase(
    "Predicted above obtained: Q overestimates what the policy gets. Predicted below obtained: Q "
    "is still too low. The policy can be good in both cases, because it depends only on the order "
    "of the Q-values."
)


def about_the_gap(run: Run) -> str:
    """The meaning, and how far the newest greedy episodes were cut; empty before there are any."""
    trainer = run.trainer
    columns, names = run.history.evaluations.columns, ["obtained", "truncated_share"]
    of_each = newest_of_each(columns, names, trainer.counted, 1)
    shares = np.concatenate([rows["truncated_share"] for rows in of_each])
    obtained = np.concatenate([rows["obtained"] for rows in of_each])
    if not np.isfinite(obtained).any():
        return ""
    cut = not_counted(float(shares.mean()), run.config.gamma, trainer.spec.max_episode_steps)
    return f"{_(MEANING)} {cut}".strip()


def not_counted(share: float, gamma: float, steps: int) -> str:
    """What is missing in the rewards obtained where a time limit cut this share of the episodes."""
    if not share > 0:
        return ""
    return _(
        "The time limit cut {share} of these episodes: rewards after the cut are not counted. "
        "Their weight would be at most γ^{steps:,} = {weight}.",
        share=percent(share),
        steps=steps,
        weight=percent(gamma**steps),
    )
