"""What an agent expects of each action in one state, as `action_values.js` shows it."""

from typing import Any

import numpy as np

from dashboard.web.language import _
from dqn_core import Agent
from dqn_core.environments.declared import EnvironmentSpec
from dqn_core.masks import greedy, shown
from dqn_core.numbers import number


def action_values(
    spec: EnvironmentSpec,
    agent: Agent,
    observation: np.ndarray,
    allowed: np.ndarray | None = None,
) -> dict[str, Any]:
    """Each action's Q-value in words, which is greedy, and the distribution of its return.

    Of an action that is not ``allowed`` `(n_actions,)` bool nothing is told. Without finite values
    none is, and nothing is greedy.
    """
    values = agent.q_values(observation[None])[0]
    known = bool(np.isfinite(values).all())
    distributions = agent.distributions(observation[None], allowed) if known else None
    return {
        "actions": [_(label) for label in spec.action_labels],
        "values": [_words(q) for q in shown(values, allowed)] if known else ["–"] * len(values),
        "greedy": greedy(values, allowed) if known else None,
        # Action by action: the returns, and how probable each is.
        "distributions": [
            [returns.tolist(), probabilities.tolist()]
            for returns, probabilities in zip(*(part[0] for part in distributions), strict=True)
        ]
        if distributions
        else [],
    }


def _words(q: float) -> str:
    return _("not allowed") if np.isnan(q) else number(q)
