"""Ready-made configurations."""

from dataclasses import dataclass

from dqn_core.config import DQNConfig
from dqn_core.errors import ConfigurationError
from dqn_core.recommendation import recommended

AUTO = "auto"
"""The preset that is another one for each environment."""

OF_CARTPOLE = "recommended"
"""What CartPole's values have always been called in links and commands, in any environment."""


@dataclass(frozen=True)
class Preset:
    """A named configuration with one sentence on what it is for."""

    label: str
    description: str
    config: DQNConfig


PRESETS: dict[str, Preset] = {
    AUTO: Preset(
        "Recommended",
        "What is recommended for the environment.",
        DQNConfig(),
    ),
    OF_CARTPOLE: Preset(
        "CartPole's values",
        "Solves CartPole-v1 within 50,000 environment steps.",
        DQNConfig(),
    ),
    "notebook": Preset(
        "Notebook",
        "The notebook's own values on CartPole-v0: hard target update every 10 episodes, "
        "MSE, gradients clamped to ±1.",
        DQNConfig(
            env_id="CartPole-v0",
            max_episode_steps=200,
            epsilon_schedule="exponential",
            epsilon_start=0.9,
            epsilon_end=0.05,
            epsilon_decay=200,
            buffer_capacity=10_000,
            learning_starts=64,
            batch_size=64,
            train_frequency=1,
            gamma=0.99,
            n_step=1,
            double_dqn=False,
            loss="mse",
            learning_rate=1e-3,
            learning_rate_end=1e-3,
            gradient_clipping="value",
            gradient_clip=1.0,
            target_update_period=10,
            target_update_unit="episodes",
            tau=1.0,
            hidden_dims="128, 128",
            total_steps=40_000,
            total_episodes=200,
        ),
    ),
}
"""Ready-made configurations, each for an environment of its own."""


def preset(name: str, env_id: str = DQNConfig.env_id, env_kwargs: str = "") -> DQNConfig:
    """The configuration called ``name``; `AUTO` is what is recommended for the environment.

    Raises `ConfigurationError` naming those that exist, and what `recommended` raises.
    """
    if name not in PRESETS:
        raise ConfigurationError(f"There is no preset {name!r}: choose {' or '.join(PRESETS)}.")
    return recommended(env_id, env_kwargs) if name == AUTO else PRESETS[name].config
