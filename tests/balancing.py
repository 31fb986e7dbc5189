"""A CartPole agent that balances, written down instead of trained."""

import torch

from dqn_core import Agent, DQNConfig
from dqn_core.agent import network_shape
from dqn_core.environments import environment_spec
from dqn_core.networks import QNetwork

GAINS = (0.1, 0.3, 2.0, 1.0)
"""Of position, velocity, angle and angular velocity: push right where the weighted sum is > 0."""


def balancing_agent(**changes: object) -> Agent:
    """Q(right) = −Q(left) = gains · observation, through two layers of ReLU."""
    config = DQNConfig(env_id="CartPole-v1", hidden_dims="4, 4").replace(**changes)
    spec = environment_spec(config.env_id)
    shape = network_shape(spec, config)
    network = QNetwork(shape, torch.zeros(1, shape.n_parameters))
    gains = torch.tensor(GAINS)
    network.weights[0][0, 0] = gains
    network.weights[0][0, 1] = -gains
    network.weights[1][0, :2, :2] = torch.eye(2)
    network.weights[2][0, 0, :2] = torch.tensor([-1.0, 1.0])
    network.weights[2][0, 1, :2] = torch.tensor([1.0, -1.0])
    return Agent(config, network, env_steps=1234)
