"""What an agent expects of each action in one state, as `action_values.js` shows it."""

from typing import TypedDict

import numpy as np

from dashboard.session.few import MOST_ACTIONS, best_of, more
from dashboard.web.language import _
from dqn_core import Agent
from dqn_core.base.numbers import number
from dqn_core.environments.declared import EnvironmentSpec
from dqn_core.masks import greedy, shown


class ActionValues(TypedDict):
    """Each action with its Q-value in words, and which is greedy; of its ``distributions`` the
    returns, and how probable each is; ``more`` says how many actions are left out."""

    actions: list[str]
    values: list[str]
    greedy: int | None
    distributions: list[tuple[list[float], list[float]]]
    more: str


def action_values(
    spec: EnvironmentSpec,
    agent: Agent,
    observation: np.ndarray,
    allowed: np.ndarray | None = None,
) -> ActionValues:
    """Each action's Q-value in words, which is greedy, and the distribution of its return.

    Of more actions than `MOST_ACTIONS` the others are counted. Of one that is not ``allowed``
    `(n_actions,)` bool nothing is told. Without finite values none is, and nothing is greedy.
    """
    values = agent.q_values(observation[None])[0]
    known = bool(np.isfinite(values).all())
    distributions = agent.distributions(observation[None], allowed) if known else None
    told = shown(values, allowed)
    actions = best_of(told) if known else [*range(len(values))][:MOST_ACTIONS]
    best = greedy(values, allowed) if known else None
    return {
        "actions": [_(spec.action_labels[action]) for action in actions],
        "values": [_words(told[action]) if known else "–" for action in actions],
        "greedy": actions.index(best) if best is not None and best in actions else None,
        "distributions": [
            (distributions[0][0][action].tolist(), distributions[1][0][action].tolist())
            for action in actions
        ]
        if distributions
        else [],
        "more": more(len(values) - len(actions)),
    }


def _words(q: float) -> str:
    return _("not allowed") if np.isnan(q) else number(q)
