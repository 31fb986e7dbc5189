"""Greedy episodes: their returns and Q-values (the notebook's `test` and `predict_action`)."""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from dqn_core.agent import Agent
from dqn_core.compute import one_thread, untouched_arithmetic
from dqn_core.config import HYPERPARAMETERS
from dqn_core.environments import Environment, make_environments
from dqn_core.environments.declared import EnvironmentSpec
from dqn_core.episodes.conditions import Push
from dqn_core.networks import QNetwork
from dqn_core.scalars import share, whole

MOST_EPISODES = 1_000_000

ROWS = 64
"""Episodes of a member that share a forward pass at most."""

MOST_ENVIRONMENTS = 256
"""Environments that all members of an evaluation have open at a time, if not one each."""


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

    @classmethod
    def joined(cls, parts: Sequence["Evaluation"]) -> "Evaluation":
        """The episodes of all ``parts``, in their order."""
        names = ("returns", "lengths", "terminated", "predicted", "obtained")
        columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
        return cls([seed for part in parts for seed in part.seeds], **columns)

    @property
    def truncated_share(self) -> float:
        """Share of the episodes that a time limit cut."""
        return float(1 - self.terminated.mean())


@untouched_arithmetic()
@one_thread()
def evaluate(
    agent: Agent,
    episodes: int = 20,
    seed: int = 0,
    epsilon: float = 0.0,
    parameters: Mapping[str, float] | None = None,
    push: Push | None = None,
    watcher: Callable[[int], None] | None = None,
    keep: Callable[[Evaluation], object] | None = None,
) -> Evaluation:
    """Play ``episodes`` episodes side by side; the e-th starts from environment seed ``seed`` + e.

    ``epsilon`` is the share of random actions, ``parameters`` changes variables of the
    environment, ``push`` shoves it in mid-episode, ``watcher`` is called with the number of steps
    made whenever all that are played at a time have made one more: `most_steps` at most. ``keep``
    is called with what those came to as soon as the last of them has ended; whoever gives the rest
    up has these, and not the shortest of many. Nothing of a run that is under way is touched.

    Raises `ConfigurationError` for an argument out of its range, and `EnvironmentFailure`.
    """
    config, episodes = agent.config, whole("episodes", episodes, 1, MOST_EPISODES)
    seed, epsilon = int(HYPERPARAMETERS["seed"].validated(seed)), share("epsilon", epsilon)
    environments = make_environments(
        count_for(1, episodes), config.env_id, config.max_episode_steps, parameters
    )
    try:
        seeds = [seed + episode for episode in range(episodes)]
        play = playing(agent.network, [environments], [seeds], [config.gamma], epsilon, push, keep)
        return to_the_end(play, watcher)[0]
    finally:
        for environment in environments:
            environment.close()


def count_for(members: int, episodes: int) -> int:
    """How many environments each of ``members`` members needs to play ``episodes`` episodes."""
    return min(episodes, ROWS, max(1, MOST_ENVIRONMENTS // members))


def most_steps(spec: EnvironmentSpec, episodes: int) -> int:
    """How many steps a watcher of so many episodes may be told of."""
    return len(_rounds(episodes, count_for(1, episodes))) * spec.max_episode_steps


def _rounds(episodes: int, at_once: int) -> list[range]:
    """The episodes that are played at a time, all of them in the same block of `ROWS`."""
    return [
        range(start, min(start + at_once, first + ROWS, episodes))
        for first in range(0, episodes, ROWS)
        for start in range(first, min(first + ROWS, episodes), at_once)
    ]


Play = Generator[None, None, list[Evaluation]]
"""Episodes under way: each `next` is a step of those played now, and the results are returned."""


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
    keep: Callable[..., object] | None = None,
) -> Play:
    """E episodes of each of P members in K environments each, K by K, side by side.

    A generator, so that whoever has no time for whole episodes can stop between two steps. The
    network must not change meanwhile. ``keep`` is called with what each member's K came to.
    """
    episodes, results = len(seeds[0]), []
    for chosen in _rounds(episodes, len(environments[0])):
        some = [row[chosen.start : chosen.stop] for row in seeds]
        one = _Round(network, environments, some, gammas, epsilon, push)
        # An episode is in the same row whatever K is: the row has a say in the last bits.
        yield from one.play(chosen.start % ROWS, min(ROWS, episodes))
        results.append(one.results())
        if keep:
            keep(*results[-1])
    return [Evaluation.joined(parts) for parts in zip(*results, strict=True)]


class _Round:
    """Episodes that are played at the same time: as many of each member, in as many environments.

    One forward pass a step for all of them.
    """

    def __init__(
        self,
        network: QNetwork,
        environments: Sequence[Sequence[Environment]],
        seeds: Sequence[Sequence[int]],
        gammas: Sequence[float],
        epsilon: float,
        push: Push | None,
    ) -> None:
        self._network = network
        self._environments = environments
        self._seeds = seeds
        self._gamma = np.array(gammas)[:, None]
        self._epsilon = epsilon
        self._push = push
        self._generators = [[np.random.default_rng(seed) for seed in row] for row in seeds]
        shape = len(seeds), len(seeds[0])
        self._terminated = np.zeros(shape, dtype=bool)
        self._returns, self._lengths = np.zeros(shape), np.zeros(shape, dtype=np.int64)
        self._predicted, self._obtained = np.zeros(shape), np.zeros(shape)

    def play(self, first: int, rows: int) -> Iterator[None]:
        """Play to the end, and stop after each step.

        The episodes are those from row ``first`` on of a forward pass over ``rows`` rows a member.
        """
        members, count = self._returns.shape
        dim = self._environments[0][0].spec.observation_dim
        everything = np.zeros((members, rows, dim), dtype=np.float32)
        observations = everything[:, first : first + count]
        for p, e in np.ndindex(members, count):
            observations[p, e] = self._environments[p][e].reset(self._seeds[p][e])
        going_on, step = np.ones((members, count), dtype=bool), 0
        discount = np.ones((members, 1))
        like = self._network.parameters
        while going_on.any():
            q_values = self._network.q_values(torch.from_numpy(everything).to(like))
            best, greedy = (found[:, first : first + count].cpu() for found in q_values.max(-1))
            if step == 0:
                self._predicted = best.double().numpy()
            reward = np.zeros((members, count))
            self._lengths += going_on
            for p, e in np.argwhere(going_on).tolist():
                action = self._action(p, e, int(greedy[p, e]))
                environment = self._environments[p][e]
                if self._push and self._push.step == step:
                    environment.nudge(self._push.component, self._push.amount)
                observations[p, e], reward[p, e], ended, cut = environment.step(action)
                self._terminated[p, e] = ended
                going_on[p, e] = not (ended or cut)
            self._returns += reward
            self._obtained += discount * reward
            discount = discount * self._gamma
            step += 1
            yield

    def _action(self, p: int, e: int, greedy: int) -> int:
        generator = self._generators[p][e]
        if self._epsilon > 0 and generator.random() < self._epsilon:
            return int(generator.integers(self._environments[p][e].spec.n_actions))
        return greedy

    def results(self) -> list[Evaluation]:
        """Each member's evaluation."""
        return [
            Evaluation(
                list(self._seeds[p]),
                self._returns[p],
                self._lengths[p],
                self._terminated[p],
                self._predicted[p],
                self._obtained[p],
            )
            for p in range(len(self._seeds))
        ]
