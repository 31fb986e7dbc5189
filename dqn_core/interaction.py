"""The members' environments, and the episode that each of them is in."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from dqn_core.base.errors import EnvironmentFailure, UnsupportedEnvironmentError
from dqn_core.base.phrases import Phrase, paragraph
from dqn_core.configuration.config import DQNConfig
from dqn_core.environments import Environment
from dqn_core.environments.chance import Chance
from dqn_core.environments.configured import environments_for
from dqn_core.environments.dynamics import Rows
from dqn_core.environments.restoration import restores_exactly
from dqn_core.environments.side_by_side import SideBySide, side_by_side
from dqn_core.population import Population
from dqn_core.random_streams import seed_sequence, seeds_from
from dqn_core.replay import Transitions


@dataclass(frozen=True)
class CurrentEpisode:
    """A member's present episode: the environment's state and what the agent observes.

    ``action`` and ``reward`` are those of the last step, None before the first step. ``allowed``
    says which actions are allowed; None means all.
    """

    environment: Mapping[str, Any]
    observation: np.ndarray  # (observation_dim,) float32
    length: int
    return_so_far: float
    action: int | None
    reward: float | None
    allowed: np.ndarray | None = None  # (n_actions,) bool


class Interaction:
    """The environments of P members, one each, and the episodes under way in them.

    ``observations`` `(P, observation_dim)` float32 is what the agents observe. ``allowed``
    `(P, n_actions)` bool are the allowed actions, None without action masks. ``returns``,
    ``lengths`` and ``explored`` `(P,)` are the sums of rewards, the steps and the random actions of
    the episodes under way. Only the members that `go_on_with` names act: ``is_acting`` `(P,)`.
    Where the first episodes need not begin, ``must_begin`` is False.

    ``gives_masks`` says whether the first environment told at its first reset which actions are
    allowed.

    While a run goes on, all of them move to the ``device`` if they can. ``population`` then has
    them, and is None otherwise. The arrays here are meanwhile as they were at the last `ended`.
    """

    def __init__(
        self, configs: Sequence[DQNConfig], must_begin: bool = True, device: str = "cpu"
    ) -> None:
        first, members = configs[0], len(configs)
        self._seeds = [config.seed for config in configs]
        self._device = device
        self.population: Population | None = None
        self.configure(configs)
        self._environments = environments_for(first, members)
        self._side_by_side: SideBySide | None = None
        self.returns = np.zeros(members)
        self.lengths = np.zeros(members, dtype=np.int64)
        self.explored = np.zeros(members, dtype=np.int64)
        self._to_begin: list[int] = []
        self.go_on_with(range(members))
        spec = self._environments[0].spec
        self.observations = np.zeros((members, spec.observation_dim), np.float32)
        self.allowed = np.ones((members, spec.n_actions), bool) if first.action_masks else None
        try:
            for p in range(members):
                self._begin(p, self._first_observation(p))
        except EnvironmentFailure:
            if must_begin:
                self.close()
                raise
        self.gives_masks = self._environments[0].gives_masks
        self._join()

    def _first_observation(self, p: int) -> np.ndarray:
        seed = seeds_from(seed_sequence(self._seeds[p], "environment"), 1)[0]
        return self._environments[p].reset(seed)

    def _begin(self, p: int, observation: np.ndarray) -> None:
        self.observations[p] = observation
        if self.allowed is not None:
            self.allowed[p] = self._environments[p].allowed()

    def _join(self) -> None:
        """From now on step all environments in one operation, if that is possible."""
        self._side_by_side = side_by_side(self._environments) if self.allowed is None else None

    @property
    def environments(self) -> list[Environment]:
        """The environment of each member, in its present state."""
        self._come_home()
        if self._side_by_side:
            self._side_by_side.give_back()
        return self._environments

    def prepare(self, steps: int) -> str:
        """Be ready for the next ``steps``, until `ended` is asked; returns where they are made."""
        if self.population is None and self._can_move():
            assert self._side_by_side
            self.population = Population(
                self._environments,
                self._side_by_side.taken_over(),
                self.observations,
                np.stack((self.returns, self.lengths, self.explored)),
                self.is_acting,
                self._time_limit,
                self._device,
            )
        if self.population is None:
            return "cpu"
        self.population.prepare(steps)
        return self._device

    def _can_move(self) -> bool:
        """Whether a step of all can be made on the device without the processor.

        It cannot where environments step one by one, or noise or batches are drawn here.
        """
        is_drawn_here = self._config.noisy or self._config.sampling != "uniform"
        if self._device == "cpu" or not self._side_by_side or is_drawn_here or self._to_begin:
            return False
        return all(Chance.is_of(each.env.unwrapped.np_random) for each in self._environments)

    def _come_home(self) -> None:
        if self.population:
            self.population.give_back()
            self.population = None

    def go_on_with(self, members: Sequence[int]) -> None:
        """Let only these members act from now on."""
        self._come_home()
        self._acting = list(members)
        self.is_acting = np.zeros(len(self._seeds), dtype=bool)
        self.is_acting[self._acting] = True
        self._rows: Rows = slice(None) if self.is_acting.all() else np.array(self._acting, int)

    def configure(self, configs: Sequence[DQNConfig]) -> None:
        """Use this time limit from the next episodes on."""
        self._come_home()
        self._config = configs[0]
        self._time_limit = configs[0].max_episode_steps

    def step(self, actions: Any, env_step: int, exploring: Any = None) -> Transitions:
        """Make one step of every environment; if one fails, all begin new episodes.

        ``exploring`` `(P,)` bool says which actions are random; None means none. Raises
        `EnvironmentFailure`, which names ``env_step``, the number of this step.
        """
        if self.population:
            return self.population.step(actions, exploring, env_step)
        members, allowed = len(actions), self.allowed
        made = Transitions(
            self.observations,
            actions,
            np.zeros(members),
            self.observations.copy(),
            np.zeros(members, dtype=bool),
            np.zeros(members, dtype=bool),
            allowed,
            None if allowed is None else allowed.copy(),
        )
        if self._side_by_side:
            self._step_side_by_side(self._side_by_side, made, env_step)
        else:
            self._step_each(made, env_step)
        self.observations, self.allowed = made.next_observations, made.next_allowed
        self.returns += made.rewards
        self.lengths += self.is_acting
        if exploring is not None:
            self.explored += exploring & self.is_acting
        return made

    def _step_each(self, made: Transitions, env_step: int) -> None:
        for p in self._acting:
            environment = self._environments[p]
            try:
                (
                    made.next_observations[p],
                    made.rewards[p],
                    made.terminated[p],
                    made.truncated[p],
                ) = environment.step(int(made.actions[p]))
                if made.next_allowed is not None:
                    made.next_allowed[p] = environment.allowed()
            except BaseException as error:  # also Ctrl-C, after which a script may save the run
                self._give_episodes_up()
                if not isinstance(error, EnvironmentFailure):
                    raise
                raise self._told(error, p, env_step) from error

    def _step_side_by_side(self, them: SideBySide, made: Transitions, env_step: int) -> None:
        rows = self._rows
        outcome, made.truncated[rows] = them.step(rows, made.actions[rows])
        made.next_observations[rows] = outcome.observations
        made.rewards[rows] = outcome.rewards
        made.terminated[rows] = outcome.terminated
        if np.isfinite(made.next_observations).all():
            return
        for p in self._acting:
            try:
                self.environments[p].seen(made.next_observations[p])
            except EnvironmentFailure as error:
                self._give_episodes_up()
                raise self._told(error, p, env_step) from error

    def current_episode(self, p: int, last_step: tuple[int, float] | None) -> CurrentEpisode:
        """A copy of that member's episode; ``last_step`` is its last action and reward, if any."""
        action, reward = last_step or (None, None)
        return CurrentEpisode(
            self.environments[p].state_dict(),
            self.observations[p].copy(),
            int(self.lengths[p]),
            float(self.returns[p]),
            action,
            reward,
            None if self.allowed is None else self.allowed[p].copy(),
        )

    def ended(self, made: Transitions | None = None) -> Iterable[tuple[int, dict[str, Any]]]:
        """The episodes that ended: whose each was, and its row's numbers.

        On the processor those that ended in the step that ``made`` these transitions, on the
        device all since the last call.
        """
        if self.population:
            ended = self.population.ended()
            rows, episodes = self._rows, self.population.episodes.cpu().numpy()[:, self._rows]
            self.observations[rows] = self.population.observations.cpu().numpy()[rows]
            self.returns[rows], self.lengths[rows], self.explored[rows] = episodes
            return ended
        if made is None:
            return ()
        ends = made.terminated | made.truncated
        return [
            (p, self.end_episode(p) | {"terminated": bool(made.terminated[p])})
            for p in ends.nonzero()[0].tolist()
        ]

    def end_episode(self, p: int) -> dict[str, float]:
        """The return, the length and the share of random actions of an episode that has ended.

        `begin_where_due` then begins the next one.
        """
        length = self.lengths[p]
        ended = {
            "return": self.returns[p],
            "length": length,
            "exploration_share": self.explored[p] / length,
        }
        self._to_begin.append(p)
        self._forget_episode(p)
        return ended

    def begin_where_due(self, env_step: int) -> None:
        """Begin a new episode of each member whose last one is over.

        Raises `EnvironmentFailure`, which names ``env_step``; a later call then tries again.
        """
        if not self._to_begin:
            return
        for p in [p for p in self._to_begin if self.is_acting[p]]:
            environment = self._environments[p]
            environment.set_time_limit(self._time_limit)
            try:
                stepped = self._side_by_side
                self._begin(p, stepped.reset(p) if stepped else environment.reset())
            except EnvironmentFailure as error:
                raise self._told(error, p, env_step) from error
            self._to_begin.remove(p)

    def _give_episodes_up(self) -> None:
        """Have all members begin new episodes: a step that only some made does not count."""
        self._to_begin = list(dict.fromkeys(self._to_begin + self._acting))
        for p in self._acting:
            self._forget_episode(p)

    def _forget_episode(self, p: int) -> None:
        self.returns[p] = self.lengths[p] = self.explored[p] = 0

    def _told(self, error: EnvironmentFailure, p: int, env_step: int) -> EnvironmentFailure:
        return EnvironmentFailure(
            "Environment step {env_step:,} of seed {seed}: {error}"
            if len(self._seeds) > 1
            else "Environment step {env_step:,}: {error}",
            env_step=env_step,
            seed=self._seeds[p],
            error=error,
        )

    def close(self) -> None:
        """Release the environments."""
        for environment in self._environments:
            environment.close()

    def state_dict(self) -> dict[str, Any]:
        """The state of an environment whose episode could not begin is None."""
        masks = {} if self.allowed is None else {"allowed": self.allowed.copy()}
        return {
            "environments": [
                None if p in self._to_begin else environment.state_dict()
                for p, environment in enumerate(self.environments)
            ],
            "observations": self.observations.copy(),
            **masks,
            "returns": self.returns.copy(),
            "lengths": self.lengths.copy(),
            "explored": self.explored.copy(),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> tuple[bool, str]:
        """Restore what `state_dict` gave; call `configure` and `go_on_with` before.

        If an environment's inner state cannot be restored, the episodes under way are given up.

        Returns: whether the episodes go on, and sentences for the user, "" if there are none.
        """
        self._come_home()
        self.observations = np.array(state["observations"])
        if self.allowed is not None:
            self.allowed = np.array(state["allowed"])
        self.returns[:] = state["returns"]
        self.lengths[:] = state["lengths"]
        self.explored[:] = state["explored"]
        self._to_begin = []
        notices = [self._restored(*each) for each in enumerate(state["environments"])]
        self._join()
        spec = self._environments[0].spec
        has_failed = any(self.is_acting[self._to_begin])
        goes_on = self._restores_exactly and not has_failed
        if not goes_on:
            notices.append(
                Phrase("{env_id} had failed: a new episode was started.", env_id=spec.env_id)
                if has_failed
                else Phrase(
                    "{env_id} cannot be resumed in mid-episode: a new episode was started.",
                    env_id=spec.env_id,
                )
            )
            self._give_episodes_up()
            with suppress(EnvironmentFailure):  # the next step tries again, and tells
                self.begin_where_due(env_step=0)
        return goes_on, paragraph(dict.fromkeys(notices))

    @cached_property
    def _restores_exactly(self) -> bool:
        """Whether states can be restored exactly: tried out once, since the environments stay."""
        return restores_exactly(self._environments[0].spec)

    def _restored(self, p: int, kept: Mapping[str, Any] | None) -> str:
        """Restore that member's environment; returns sentences for the user, or ""."""
        with suppress(EnvironmentFailure, UnsupportedEnvironmentError):
            if kept is not None:  # None: it had failed
                return self.environments[p].load_state_dict(kept)
        self._to_begin.append(p)
        return ""
