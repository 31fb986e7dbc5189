"""A copy of a run that goes forward by single steps and updates, and back again to the bit."""

import math
import time
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, TypeAlias

import torch

from dqn_core.configuration.config import HYPERPARAMETERS, DQNConfig
from dqn_core.history import History
from dqn_core.learner import learning_rate_at
from dqn_core.microscope.step import Step, StepStart
from dqn_core.microscope.update import Update
from dqn_core.microscope.watched import Watched
from dqn_core.networks import QNetwork
from dqn_core.trainer import Trainer

Act: TypeAlias = Literal["step", "update", "copy"]
"""An environment step, a gradient update, and one after which the target network has moved."""

MOST_BYTES = 32 << 20
"""What the earlier states take together; one is always kept."""

OFF: dict[str, Any] = {
    "evaluation_period": 0,
    "total_episodes": 0,
    "total_seconds": 0,
    "stop_when_solved": False,
    "plateau_evaluations": 0,
}
"""What a copy does without: evaluations touch no training stream, and limits only end a run."""


class Moment(NamedTuple):
    """A state, and what had led to it; together they take about so many ``bytes``."""

    state: dict[str, Any]
    step: Step | None
    update: Update | None
    has_copied: bool
    bytes: int


class Specimen:
    """A run's copy: it makes the very steps and updates that the run will make next.

    ``step`` and ``update`` are the newest ones, taken apart, None before there is one;
    ``has_copied`` says whether the target network moved after the newer of them.
    """

    def __init__(self, state: Mapping[str, Any]) -> None:
        """The copy of a run with this `Trainer.state_without_history`."""
        self.trainer = Trainer(_configs_of_copy(state))
        learner = self.trainer.learner
        self._online = learner.online_weights = Watched(learner.online_weights)
        self._target = learner.target_weights = Watched(learner.target_weights)
        self.follow(state)

    def follow(self, state: Mapping[str, Any]) -> None:
        """Be the copy of that run as it is by now: much cheaper than a new one.

        What was done here is forgotten. Raises what `Trainer.load_state_dict` raises; this copy is
        then closed, since it is neither that run nor the one before.
        """
        try:
            self.trainer.load_state_dict(
                {
                    **state,
                    "configs": [config.to_dict() for config in _configs_of_copy(state)],
                    "history": History().state_dict(),
                    **self.trainer.evaluations.state_dict(),
                }
            )
        except Exception:
            self.close()
            raise
        self.step: Step | None = None
        self.update: Update | None = None
        self.has_copied = False
        self._past: list[Moment] = []
        self._future: list[Moment] = []

    @property
    def member(self) -> int:
        """The one that is looked at: the first that goes on."""
        return self.trainer.first

    @property
    def can_go_back(self) -> bool:
        return bool(self._past)

    @property
    def can_go_forward(self) -> bool:
        """Whether it has gone back."""
        return bool(self._future)

    def advance(self, act: Act, seconds: float = math.inf, is_new: bool = True) -> bool:
        """Make steps and updates up to the first such ``act``.

        Returns: False if the ``seconds`` were over before it. The next call then goes on with the
        same act: that one is not ``is_new``. A run that has `finished` makes no more. Raises what
        `Trainer.run` raises.
        """
        if is_new:
            self._past.append(self._moment())
            self._future.clear()
            self._forget()
        until = time.perf_counter() + seconds
        while not self.trainer.finished():
            if act in self._next():
                return True
            if time.perf_counter() >= until:
                return False
        return True

    def _next(self) -> set[Act]:
        """Make the next step, or one of the updates that are due after the last one.

        Returns: which acts that was; a target network may move after either.
        """
        trainer = self.trainer
        self._online.drawn.clear()
        self._target.drawn.clear()
        target = trainer.learner.target.parameters.clone()
        if trainer.is_between_steps:
            start = StepStart.of(trainer)
            trainer.run(max_steps=1, max_updates=0)
            self.step = Step(start, self._online.drawn[0], trainer)
            made: Act = "step"
        else:
            trainer.run(max_steps=0, max_updates=1)
            self.update = Update.of(trainer, self._online.drawn, self._target.drawn[0])
            made = "update"
        self.has_copied = not torch.equal(target, trainer.learner.target.parameters)
        return {made, "copy"} if self.has_copied else {made}

    def back(self) -> None:
        """Be as before the newest act, to the bit."""
        self._future.append(self._moment())
        self._restore(self._past.pop())

    def forward(self) -> None:
        """Be as before the newest way back."""
        self._past.append(self._moment())
        self._restore(self._future.pop())

    def _moment(self) -> Moment:
        state, step, update = self.trainer.state_without_history(), self.step, self.update
        size = _bytes([state, vars(step) if step else (), vars(update) if update else ()])
        return Moment(state, step, update, self.has_copied, size)

    def _restore(self, moment: Moment) -> None:
        history = self.trainer.history.state_dict()
        self.trainer.load_state_dict({**moment.state, "history": history})
        self.step, self.update = moment.step, moment.update
        self.has_copied = moment.has_copied

    def _forget(self) -> None:
        """Drop the oldest states where all together take too much memory."""
        while len(self._past) > 1 and sum(moment.bytes for moment in self._past) > MOST_BYTES:
            del self._past[0]

    def close(self) -> None:
        """Release the environments."""
        self.trainer.close()


def _bytes(value: object) -> int:
    """What the arrays, tensors and networks in it take."""
    if isinstance(value, QNetwork):
        return int(value.parameters.nbytes)
    if isinstance(value, Mapping):
        return sum(map(_bytes, value.values()))
    if isinstance(value, list | tuple):
        return sum(map(_bytes, value))
    return int(getattr(value, "nbytes", 0))


def _configs_of_copy(state: Mapping[str, Any]) -> list[DQNConfig]:
    configs = [DQNConfig.from_dict(values) for values in state["configs"]]
    return [_without_limits(config, state["env_step"]) for config in configs]


def _without_limits(config: DQNConfig, env_step: int) -> DQNConfig:
    """The configuration of a copy; of a run that has used its budget up, α and β as at its end."""
    config = config.replace(**OFF)
    if env_step < config.total_steps:
        return config
    rate = learning_rate_at(config, env_step)
    return config.replace(
        total_steps=HYPERPARAMETERS["total_steps"].high,
        learning_rate=rate,
        learning_rate_end=rate,
        importance_exponent=1.0,
    )
