"""The plain DQN that most experiments begin with: Mnih et al. 2015, small enough to be watched."""

from dqn_core.configuration.config import DQNConfig

PLAIN = DQNConfig(
    env_id="CartPole-v1",
    epsilon_start=1.0,
    epsilon_end=0.05,
    epsilon_decay=2_000,
    buffer_capacity=10_000,
    learning_starts=500,
    batch_size=64,
    train_frequency=1,
    gamma=0.99,
    n_step=1,
    double_dqn=False,
    loss="mse",
    learning_rate=1e-3,
    learning_rate_end=1e-3,
    gradient_clipping="none",
    target_update_period=200,
    target_update_unit="env_steps",
    tau=1.0,
    hidden_dims="64, 64",
    total_steps=8_000,
    evaluation_period=500,
    evaluation_episodes=5,
)
