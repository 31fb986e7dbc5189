"""What the newest update tells: the columns of the table of updates, and whether it diverged."""

import math

from dqn_core.config import DQNConfig
from dqn_core.diagnostics import health
from dqn_core.errors import DivergenceError
from dqn_core.learner import Learner
from dqn_core.numbers import number, setting
from dqn_core.replay import ReplayBuffer

DIVERGENCE_FACTOR = 1_000
"""How many times the largest value that the rewards allow counts as diverged."""

LONGEST_HORIZON = 1e4
"""Environment steps that count where γ is 1 or nearly so."""


def update_statistics(learner: Learner, replay: ReplayBuffer) -> dict[str, list[float]]:
    """One value a member for each column that the newest update gives."""
    last = learner.last
    assert last is not None
    ranks = last.td_errors.new_tensor([0.1, 0.5, 0.9])
    p10, p50, p90 = last.td_errors.abs().quantile(ranks, dim=1).tolist()
    return {
        "loss": learner.loss().tolist(),
        "mean_q": last.q_values.amax(-1).mean(1).tolist(),
        "gradient_norm": learner.gradient_norm[:, 0].tolist(),
        "td_error_p10": p10,
        "td_error_p50": p50,
        "td_error_p90": p90,
        **health(learner, replay),
        "learning_rate": list(learner.learning_rates),
    }


def check_divergence(learner: Learner, configs: list[DQNConfig], env_step: int) -> None:
    """Raise `DivergenceError` at Q-values that no policy could earn, with the likely cause."""
    last = learner.last
    assert last is not None
    largest_q = last.q_values.abs().amax((1, 2)).tolist()
    largest_reward = last.batch.rewards.abs().amax(1).tolist()
    for config, q, reward in zip(configs, largest_q, largest_reward, strict=True):
        horizon = (
            min(1 / (1 - config.gamma), LONGEST_HORIZON) if config.gamma < 1 else LONGEST_HORIZON
        )
        if q <= DIVERGENCE_FACTOR * max(1.0, reward) * horizon:
            continue
        what = f"reached {number(q)}" if math.isfinite(q) else "are no longer finite"
        raise DivergenceError(
            f"Q-values {what} at step {env_step:,}; most likely {_cause(config)}."
        )


def _cause(config: DQNConfig) -> str:
    if config.learning_rate > 1e-2:
        return f"learning_rate {setting(config.learning_rate)} is very high: try 0.001"
    if config.gamma == 1:
        return "gamma 1 lets values grow without end: try 0.99"
    return "the target follows the online network too fast: lower tau or learning_rate"
