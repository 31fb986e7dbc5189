"""One and the same work, done by this project, by libraries, and by plain PyTorch.

CartPole-v1, network 4-128-128-2, vanilla DQN, batch 64, one gradient update after each
environment step, Adam 1e-3, Huber loss, gradient norm 10, hard target update every 500 steps,
ε 0.05 throughout, replay of 50,000. A contender is a function that advances a number of steps.
"""

import random
from collections import deque
from collections.abc import Callable
from typing import Any

import gymnasium
import numpy as np
import torch
from report import ROOT as ROOT  # puts the checkout on the path
from torch import nn

from dqn_core import DQNConfig, Trainer

Advance = Callable[[int], object]

BATCH_SIZE = 64
BUFFER_CAPACITY = 50_000
LEARNING_STARTS = 100
TARGET_PERIOD = 500
EPSILON = 0.05


def identical_work(hidden_dim: int = 128) -> DQNConfig:
    """The work as a configuration of this project."""
    return DQNConfig(
        env_id="CartPole-v1",
        epsilon_start=EPSILON,
        epsilon_end=EPSILON,
        buffer_capacity=BUFFER_CAPACITY,
        learning_starts=LEARNING_STARTS,
        batch_size=BATCH_SIZE,
        train_frequency=1,
        gamma=0.99,
        n_step=1,
        double_dqn=False,
        loss="huber",
        learning_rate=1e-3,
        learning_rate_end=1e-3,
        gradient_clipping="norm",
        gradient_clip=10.0,
        target_update_period=TARGET_PERIOD,
        target_update_unit="env_steps",
        tau=1.0,
        hidden_dims=f"{hidden_dim}, {hidden_dim}",
        total_steps=10_000_000,
        evaluation_period=0,
    )


def this_project(config: DQNConfig, members: int = 1) -> Trainer:
    """A trainer with ``members`` seeds that has begun to learn."""
    trainer = Trainer([config.replace(seed=seed) for seed in range(members)])
    trainer.run(max_steps=config.learning_starts + 50)
    return trainer


def floor(batch_size: int = BATCH_SIZE, hidden_dim: int = 128, members: int = 1) -> Advance:
    """What no implementation can do without, on memory that is all there.

    For each step the matrix products of two forward passes and one backward pass, and one fused
    Adam step on all parameters.
    """
    sizes = [(4, hidden_dim), (hidden_dim, hidden_dim), (hidden_dim, 2)]
    weights = [torch.rand(members, *size) for size in sizes]
    activations = [torch.rand(members, batch_size, size[0]) for size in sizes]
    outputs = [torch.rand(members, batch_size, size[1]) for size in sizes]
    weight_gradients = [torch.empty(members, *size) for size in sizes]
    input_gradients = [torch.empty(members, batch_size, size[0]) for size in sizes]
    n_parameters = sum((fan_in + 1) * fan_out for fan_in, fan_out in sizes)
    parameters, gradient, first, second = torch.rand(4, members * n_parameters)
    steps = torch.zeros(())

    def update() -> None:
        for _ in ("online", "target"):
            for layer in range(3):
                torch.bmm(activations[layer], weights[layer], out=outputs[layer])
        for layer in (2, 1, 0):
            torch.bmm(activations[layer].mT, outputs[layer], out=weight_gradients[layer])
            if layer:
                torch.bmm(outputs[layer], weights[layer].mT, out=input_gradients[layer])
        torch._fused_adam_(
            [parameters],
            [gradient],
            [first],
            [second],
            [],
            [steps],
            lr=1e-3,
            beta1=0.9,
            beta2=0.999,
            weight_decay=0.0,
            eps=1e-8,
            amsgrad=False,
            maximize=False,
        )

    @torch.inference_mode()
    def advance(times: int) -> None:
        for _ in range(times):
            update()

    return advance


def rejax(hidden_dim: int, members: int, steps: int) -> Advance:
    """rejax's `DQN`, vectorised over seeds by JAX; a call makes ``steps`` steps of each.

    Its loss is the squared error, it clips gradients by value, and it does not tell truncation
    from termination.
    """
    import jax
    from rejax import DQN

    algorithm = DQN.create(
        env="CartPole-v1",
        agent_kwargs={"activation": "relu"},
        num_envs=1,
        num_epochs=1,
        buffer_size=2_000,
        fill_buffer=LEARNING_STARTS,
        batch_size=BATCH_SIZE,
        learning_rate=1e-3,
        max_grad_norm=10.0,
        gamma=0.99,
        target_update_freq=TARGET_PERIOD,
        ddqn=False,
        eps_start=EPSILON,
        eps_end=EPSILON,
    )
    agent = algorithm.agent.clone(hidden_layer_sizes=(hidden_dim, hidden_dim))
    algorithm = algorithm.replace(agent=agent)
    state = jax.vmap(algorithm.init_state)(jax.random.split(jax.random.key(0), members))

    def of_one(state: Any) -> Any:
        return jax.lax.fori_loop(0, steps, lambda _, s: algorithm.train_iteration(s), state)

    some_steps = jax.jit(jax.vmap(of_one))

    def advance(_: int) -> None:
        nonlocal state
        state = jax.block_until_ready(some_steps(state))

    for _ in range(2 + LEARNING_STARTS // steps):
        advance(steps)
    return advance


def stable_baselines(hidden_dim: int = 128) -> Advance:
    """Stable-Baselines3's `DQN`."""
    from stable_baselines3 import DQN
    from stable_baselines3.common.logger import Logger

    model = DQN(
        "MlpPolicy",
        "CartPole-v1",
        learning_rate=1e-3,
        buffer_size=BUFFER_CAPACITY,
        learning_starts=LEARNING_STARTS,
        batch_size=BATCH_SIZE,
        train_freq=1,
        gradient_steps=1,
        target_update_interval=TARGET_PERIOD,
        exploration_initial_eps=EPSILON,
        exploration_final_eps=EPSILON,
        max_grad_norm=10,
        policy_kwargs={"net_arch": [hidden_dim, hidden_dim]},
        seed=0,
        device="cpu",
    )

    model.set_logger(Logger(folder=None, output_formats=[]))

    def advance(steps: int) -> None:
        model.learn(steps, reset_num_timesteps=False)

    advance(LEARNING_STARTS + 50)
    return advance


def tianshou() -> Advance:
    """Tianshou's `DQN`, its collector and its replay, without its trainer's logging.

    It does not clip gradients, which spares it that work.
    """
    from tianshou.algorithm import DQN
    from tianshou.algorithm.algorithm_base import policy_within_training_step
    from tianshou.algorithm.modelfree.dqn import DiscreteQLearningPolicy
    from tianshou.algorithm.optim import AdamOptimizerFactory
    from tianshou.data import Collector, VectorReplayBuffer
    from tianshou.env import DummyVectorEnv
    from tianshou.utils.net.common import Net

    environments = DummyVectorEnv([lambda: gymnasium.make("CartPole-v1")])
    policy = DiscreteQLearningPolicy(
        model=Net(state_shape=4, action_shape=2, hidden_sizes=[128, 128]),
        action_space=gymnasium.spaces.Discrete(2),
        eps_training=EPSILON,
    )
    algorithm = DQN(
        policy=policy,
        optim=AdamOptimizerFactory(lr=1e-3),
        target_update_freq=TARGET_PERIOD,
        is_double=False,
        huber_loss_delta=1.0,
    )
    replay = VectorReplayBuffer(BUFFER_CAPACITY, 1)
    collector = Collector(policy, environments, replay, exploration_noise=True)
    collector.reset()

    def advance(steps: int) -> None:
        with policy_within_training_step(policy):
            for _ in range(steps):
                collector.collect(n_step=1)
                algorithm.update(replay, BATCH_SIZE)

    with policy_within_training_step(policy):
        collector.collect(n_step=LEARNING_STARTS)
    advance(50)
    return advance


class PlainPyTorch:
    """What most teaching code looks like, with the mistakes taken out: autograd and a deque."""

    def __init__(self) -> None:
        self.environment = gymnasium.make("CartPole-v1")
        self.online, self.target = self._network(), self._network()
        self.target.load_state_dict(self.online.state_dict())
        self.optimizer = torch.optim.Adam(self.online.parameters(), lr=1e-3)
        self.replay: deque[Any] = deque(maxlen=BUFFER_CAPACITY)
        self.observation, _ = self.environment.reset(seed=0)
        self.steps = 0
        self.advance(LEARNING_STARTS + 50)

    @staticmethod
    def _network() -> nn.Module:
        return nn.Sequential(
            nn.Linear(4, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 2)
        )

    def advance(self, steps: int) -> None:
        for _ in range(steps):
            self._interact()
            if self.steps >= LEARNING_STARTS:
                self._learn()
            if self.steps % TARGET_PERIOD == 0:
                self.target.load_state_dict(self.online.state_dict())

    def _interact(self) -> None:
        if random.random() < EPSILON:
            action = int(self.environment.action_space.sample())
        else:
            with torch.no_grad():
                q_values = self.online(torch.as_tensor(self.observation).unsqueeze(0))
            action = int(q_values.argmax())
        following, reward, terminated, truncated, _ = self.environment.step(action)
        self.replay.append((self.observation, action, reward, following, terminated))
        self.observation = following
        self.steps += 1
        if terminated or truncated:
            self.observation, _ = self.environment.reset()

    def _learn(self) -> None:
        batch = random.sample(self.replay, BATCH_SIZE)
        observations, actions, rewards, following, terminated = map(
            np.array, zip(*batch, strict=True)
        )
        q_values = self.online(torch.from_numpy(observations))
        q_taken = q_values.gather(1, torch.from_numpy(actions)[:, None]).squeeze(1)
        with torch.no_grad():
            next_value = self.target(torch.from_numpy(following)).amax(1)
            going_on = 1 - torch.from_numpy(terminated).float()
            expected = torch.from_numpy(rewards).float() + 0.99 * going_on * next_value
        loss = nn.functional.smooth_l1_loss(q_taken, expected)
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.online.parameters(), 10)
        self.optimizer.step()
