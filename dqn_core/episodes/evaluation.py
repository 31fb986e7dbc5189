"""Greedy episodes: their returns and Q-values (the notebook's `test` and `predict_action`)."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import Tensor

from dqn_core.agent import Agent
from dqn_core.base.compute import one_thread, untouched_arithmetic
from dqn_core.base.scalars import whole
from dqn_core.configuration.config import HYPERPARAMETERS
from dqn_core.environments import Environment
from dqn_core.environments.configured import environments_for
from dqn_core.environments.declared import EnvironmentSpec
from dqn_core.episodes.conditions import MOST_EPISODES, USUAL, Conditions
from dqn_core.episodes.episode import Episode
from dqn_core.masks import among
from dqn_core.networks import QNetwork

ROWS = 64
"""Episodes of a member that share a forward pass at most."""

MOST_ENVIRONMENTS = 256
"""An evaluation opens at most so many environments at a time, or one for each member."""


@dataclass(frozen=True)
class Evaluation:
    """Episodes of one policy: one entry an episode.

    ``predicted`` is max Q of the first state: what the policy expects of the whole episode.
    ``obtained`` is the sum of the rewards, discounted to that state, and nothing else: what would
    have followed after a time limit is not counted. ``largest_input`` is the largest size of a
    component of the first state.
    """

    seeds: list[int]
    returns: np.ndarray  # (E,) float64
    lengths: np.ndarray  # (E,) int64
    terminated: np.ndarray  # (E,) bool
    predicted: np.ndarray  # (E,) float64
    obtained: np.ndarray  # (E,) float64
    largest_input: np.ndarray  # (E,) float32

    @property
    def mean_return(self) -> float:
        return float(self.returns.mean())

    @classmethod
    def joined(cls, parts: Sequence["Evaluation"]) -> "Evaluation":
        """The episodes of all ``parts``, in their order."""
        names = [each.name for each in fields(cls) if each.name != "seeds"]
        columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
        return cls([seed for part in parts for seed in part.seeds], **columns)

    def averages(self) -> dict[str, float]:
        """The columns of the table of evaluations that are made here."""
        return {
            "mean_return": self.mean_return,
            "predicted": float(self.predicted.mean()),
            "obtained": float(self.obtained.mean()),
            "truncated_share": self.truncated_share,
        }

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
    conditions: Conditions = USUAL,
    *,
    watcher: Callable[[int], None] | None = None,
    keep: Callable[[Evaluation], object] | None = None,
) -> Evaluation:
    """Play ``episodes`` episodes side by side; the e-th starts from environment seed ``seed`` + e.

    They are played in rounds, each with at most one episode in each environment. ``watcher`` is
    called after each step of a round, with the number of steps so far: at most `most_steps`, unless
    fewer environments than that takes can be open at once.
    ``keep`` is called with the results of each round when it has ended: a caller that gives up has
    whole rounds, and not only the shortest episodes. A run that is under way is not touched.

    Raises `ConfigurationError` for an argument out of its range, and `EnvironmentFailure`.
    """
    config, episodes = agent.config, whole("episodes", episodes, 1, MOST_EPISODES)
    seed = int(HYPERPARAMETERS["seed"].validated(seed))
    environments = environments_for(config, count_for(1, episodes), conditions.parameters, least=1)
    try:
        seeds = [seed + episode for episode in range(episodes)]
        play = playing(
            agent.network,
            [environments],
            [seeds],
            [config.gamma],
            conditions,
            keep,
            masked=config.action_masks,
        )
        return to_the_end(play, watcher)[0]
    finally:
        for environment in environments:
            environment.close()


def count_for(members: int, episodes: int) -> int:
    """How many environments each of ``members`` members needs to play ``episodes`` episodes."""
    return min(episodes, ROWS, max(1, MOST_ENVIRONMENTS // members))


def most_steps(spec: EnvironmentSpec, episodes: int) -> int:
    """The largest number of steps that a watcher of ``episodes`` can be called with."""
    return len(_rounds(episodes, count_for(1, episodes))) * spec.max_episode_steps


def _rounds(episodes: int, at_once: int) -> list[range]:
    """The episodes of each round; those of a round lie in the same block of `ROWS`."""
    return [
        range(start, min(start + at_once, first + ROWS, episodes))
        for first in range(0, episodes, ROWS)
        for start in range(first, min(first + ROWS, episodes), at_once)
    ]


Play = Generator[None, None, list[Evaluation]]
"""Episodes under way: each `next` makes a step of the present round; it returns the results."""


def to_the_end(play: Play, watcher: Callable[[int], None] | None = None) -> list[Evaluation]:
    """Play all rounds to the end; ``watcher`` is called with the number of steps so far."""
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
    conditions: Conditions = USUAL,
    keep: Callable[..., object] | None = None,
    *,
    masked: bool = False,
) -> Play:
    """Play E episodes of each of P members, in rounds of K, as each member has K environments.

    It is a generator, so that a caller with little time can stop between two steps. The network
    must not change meanwhile. ``keep`` is called with the results of each round, one for each
    member. With ``masked`` only actions are taken that the environments allow.
    """
    count, results = len(seeds[0]), []
    for chosen in _rounds(count, min(map(len, environments))):
        episodes = [
            [
                Episode(environment, seed, conditions, masked)
                for environment, seed in zip(own, row[chosen.start : chosen.stop], strict=False)
            ]
            for own, row in zip(environments, seeds, strict=True)
        ]
        # An episode is in the same row whatever K is, since the last bits depend on the row.
        first, rows = chosen.start % ROWS, min(ROWS, count)
        results.append((yield from _side_by_side(network, episodes, gammas, first, rows)))
        if keep:
            keep(*results[-1])
    return [Evaluation.joined(parts) for parts in zip(*results, strict=True)]


def _side_by_side(
    network: QNetwork,
    episodes: Sequence[Sequence[Episode]],
    gammas: Sequence[float],
    first: int,
    rows: int,
) -> Play:
    """Play one round to its end, with one forward pass for all episodes at each step.

    Its episodes have the rows from ``first`` on, of the ``rows`` rows that a member has in a pass.
    """
    members, count = len(episodes), len(episodes[0])
    dim = len(episodes[0][0].observation)
    everything = np.zeros((members, rows, dim), dtype=np.float32)
    here = slice(first, first + count)
    observations, allowed = everything[:, here], _allowed(episodes)
    predicted, obtained = np.zeros((members, count)), np.zeros((members, count))
    gamma, discount = np.array(gammas)[:, None], np.ones((members, 1))
    going_on = [(p, e, one) for p, row in enumerate(episodes) for e, one in enumerate(row)]
    for p, e, episode in going_on:
        observations[p, e] = episode.observation
    largest_input = np.abs(observations).max(-1)
    is_first = True
    while going_on:
        q_values = network.q_values(torch.from_numpy(everything).to(network.parameters))
        best, greedy = among(q_values[:, here].cpu(), allowed).max(-1)
        if is_first:
            predicted, is_first = best.double().numpy(), False
        actions, reward = greedy.tolist(), np.zeros((members, count))
        for p, e, episode in going_on:
            reward[p, e] = episode.step(episode.explore(actions[p][e]))
            observations[p, e] = episode.observation
            if allowed is not None:
                allowed[p, e] = torch.from_numpy(episode.allowed)
        obtained += discount * reward
        discount = discount * gamma
        going_on = [each for each in going_on if not each[2].is_over]
        yield
    return [
        Evaluation(
            seeds=[episode.seed for episode in row],
            returns=np.array([episode.total for episode in row]),
            lengths=np.array([episode.steps for episode in row], dtype=np.int64),
            terminated=np.array([episode.terminated for episode in row]),
            predicted=predicted[p],
            obtained=obtained[p],
            largest_input=largest_input[p],
        )
        for p, row in enumerate(episodes)
    ]


def _allowed(episodes: Sequence[Sequence[Episode]]) -> Tensor | None:
    """The allowed actions of each episode, `(P, E, n_actions)` bool; None if all are allowed."""
    if episodes[0][0].allowed is None:
        return None
    return torch.from_numpy(np.array([[episode.allowed for episode in row] for row in episodes]))
