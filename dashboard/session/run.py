"""A run as the pages see it: a trainer, its status, and the commands to it.

A thread calls `Run.advance`; pages read properties and call the commands. Both may happen at any
moment. So whatever touches the trainer holds the run's turnstile, which lets a page in before the
thread's next slice.
"""

import uuid
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from dashboard.session.drawn_table import change_labels
from dashboard.session.keeping import Keeping, Origin
from dashboard.session.motion import Motion
from dashboard.session.race import Arm, arms_of
from dashboard.session.size import check_size
from dashboard.session.trends import Trend
from dashboard.web.slots import Slots
from dashboard.web.turnstile import Turnstile
from dqn_core import Agent, DQNConfig, LabError, Trainer
from dqn_core.base.errors import EnvironmentFailure
from dqn_core.base.numbers import number
from dqn_core.base.phrases import Phrase
from dqn_core.configuration.hyperparameter import Value
from dqn_core.configuration.members import first_configs
from dqn_core.diagnostics import allowed_actions, recent_observations, spread_observations
from dqn_core.history import History
from dqn_core.interaction import CurrentEpisode
from dqn_core.learner import learning_rate_at
from dqn_core.store.record import RunRecord
from dqn_core.store.record import Status as Stored

JUDGED_STEPS = 1_000
"""Environment steps after which a race without greedy evaluations is judged again."""

MOST_SPREAD = 256
"""Observations from the whole replay in a `MemberCopy`."""

MOST_PASSED = 20
"""Agents of earlier steps that are kept; if there are more, every second one is dropped."""


class Status(StrEnum):
    """What a run is doing."""

    READY = "ready"
    RUNNING = "running"
    WAITING = "waiting"
    PAUSED = "paused"
    FINISHED = "finished"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


STORED = {
    Status.FINISHED: Stored.FINISHED,
    Status.INTERRUPTED: Stored.INTERRUPTED,
    Status.FAILED: Stored.DIVERGED,
}
"""The store's status of a run that has stopped; runs with any other status are paused there."""


@dataclass(frozen=True)
class MemberCopy:
    """A copy of one member's policy and of what it has observed, all of the same moment."""

    agent: Agent
    recent: np.ndarray  # (N, observation_dim), its newest observations, oldest first
    spread: np.ndarray  # (M, observation_dim), observations from the whole replay
    allowed: np.ndarray | None = None  # (n_states, n_actions) bool, with action masks


class Run:
    """One run: its trainer, and the commands and questions of the pages.

    ``id`` differs from that of any other run, and changes when a stored run is continued. ``place``
    is the name under which it holds a training slot. ``keeping`` writes the run into the store.
    """

    def __init__(
        self,
        source: Sequence[DQNConfig] | Trainer,
        origin: Origin | None = None,
        record: RunRecord | None = None,
        passed_agents: Sequence[Agent] = (),
    ) -> None:
        """A new run of configurations, or one that goes on from where a trainer is.

        ``record`` is the record of a stored run that is continued; ``passed_agents`` are its agents
        at earlier steps.
        """
        check_size(source.configs if isinstance(source, Trainer) else source)
        self.trainer = source if isinstance(source, Trainer) else Trainer(source)
        self.id = self.place = uuid.uuid4().hex[:12]
        self.status: Status
        self.message: str
        begun = Status.PAUSED if self.trainer.env_step else Status.READY
        finished = self.trainer.finished()
        self._settle(Status.FINISHED if finished else begun, finished or self.trainer.notice)
        self.ahead = 0
        self.keeping = Keeping(self.trainer, origin or Origin(), record)
        self.passed_agents = [*passed_agents] or [self.trainer.agent()]
        self._trends: dict[int, Trend] = {}
        self._turnstile = Turnstile()
        self._motion = Motion(self.trainer)
        self._was_cancelled = False  # which is no divergence

    @property
    def history(self) -> History:
        """What has happened so far: to be read, never written."""
        return self.trainer.history

    @property
    def config(self) -> DQNConfig:
        """The first member's configuration as the next update will use it."""
        return self.trainer.config

    @property
    def first_config(self) -> DQNConfig:
        """The first member's configuration at step 0."""
        return self.first_configs[0]

    @property
    def first_configs(self) -> list[DQNConfig]:
        """The members' configurations at step 0."""
        return first_configs(self.trainer.configs, self.history.changes.columns())

    @property
    def is_active(self) -> bool:
        """Whether it trains or waits for its turn to."""
        return self.status in (Status.RUNNING, Status.WAITING)

    @property
    def steps_per_second(self) -> float | None:
        """The speed that a person has set, None for full speed."""
        return self._motion.steps_per_second

    @steps_per_second.setter
    def steps_per_second(self, speed: float | None) -> None:
        with self._turnstile.for_page():
            self._motion.set_speed(speed)

    @property
    def measured_speed(self) -> float:
        """Environment steps per second in the last seconds."""
        return self._motion.pace.steps_per_second

    @property
    def training_share(self) -> float:
        """Share of the last seconds that was spent on training; the rest was waiting."""
        return self._motion.pace.training_share

    @property
    def stopped(self) -> list[Phrase]:
        """A sentence for each stopped member, except those of arms in which all have stopped."""
        configs, stops = self.trainer.configs, self.trainer.stops
        if self.trainer.members == 1 or not any(stops):
            return []
        whole = {p for arm in self.arms if all(stops[p] for p in arm.members) for p in arm.members}
        arm_of = {p: arm.label for arm in self.arms for p in arm.members}
        return [
            Phrase(
                "Seed {seed} of {arm} stopped: {reason}"
                if arm_of
                else "Seed {seed} stopped: {reason}",
                seed=configs[p].seed,
                arm=arm_of.get(p, ""),
                reason=stop.reason,
            )
            for p, stop in enumerate(stops)
            if stop and p not in whole
        ]

    @property
    def evidence(self) -> int:
        """A number that changes whenever a race is to be judged again."""
        if self.config.evaluation_period:
            return len(self.history.evaluations)
        return self.trainer.env_step // JUDGED_STEPS

    @property
    def arms(self) -> list[Arm]:
        """The values of a race that it runs, each with its members; none where it is no race."""
        return arms_of(self.trainer.configs)

    def change_labels(self) -> list[str]:
        """What was changed, one short text a row of the table of changes."""
        return change_labels(self.history.changes.columns())

    def start(self) -> None:
        """Train until something stops the run."""
        self._go({})

    def step(self) -> None:
        """Train one environment step, then pause."""
        self.train_for(1)

    def train_for(self, count: int) -> None:
        """Train ``count`` environment steps, then pause."""
        self._go({"max_steps": count})

    def episode(self) -> None:
        """Train to the end of an episode of the first member that goes on, then pause."""
        self._go({"max_episodes": 1})

    def go_on_as(self, before: "Run") -> None:
        """Take over speed and activity of ``before``, the same run on a page that was left."""
        self.steps_per_second = before.steps_per_second
        if before.is_active:
            self._go(before._motion.limit)

    def _go(self, limit: dict[str, int]) -> None:
        with self._turnstile.for_page():
            finished = self.trainer.finished()
            if finished:
                self._settle(Status.FINISHED, finished)
            elif self.status is not Status.FAILED:
                self._motion.begin(limit)
                self.status, self.message = Status.RUNNING, ""
                self.keeping.begin()  # so that the page is drawn with its name

    def pause(self, message: str = "") -> None:
        """Stop between two steps or two updates; nothing is lost."""
        with self._turnstile.for_page():
            if self.is_active:
                self.status, self.message = Status.PAUSED, message

    def change(self, **changes: Value) -> bool:
        """Set hyperparameters from the next step or update on; the store keeps the state before.

        Returns: whether any value has changed.

        Raises `ConfigurationError`, with nothing changed.
        """
        with self._turnstile.for_page():
            if all(getattr(c, n) == v for c in self.trainer.configs for n, v in changes.items()):
                return False
            configs = [config.replace(**changes) for config in self.trainer.configs]
            if "buffer_capacity" in changes:
                check_size(configs)
            self.keeping.before_change()
            rate = self._learning_rate()
            self.trainer.change(None, **changes)
            if self.status is Status.FINISHED:
                finished = self.trainer.finished()
                self.status = Status.FINISHED if finished else Status.PAUSED
                self.message = finished or ""
            goes_on = self.is_active or self.status is Status.PAUSED
            if "total_steps" in changes and self._learning_rate() != rate and goes_on:
                self.message = Phrase(
                    "α falls over the step budget, so it changes from {old} to {new}.",
                    old=number(rate),
                    new=number(self._learning_rate()),
                )
            return True

    def _settle(self, status: Status, message: str) -> None:
        """Stop with this status, or as failed if no member goes on."""
        if not self.trainer.going_on:
            status, message = Status.FAILED, self.trainer.finished() or ""
        self.status, self.message = status, message

    def _learning_rate(self) -> float:
        return learning_rate_at(self.config, self.trainer.env_step)

    def cancel(self, arm: Arm, may_end: bool = False) -> None:
        """Stop an arm of the race for good.

        Raises `ConfigurationError` for the last arm, unless the run ``may_end`` by it.
        """
        with self._turnstile.for_page():
            self.trainer.cancel(arm.members, may_end)
            if not self.trainer.going_on:
                self._settle(Status.FAILED, "")
                self._was_cancelled = True

    def trend(self, member: int) -> Trend:
        """The trend of that member's updates."""
        return self._trends.setdefault(member, Trend(self.history.updates, member))

    def agent(self, member: int = 0) -> Agent:
        """The policy as it is now."""
        with self._turnstile.for_page():
            return self.trainer.agent(member)

    def copy_of(self, member: int, recent: int) -> MemberCopy:
        """A member's policy as it is now, and at most ``recent`` of its newest observations."""
        with self._turnstile.for_page():
            agent, replay = self.trainer.agent(member), self.trainer.replay
            newest = recent_observations(replay, recent)
            all_over = spread_observations(replay, MOST_SPREAD)
            allowed = allowed_actions(replay, member, self.trainer.spec.n_states)
        return MemberCopy(
            agent, newest[member].cpu().numpy(), all_over[member].cpu().numpy(), allowed
        )

    def current_episode(self, member: int = 0) -> tuple[Agent, CurrentEpisode]:
        """That member's policy as it is now, and its present episode."""
        with self._turnstile.for_page():
            return self.trainer.agent(member), self.trainer.current_episode(member)

    def best_agent(self, member: int = 0) -> Agent:
        """The policy of the best greedy evaluation so far."""
        with self._turnstile.for_page():
            return self.trainer.best_agent(member)

    def state_dict(self) -> dict[str, Any]:
        """The complete state, taken between two steps or two updates."""
        with self._turnstile.for_page():
            return self.trainer.state_dict()

    def held(self) -> AbstractContextManager[None]:
        """Hold the trainer, to read several things of the same moment."""
        return self._turnstile.for_page()

    def advance(self, slots: Slots) -> float:
        """Train one slice if it is time to; returns the seconds to wait before the next call.

        Called by the runner's thread alone.
        """
        if not self.is_active:
            slots.leave(self.place)
            self.rest()
            return 0.5
        self.ahead = slots.enter(self.place)
        with self._turnstile.for_trainer():
            return self._wait_or_train() if self.is_active else 0.0  # it was paused meanwhile

    def _wait_or_train(self) -> float:
        self.keeping.go_on()
        if self.ahead:
            self.status = Status.WAITING
            return 0.1
        return self._train_slice()

    def _train_slice(self) -> float:
        """Whatever goes wrong becomes a status, and everything up to there is kept.

        "Interrupted" is a run that can be resumed, "failed" one that cannot.
        """
        self.status = Status.RUNNING
        try:
            return self._train()
        except EnvironmentFailure as error:
            self.status, self.message = Status.INTERRUPTED, error.phrase
        except LabError as error:
            self.status, self.message = Status.FAILED, error.phrase
        except Exception as error:
            self.status = Status.FAILED
            self.message = Phrase(
                "Training stopped by an error inside the program ({reason}).",
                reason=f"{type(error).__name__}: {error}",
            )
        return 0.0

    def _train(self) -> float:
        wait = self._motion.advance()
        if wait:
            return wait
        if self._motion.is_over:
            self.status = Status.PAUSED
        self._keep_passed()
        finished = self.trainer.finished()
        if finished:
            self._settle(Status.FINISHED, finished)
        return 0.0

    def _keep_passed(self) -> None:
        evaluated = self.trainer.evaluated
        if evaluated and evaluated.env_steps > self.passed_agents[-1].env_steps:
            self.passed_agents.append(evaluated)
            if len(self.passed_agents) > MOST_PASSED:
                # Of an odd number, so that the first and the newest stay.
                self.passed_agents = self.passed_agents[::2]

    def keep(self) -> None:
        """Have the store write the run even if it has not gone on since it was forked."""
        with self._turnstile.for_page():
            self.keeping.begin()
        self.rest()

    def rest(self) -> None:
        """Have the store write everything: the run stands still, or its page goes away."""
        with self._turnstile.for_page():
            stored = STORED.get(self.status, Stored.PAUSED)
            self.keeping.rest(Stored.INTERRUPTED if self._was_cancelled else stored)

    def close(self) -> None:
        """Stop for good and release the environments."""
        self.pause()
        self.rest()
        with self._turnstile.for_page():
            self.trainer.close()
