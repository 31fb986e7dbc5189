"""How a run trains: in slices, to the limit and at the speed that a person asked for."""

import time

from dashboard.session.pace import Pace
from dqn_core import Trainer

SLICE_SECONDS = 0.02
"""Training between two looks at a page's commands."""

LONGEST_WAIT = 0.05
"""Seconds between two looks at a page's commands in slow motion."""


class Motion:
    """Moves a trainer until ``limit`` is reached, which is as `Trainer.run` takes it, or for ever.

    ``steps_per_second`` is the speed that was asked for, None for full speed; ``pace`` is the
    measured one.
    """

    def __init__(self, trainer: Trainer) -> None:
        self.limit: dict[str, int] = {}
        self.steps_per_second: float | None = None
        self.pace = Pace()
        self._trainer = trainer
        self._next_step_at = 0.0

    def begin(self, limit: dict[str, int]) -> None:
        """Train to this limit from now on."""
        self.limit = limit
        self.pace.clear()

    def set_speed(self, steps_per_second: float | None) -> None:
        """Train at this speed from now on."""
        if steps_per_second != self.steps_per_second:
            self.steps_per_second, self._next_step_at = steps_per_second, 0.0
            self.pace.clear()

    @property
    def is_over(self) -> bool:
        """Whether the limit is reached, and all updates that belong to it are made."""
        return self.limit == {"max_steps": 0} and self._trainer.is_between_steps

    def advance(self) -> float:
        """Train one slice; returns 0, or in slow motion the seconds until a step is due."""
        trainer = self._trainer
        if self.limit:
            self._approach_limit()
        elif self.steps_per_second is None:
            trainer.run(max_seconds=SLICE_SECONDS)
        else:
            # One step with the updates that belong to it, the next one when its time has come.
            now, may_step = time.monotonic(), trainer.is_between_steps
            if may_step and now < self._next_step_at:
                return min(LONGEST_WAIT, self._next_step_at - now)
            if trainer.run(max_steps=int(may_step), max_seconds=SLICE_SECONDS):
                earliest = max(self._next_step_at, now - SLICE_SECONDS)
                self._next_step_at = earliest + 1 / self.steps_per_second
        self.pace.add(time.monotonic(), trainer.env_step, trainer.seconds)
        return 0.0

    def _approach_limit(self) -> None:
        made = self._trainer.run(max_seconds=SLICE_SECONDS, **self.limit)
        if "max_steps" in self.limit:
            self.limit = {"max_steps": self.limit["max_steps"] - made}
        elif made and not self._trainer.current_length(self._trainer.first):
            self.limit = {"max_steps": 0}  # the episode has ended; its updates may still be due
