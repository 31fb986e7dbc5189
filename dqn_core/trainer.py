"""The trainer: environment, replay and learner, one environment step at a time."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from dqn_core.agent import Agent, new_network
from dqn_core.base.compute import chosen_device, training_arithmetic
from dqn_core.base.errors import ConfigurationError, DivergenceError
from dqn_core.base.phrases import Phrase, read, written
from dqn_core.base.scalars import whole
from dqn_core.configuration.config import DQNConfig
from dqn_core.configuration.hyperparameter import Value
from dqn_core.configuration.members import changed, check_members, check_same_shapes
from dqn_core.divergence import Stop, divergences, newest, no_longer_finite, stopped_last
from dqn_core.ending import Limits, reason_to_end
from dqn_core.environments import Environment
from dqn_core.environments.configured import spec_for
from dqn_core.exploration import EpsilonGreedy, Epsilons, epsilon_at
from dqn_core.greedy_evaluations import GreedyEvaluations
from dqn_core.history import History
from dqn_core.interaction import CurrentEpisode, Interaction
from dqn_core.learner import Learner
from dqn_core.replay import ReplayBuffer, Transitions
from dqn_core.stretch import prepare_stretch
from dqn_core.update_statistics import update_statistics

STATISTICS_PERIOD = 97
"""Gradient updates between two rows of update statistics.

A prime: with 100, a target network that is copied every 100, 50 or 20 updates would be looked at
just after each copy, and never be seen to lag.
"""


class Trainer:
    """A run of DQN that advances when asked and can stop between any two steps or updates.

    Several configurations train side by side as members. They share nothing but the tensor
    operations. Hyperparameters that fix shapes or clocks must be equal in all of them.

    A member that diverges or is cancelled is stopped, and the others go on as if it had never been
    there. ``stops`` has each member's `Stop`, or None. ``going_on`` are the members without a stop.
    ``counted`` are the members that averages are taken over: those that go on. If none goes on,
    they are those that stopped last. ``updates_due`` counts the gradient updates that are left to
    do after the last step. ``evaluated`` is the first member's policy at the newest greedy
    evaluation, None before the first one.

    Raises `EnvironmentFailure` where the first episodes cannot begin, unless ``must_begin`` is
    False: a saved run has its own episodes, and can be looked at while its environment fails.
    """

    def __init__(self, config: DQNConfig | Sequence[DQNConfig], *, must_begin: bool = True) -> None:
        self.configs = [config] if isinstance(config, DQNConfig) else list(config)
        check_members(self.configs)
        self.device = chosen_device(self.config.device)
        self.interaction = Interaction(self.configs, must_begin, self.device)
        self.spec = self.environments[0].spec
        network = new_network(self.spec, self.configs).on(self.device)
        self.learner = Learner(network, self.configs)
        self.replay = ReplayBuffer.of_run(self.spec, self.configs, self.device)
        self.exploration = EpsilonGreedy([c.seed for c in self.configs], self.spec.n_actions)
        self.evaluations = GreedyEvaluations(self.configs, network, self.spec.reward_threshold)
        self.history = History()
        self.env_step = 0
        self.gradient_updates = 0
        self.seconds = 0.0
        self.episodes = [0] * self.members
        self.stops: list[Stop | None] = [None] * self.members
        self.notice = ""
        self.evaluated: Agent | None = None
        self.updates_due = 0
        self._next_look = 0  # the environment step after which the ended episodes are heard of
        self._must_look_often = False
        self._plan()

    @property
    def config(self) -> DQNConfig:
        """The first member's configuration."""
        return self.configs[0]

    @property
    def members(self) -> int:
        return len(self.configs)

    @property
    def environments(self) -> list[Environment]:
        """One for each member."""
        return self.interaction.environments

    @property
    def first(self) -> int:
        """The first of the ``counted`` members."""
        return self.counted[0]

    @property
    def fewest_episodes(self) -> int:
        """Episodes that each of the ``counted`` members has ended at least."""
        return min(self.episodes[p] for p in self.counted)

    def current_length(self, member: int = 0) -> int:
        """Environment steps made in that member's present episode."""
        return int(self.interaction.lengths[self._checked(member)])

    def current_episode(self, member: int = 0) -> CurrentEpisode:
        """A copy of the state that that member's episode is in."""
        member = self._checked(member)
        last_step = self.replay.last_step(member) if self.current_length(member) else None
        return self.interaction.current_episode(member, last_step)

    @property
    def is_between_steps(self) -> bool:
        """Whether no gradient update and no greedy evaluation is left to do after the last step."""
        return not self.updates_due and not self.evaluations.is_under_way

    def finished(self) -> str | None:
        """One sentence that says why the run is over, or None while it is not."""
        if not self.going_on:
            return newest(self.stops).reason
        if not self.is_between_steps:
            return None
        return reason_to_end(self)

    def run(
        self,
        max_steps: int | None = None,
        max_seconds: float | None = None,
        max_episodes: int | None = None,
        max_updates: int | None = None,
    ) -> int:
        """Advance until a limit is reached or the run is `finished`; returns the steps made.

        Limits count environment steps, seconds, gradient updates, and episodes of the first member
        that goes on. The seconds may be over between two updates or in the middle of a greedy
        evaluation; the next call continues there. With ``max_updates`` the call ends before the
        first update beyond it: with ``max_steps`` 1 and ``max_updates`` 0 a step is made, and the
        updates that belong to it are left for the next call.

        Raises `ConfigurationError` for a limit that is not allowed, `DivergenceError` when no
        member goes on, and `EnvironmentFailure` when an environment fails. A step in which one
        fails is not made: the next call tries again, from new episodes. What was learnt is kept.
        """
        limits = Limits(self, max_steps, max_seconds, max_episodes, max_updates)
        self._check_going_on()
        first_step = self.env_step
        self._is_prepared, self._must_look_often = False, max_episodes is not None
        with training_arithmetic():
            try:
                while not self.finished():
                    self.seconds = limits.seconds
                    if limits.forbid_more():
                        break
                    if self.updates_due:
                        self._go_on_learning()
                    elif self.evaluations.is_under_way:
                        self._go_on_evaluating()
                    else:
                        self._step(and_learn=max_updates is None)
            finally:
                self._look()
        self.seconds = limits.seconds
        return self.env_step - first_step

    def _step(self, and_learn: bool = True) -> None:
        """The inner loop of Algorithm 1 in Mnih et al. 2015: one environment step of every member.

        With ``and_learn`` the first gradient update that is due after it follows.
        """
        config = self.config
        self.interaction.begin_where_due(self.env_step)  # only after an environment has failed
        if not self._is_prepared:
            self._next_look = prepare_stretch(self, self._must_look_often)
            self._is_prepared = True
        self._interact(*self._choose_actions())
        if self.env_step >= config.learning_starts and self.env_step % config.train_frequency == 0:
            self.updates_due = config.gradient_steps
        try:
            self.interaction.begin_where_due(self.env_step)
        finally:
            if and_learn or not self.updates_due:
                self._go_on_learning()

    def _go_on_learning(self) -> None:
        """Make one of the updates that are due; after the last, what comes by environment steps."""
        if self.updates_due:
            self.updates_due -= 1  # before the update: one that diverges was made, too
            self._learn()
        if not self.updates_due:
            self.learner.update_targets("env_steps", self.env_step)
            if self._is_evaluation_due():
                self._look()
                self.evaluations.begin()

    def _is_evaluation_due(self) -> bool:
        period = self.config.evaluation_period
        return period > 0 and self.env_step % period == 0

    def _choose_actions(self) -> tuple[Any, Any]:
        """ε-greedy actions `(P,)`, and which are random: see `EpsilonGreedy.choose`.

        Of a noisy network they are the greedy ones, with noise for this step.
        """
        network = self.learner.online_weights.draw()
        if population := self.interaction.population:
            epsilons = self.epsilons.on_device(self.env_step)
            return self.exploration.choose_on_device(network, population.observations, epsilons)
        return self.exploration.choose(
            network,
            self.interaction.observations,
            self.epsilons.at(self.env_step),
            self.interaction.allowed,
        )

    def _interact(self, actions: Any, exploring: Any) -> None:
        """Step every environment, store the transitions, and record the episodes that ended."""
        try:
            transitions = self.interaction.step(actions, self.env_step + 1, exploring)
        except BaseException:
            self.replay.cut()  # new episodes begin
            raise
        # The true next observation is stored also where the episode ends, and only *terminated*
        # will cut the target: a time limit says nothing about the state.
        self.replay.push(transitions)
        self.env_step += 1
        if self.env_step >= self._next_look:
            self._look(transitions)

    def _look(self, transitions: Transitions | None = None) -> None:
        """Record the episodes that ended since the last look; on the processor in this step."""
        for p, ended in self.interaction.ended(transitions):
            self._end_episode(p, ended)
        if self.interaction.population:
            self._is_prepared = False

    def _end_episode(self, p: int, ended: dict[str, Any]) -> None:
        self.episodes[p] += 1
        row = self._when(p) | ended
        self.history.episodes.append(**row, epsilon=epsilon_at(self.configs[p], row["env_step"]))
        self.learner.end_episode(p, self.episodes[p])

    def _learn(self) -> None:
        config, learner = self.config, self.learner
        learner.set_env_step(self.env_step)
        batch = self.replay.sample(config.batch_size, self.gamma, config.n_step)
        self.replay.learnt(batch, learner.update(batch))
        self.gradient_updates += 1
        self.learner.update_targets("gradient_updates", self.gradient_updates)
        if self.gradient_updates % STATISTICS_PERIOD == 1:
            self._record_update()

    def _plan(self) -> None:
        """Compute once what every step needs: ``gamma`` `(P, 1)`, ε, and which members go on."""
        self.gamma = self.replay.placed(np.array([[config.gamma] for config in self.configs]))
        self.epsilons = Epsilons(self.configs)
        self._is_prepared = False
        self.going_on = [p for p, stop in enumerate(self.stops) if stop is None]
        self.counted = self.going_on or stopped_last(self.stops)
        self.evaluations.going_on = self.going_on
        self.learner.go_on_with(self.going_on)
        self.replay.go_on_with(self.going_on)
        self.interaction.go_on_with(self.going_on)

    def _when(self, p: int) -> dict[str, Any]:
        return {
            "member": p,
            "env_step": self.env_step,
            "episode": self.episodes[p],
            "seconds": self.seconds,
        }

    def _record_update(self) -> None:
        self._look()
        for p, row in update_statistics(self.learner, self.replay, self.going_on):
            self.history.updates.append(
                **self._when(p),
                gradient_update=self.gradient_updates,
                epsilon=epsilon_at(self.configs[p], self.env_step),
                **row,
            )
        self._stop(divergences(self.learner, self.replay, self.configs, self.env_step))

    def _stop(self, stops: Mapping[int, Stop]) -> None:
        """Stop these members for good; one that has stopped already keeps its stop."""
        newly = [p for p in self.going_on if p in stops]
        if not newly:
            return
        for p in newly:
            self.stops[p] = stops[p]
        self._plan()
        self._check_going_on()
        self.evaluations.judge_anew(self.history.evaluations.columns())

    def _check_going_on(self) -> None:
        if not self.going_on:
            raise DivergenceError(newest(self.stops).reason)

    def cancel(self, members: Iterable[int], may_end: bool = False) -> None:
        """Stop these members for good; one that has stopped already stays as it is.

        Raises `ConfigurationError`, with nothing changed, where no member would go on, unless the
        run ``may_end`` by it.
        """
        chosen = {self._checked(member) for member in members}
        if chosen.issuperset(self.going_on) and not may_end:
            raise ConfigurationError(
                "No member of the run would go on: pause it, or leave one of them."
            )
        if self.evaluations.is_under_way:
            self.evaluations.begin()  # of those alone that go on
        reason = Phrase("Cancelled at step {step:,}.", step=self.env_step)
        stop = Stop(self.env_step, reason)
        with suppress(DivergenceError):  # it is what was asked for
            self._stop(dict.fromkeys(chosen, stop))

    @training_arithmetic()
    def evaluate(self) -> None:
        """Make the updates that are due, then a greedy evaluation or the rest of one.

        Raises `DivergenceError` when no member goes on.
        """
        self._check_going_on()
        while self.updates_due:
            self._go_on_learning()
        if not self.evaluations.is_under_way:
            self.evaluations.begin()
        while self.evaluations.is_under_way:
            self._go_on_evaluating()

    def _go_on_evaluating(self) -> None:
        results, lost = self.evaluations.advance(self.env_step)
        for p, result in results.items():
            self.history.evaluations.append(**self._when(p), **result.averages())
        if 0 in results:
            self.evaluated = self.agent()
        run = self.learner, self.replay, self.env_step
        seen = {p: float(evaluation.largest_input.max()) for p, evaluation in lost.items()}
        self._stop({p: no_longer_finite(*run, p, self.configs[p], seen[p]) for p in seen})

    def change(self, member: int | None = None, **changes: Value) -> None:
        """Set hyperparameters of one member or all, from the next step or update on.

        The changes are rows of the history. Raises `ConfigurationError`, with nothing changed, for
        a bad value or member, for a hyperparameter that only a restart can change, and for a replay
        buffer that does not fit into memory.
        """
        chosen = range(self.members) if member is None else [self._checked(member)]
        before, configs = self.configs, changed(self.configs, chosen, changes)
        self._apply(configs)
        for p in chosen:
            for name, new in configs[p].difference(before[p]).items():
                old = getattr(before[p], name)
                self.history.changes.append(**self._when(p), name=name, old=old, new=new)

    def _apply(self, configs: list[DQNConfig]) -> None:
        self.replay.configure(configs)
        if configs[0].max_episode_steps != self.config.max_episode_steps:
            self.spec = spec_for(configs[0])
        self.updates_due = min(self.updates_due, configs[0].gradient_steps)
        self.configs = configs
        self._plan()
        self.interaction.configure(configs)
        self.learner.configure(configs)
        self.evaluations.configure(configs)

    def agent(self, member: int = 0) -> Agent:
        """A copy of that member's policy as it is now, or as it was when the member stopped."""
        member = self._checked(member)
        network, stop = self.learner.online.members([member]).on("cpu"), self.stops[member]
        return Agent(self.configs[member], network, stop.env_step if stop else self.env_step)

    def best_agent(self, member: int = 0) -> Agent:
        """That member's policy with the best greedy evaluation so far, the newest of equals.

        Before the first evaluation it is the initial policy.
        """
        return self.evaluations.best_agent(self._checked(member))

    def _checked(self, member: int) -> int:
        return whole("member", member, 0, self.members - 1)

    def close(self) -> None:
        """Release the environments."""
        self.interaction.close()
        self.evaluations.close()

    def state_dict(self) -> dict[str, Any]:
        """Everything that the rest of the run depends on, as tensors, arrays, numbers and text."""
        return {**self.state_without_history(), "history": self.history.state_dict()}

    def state_without_history(self) -> dict[str, Any]:
        """The same without the history, for callers that keep its rows elsewhere."""
        return {
            "configs": [config.to_dict() for config in self.configs],
            "learner": self.learner.state_dict(),
            "replay": self.replay.state_dict(),
            "exploration": self.exploration.state_dict(),
            "env_step": self.env_step,
            "gradient_updates": self.gradient_updates,
            "updates_due": self.updates_due,
            "seconds": self.seconds,
            "episodes": list(self.episodes),
            "stopped_at": [stop and stop.env_step for stop in self.stops],
            "stop_reasons": [written(stop.reason) if stop else "" for stop in self.stops],
            **self.interaction.state_dict(),
            **self.evaluations.state_dict(),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Become the run that `state_dict` described.

        Where the environment's inner state cannot be restored, the present episode is given up and
        a new one is started; ``notice`` says so.
        """
        configs = [DQNConfig.from_dict(values) for values in state["configs"]]
        check_same_shapes(configs, self.configs)
        self.stops = [
            None if at is None else Stop(at, read(reason))
            for at, reason in zip(state["stopped_at"], state["stop_reasons"], strict=True)
        ]
        self._apply(configs)
        self.learner.load_state_dict(state["learner"])
        self.replay.load_state_dict(state["replay"])
        self.exploration.load_state_dict(state["exploration"])
        self.history.load_state_dict(state["history"])
        self.env_step = state["env_step"]
        self.gradient_updates = state["gradient_updates"]
        self.updates_due = state["updates_due"]
        self.seconds = state["seconds"]
        self.episodes = list(state["episodes"])
        self.evaluations.load_state_dict(state)
        self.evaluated = None
        goes_on, self.notice = self.interaction.load_state_dict(state)
        if not goes_on:
            self.replay.cut()

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> "Trainer":
        """A new trainer that continues the run which `state_dict` described."""
        trainer = cls([DQNConfig.from_dict(values) for values in state["configs"]])
        trainer.load_state_dict(state)
        return trainer
