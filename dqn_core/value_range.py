"""Between which returns C51 lays its atoms."""

from dqn_core.configuration.config import DQNConfig
from dqn_core.environments.declared import EnvironmentSpec


def value_range(spec: EnvironmentSpec, config: DQNConfig) -> tuple[float, float]:
    """The lowest and the highest return that a categorical head can tell.

    These are ``value_low`` and ``value_high``. If both are 0, they are the lowest and the highest
    sum of rewards within the horizon: 1 / (1 − γ) steps, or the time limit if that is shorter. If
    nothing is known of the environment's returns, each step may be worth −1 to 1.
    """
    if config.value_low or config.value_high:
        return config.value_low, config.value_high
    limit = spec.max_episode_steps
    horizon = min(limit, round(1 / (1 - config.gamma))) if config.gamma < 1 else limit
    if spec.return_range is None or spec.family.return_range is None:
        return -float(horizon), float(horizon)
    low, high = (spec.family.value_range or spec.family.return_range)(horizon)
    return float(low), float(high)
