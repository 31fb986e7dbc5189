"""The greedy evaluations of a run: the one that is under way, and what the best ones found."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dqn_core.agent import Agent
from dqn_core.base.errors import EnvironmentFailure, LabError
from dqn_core.base.statistics import interquartile_mean
from dqn_core.configuration.config import DQNConfig
from dqn_core.environments import Environment
from dqn_core.environments.configured import environments_for
from dqn_core.episodes.evaluation import Evaluation, Play, count_for, playing
from dqn_core.networks import QNetwork
from dqn_core.random_streams import seed_sequence, seeds_from


class GreedyEvaluations:
    """Greedy episodes of every member, on environments and streams that training never uses.

    An evaluation can be interrupted between two steps of its episodes and continued later; the
    network must not change meanwhile. ``is_under_way`` says that one has begun and not ended. An
    evaluation is judged by the interquartile mean of its members' mean returns: ``solved_at`` is
    the environment step of the first one that reaches the solve threshold, ``best_mean`` is the
    largest mean so far, and ``since_best`` counts the evaluations after that one. Only the members
    in ``going_on`` are evaluated and counted.
    """

    def __init__(
        self, configs: Sequence[DQNConfig], network: QNetwork, threshold: float | None
    ) -> None:
        self.solved_at: int | None = None
        self.best_mean = -np.inf
        self.since_best = 0
        self.going_on: Sequence[int] = range(len(configs))
        self._configs = list(configs)
        self._network = network
        self._threshold = threshold
        self._count = 0
        self.is_under_way = False
        self._play: Play | None = None
        self._environments: list[list[Environment]] = []
        self._best_returns = [-np.inf] * len(configs)
        self._best_steps = [0] * len(configs)
        self._best_parameters = network.parameters.clone()

    def begin(self) -> None:
        """Begin an evaluation; one that is under way is dropped, since it has changed nothing."""
        self.is_under_way, self._play = True, None

    def _begun(self) -> Play:
        first = self._configs[0]
        episodes = first.evaluation_episodes
        if not self._environments:
            members = len(self._configs)
            each = count_for(members, episodes)
            made = environments_for(first, members * each, least=members)
            self._environments = [made[p::members] for p in range(members)]
        seeds, rows = [], list(self.going_on)
        for config in (self._configs[p] for p in rows):
            stream = seed_sequence(config.seed, "evaluation").generate_state(self._count + 1)
            seeds.append(seeds_from(np.random.SeedSequence(int(stream[-1])), episodes))
        network = self._network.members(rows)
        environments = [self._environments[p] for p in rows]
        gammas = [self._configs[p].gamma for p in rows]
        return playing(network, environments, seeds, gammas, masked=first.action_masks)

    def advance(self, env_step: int) -> tuple[dict[int, Evaluation], dict[int, Evaluation]]:
        """Make one step of the episodes, where training is at ``env_step``.

        Returns: when the last episode has ended, the evaluations by member, and those of the
        members whose Q-values are no longer finite; before that, two empty dictionaries.

        Raises `EnvironmentFailure`; the next call then begins the evaluation again.
        """
        try:
            if self._play is None:
                self._play = self._begun()
            next(self._play)
        except StopIteration as end:
            self.is_under_way, self._play = False, None
            self._count += 1
            return self._judged(dict(zip(self.going_on, end.value, strict=True)), env_step)
        except LabError as error:
            self._release()
            raise EnvironmentFailure(
                "Greedy evaluation at environment step {env_step:,}: {error} "
                "With evaluation_period 0 there is none.",
                env_step=env_step,
                error=error,
            ) from error
        return {}, {}

    def _judged(
        self, results: Mapping[int, Evaluation], env_step: int
    ) -> tuple[dict[int, Evaluation], dict[int, Evaluation]]:
        """Keep the best policies so far, and tell the members apart that have diverged."""
        sound = {p: each for p, each in results.items() if np.isfinite(each.predicted).all()}
        for p, result in sound.items():
            # Of equals the newest, which has learnt longest.
            if result.mean_return >= self._best_returns[p]:
                self._best_returns[p] = result.mean_return
                self._best_steps[p] = env_step
                self._best_parameters[p] = self._network.parameters[p]
        if sound:
            self._judge([result.mean_return for result in sound.values()], env_step)
        return sound, {p: each for p, each in results.items() if p not in sound}

    def judge_anew(self, history: Mapping[str, np.ndarray]) -> None:
        """Judge all evaluations so far again, as if the stopped members had never been there.

        ``history`` has the columns ``member``, ``env_step`` and ``mean_return`` of all evaluations.
        """
        self.solved_at, self.best_mean, self.since_best = None, -np.inf, 0
        rows = [history["member"] == p for p in self.going_on]
        returns = (history["mean_return"][own] for own in rows)
        for env_step, *of_each in zip(history["env_step"][rows[0]], *returns, strict=False):
            self._judge(of_each, int(env_step))

    def _judge(self, mean_returns: Sequence[float], env_step: int) -> None:
        """Note whether an evaluation is the best so far, and whether it solves the task."""
        mean = interquartile_mean(mean_returns)
        self.since_best = 0 if mean > self.best_mean else self.since_best + 1
        self.best_mean = max(mean, self.best_mean)
        if self.solved_at is None and self._threshold is not None and mean >= self._threshold:
            self.solved_at = env_step

    def best_agent(self, member: int) -> Agent:
        """The policy with the best evaluation so far; before the first, the initial policy."""
        network = QNetwork(self._network.shape, self._best_parameters, self._network.head)
        network = network.members([member]).on("cpu")
        return Agent(self._configs[member], network, self._best_steps[member])

    def configure(self, configs: Sequence[DQNConfig]) -> None:
        """Use these configurations; an evaluation under way begins again if they concern it."""
        old, self._configs = self._configs, list(configs)
        has_other_episodes = _episodes(old) != _episodes(configs)
        is_concerned = has_other_episodes or [c.gamma for c in old] != [c.gamma for c in configs]
        begin_again = self.is_under_way and is_concerned
        if has_other_episodes:
            self.close()
        if begin_again:
            self.begin()

    def close(self) -> None:
        """Drop an evaluation that is under way, and close its environments."""
        self.is_under_way = False
        self._release()

    def _release(self) -> None:
        self._play = None
        for row in self._environments:
            for environment in row:
                environment.close()
        self._environments = []

    def state_dict(self) -> dict[str, Any]:
        """Of an evaluation that is under way only the fact is kept: it will begin again."""
        return {
            "evaluations": self._count,
            "evaluating": self.is_under_way,
            "solved_at": self.solved_at,
            "best_mean": self.best_mean,
            "best_returns": list(self._best_returns),
            "best_steps": list(self._best_steps),
            "best_parameters": self._best_parameters.clone(),
            "evaluations_since_best": self.since_best,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over what `state_dict` gave, after the network's parameters and `configure`."""
        self._count = state["evaluations"]
        self.solved_at = state["solved_at"]
        self.best_mean = state["best_mean"]
        self.since_best = state["evaluations_since_best"]
        self._best_returns = list(state["best_returns"])
        self._best_steps = list(state["best_steps"])
        self._best_parameters.copy_(state["best_parameters"])
        self.is_under_way, self._play = state["evaluating"], None


def _episodes(configs: Sequence[DQNConfig]) -> tuple[int, int]:
    """How many episodes an evaluation has and how long they may be, the same for all members."""
    return configs[0].evaluation_episodes, configs[0].max_episode_steps
