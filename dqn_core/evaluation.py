"""Greedy episodes: their returns and Q-values (the notebook's `test` and `predict_action`)."""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from dqn_core.config import DQNConfig
from dqn_core.environments import Environment, EnvironmentSpec, make_environment
from dqn_core.errors import ConfigurationError
from dqn_core.networks import NetworkShape, QNetwork
from dqn_core.processor import one_thread


def network_shape(spec: EnvironmentSpec, config: DQNConfig) -> NetworkShape:
    """The network that ``config`` asks for in the environment described by ``spec``."""
    return NetworkShape(
        observation_dim=spec.observation_dim,
        n_actions=spec.n_actions,
        hidden_dim=config.hidden_dim,
        dueling=config.dueling,
        n_states=spec.n_states,
    )


class Agent:
    """A policy to watch, test or take away: one network and the configuration it learnt with."""

    def __init__(self, config: DQNConfig, network: QNetwork, env_steps: int = 0) -> None:
        self.config = config
        self.network = network
        self.env_steps = env_steps

    def q_values(self, observations: np.ndarray) -> np.ndarray:
        """Q `(B, n_actions)` float32 for observations `(B, observation_dim)`."""
        with torch.inference_mode(), one_thread():
            parameters = self.network.parameters
            inputs = torch.as_tensor(observations, dtype=parameters.dtype, device=parameters.device)
            return self.network.q_values(inputs[None])[0].float().cpu().numpy()

    def predict(self, observation: np.ndarray) -> int:
        """The greedy action for one observation `(observation_dim,)`."""
        return int(self.q_values(observation[None])[0].argmax())


@dataclass(frozen=True)
class Push:
    """A shove in mid-episode: ``amount`` is added to one component of the inner state."""

    step: int
    component: int
    amount: float


@dataclass(frozen=True)
class Evaluation:
    """Episodes of one policy: one entry an episode.

    ``predicted`` is max Q of the first state: what the policy expects of the whole episode.
    ``obtained`` is the sum of the rewards, discounted to that state, and nothing else: what would
    have followed after a time limit is not counted.
    """

    seeds: list[int]
    returns: np.ndarray  # (E,) float64
    lengths: np.ndarray  # (E,) int64
    terminated: np.ndarray  # (E,) bool
    predicted: np.ndarray  # (E,) float64
    obtained: np.ndarray  # (E,) float64

    @property
    def mean_return(self) -> float:
        return float(self.returns.mean())

    @property
    def truncated_share(self) -> float:
        """Share of the episodes that a time limit cut."""
        return float(1 - self.terminated.mean())


@one_thread()
def evaluate(
    agent: Agent,
    episodes: int = 20,
    seed: int = 0,
    epsilon: float = 0.0,
    parameters: Mapping[str, float] | None = None,
    push: Push | None = None,
    watcher: Callable[[int], None] | None = None,
) -> Evaluation:
    """Play ``episodes`` episodes side by side; the e-th starts from environment seed ``seed`` + e.

    ``epsilon`` is the share of random actions, ``parameters`` changes variables of the
    environment, ``push`` shoves it in mid-episode, ``watcher`` is called with the number of steps
    made whenever all have made one more. Nothing of a run that is under way is touched.

    Raises `ConfigurationError` where no episode is asked for.
    """
    if episodes < 1:
        raise ConfigurationError(f"An evaluation has at least 1 episode, not {episodes}.")
    config = agent.config
    environments = [
        make_environment(config.env_id, config.max_episode_steps, parameters=parameters)
        for _ in range(episodes)
    ]
    try:
        seeds = [seed + episode for episode in range(episodes)]
        play = playing(agent.network, [environments], [seeds], [config.gamma], epsilon, push)
        return to_the_end(play, watcher)[0]
    finally:
        for environment in environments:
            environment.close()


Play = Generator[None, None, list[Evaluation]]
"""Episodes under way: each `next` is a step of all of them, and the result is returned."""


def to_the_end(play: Play, watcher: Callable[[int], None] | None = None) -> list[Evaluation]:
    """What the episodes under way come to; ``watcher`` is told the steps made."""
    step = 0
    while True:
        try:
            next(play)
        except StopIteration as end:
            evaluations: list[Evaluation] = end.value
            return evaluations
        step += 1
        if watcher:
            watcher(step)


@torch.inference_mode()
def playing(
    network: QNetwork,
    environments: Sequence[Sequence[Environment]],
    seeds: Sequence[Sequence[int]],
    gammas: Sequence[float],
    epsilon: float = 0.0,
    push: Push | None = None,
) -> Play:
    """E episodes of each of P members, all side by side: one forward pass a step for all P·E.

    A generator, so that whoever has no time for whole episodes can stop between two steps. The
    network must not change meanwhile.
    """
    members, episodes = len(environments), len(environments[0])
    spec = environments[0][0].spec
    generators = [[np.random.default_rng(seed) for seed in row] for row in seeds]
    observations = np.stack(
        [
            [environment.reset(seed) for environment, seed in zip(*pair, strict=True)]
            for pair in zip(environments, seeds, strict=True)
        ]
    )
    like = network.parameters
    shape = members, episodes
    going_on, terminated = np.ones(shape, dtype=bool), np.zeros(shape, dtype=bool)
    returns, lengths = np.zeros(shape), np.zeros(shape, dtype=np.int64)
    predicted, obtained = np.zeros(shape), np.zeros(shape)
    gamma, discount = np.array(gammas)[:, None], np.ones((members, 1))
    step = 0
    while going_on.any():
        q_values = network.q_values(torch.from_numpy(observations).to(like))
        best, greedy = q_values.max(-1)
        if step == 0:
            predicted = best.double().cpu().numpy()
        actions = greedy.cpu().numpy()
        reward = np.zeros(shape)
        lengths += going_on
        for p, e in np.argwhere(going_on).tolist():
            action = int(actions[p, e])
            if epsilon > 0 and generators[p][e].random() < epsilon:
                action = int(generators[p][e].integers(spec.n_actions))
            if push and push.step == step:
                environments[p][e].nudge(push.component, push.amount)
            observations[p, e], reward[p, e], ended, cut = environments[p][e].step(action)
            terminated[p, e] = ended
            going_on[p, e] = not (ended or cut)
        returns += reward
        obtained += discount * reward
        discount = discount * gamma
        step += 1
        yield
    return [
        Evaluation(list(seeds[p]), returns[p], lengths[p], terminated[p], predicted[p], obtained[p])
        for p in range(members)
    ]
