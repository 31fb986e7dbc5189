"""Further seeds of compared groups, trained beside the run of the page."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.session.keeping import Origin
from dashboard.session.run import Run, Status
from dashboard.web.slots import Slots
from dqn_core import DQNConfig
from dqn_core.base.all_or_none import all_or_none


@dataclass(frozen=True)
class Missing:
    """The ``count`` seeds from ``config.seed`` on that a group lacks, up to the step ``until``."""

    config: DQNConfig
    count: int
    until: int
    origin: Origin

    @property
    def configs(self) -> list[DQNConfig]:
        first = self.config.seed
        return [self.config.replace(seed=first + place) for place in range(self.count)]


class MoreSeeds:
    """A run for each group that lacks seeds; a runner trains one after the other.

    ``compared`` are the names of the runs that they are to be compared with.
    """

    def __init__(self, missing: Sequence[Missing], compared: Sequence[str]) -> None:
        """Raises `LabError`, with nothing begun, where one of the runs cannot be made."""
        self.compared = tuple(compared)
        runs = all_or_none(Run(each.configs, each.origin) for each in missing)
        self._until = dict(zip(runs, (each.until for each in missing), strict=True))
        self._is_stopped = False

    @property
    def id(self) -> str:
        """The id of the run whose turn it is."""
        return (self._current or [*self._until][-1]).id

    @property
    def is_active(self) -> bool:
        """Whether there is more to train."""
        return self._current is not None

    @property
    def share(self) -> float:
        """The share of all steps that are made."""
        made = sum(min(run.trainer.env_step, until) for run, until in self._until.items())
        return made / sum(self._until.values())

    @property
    def trained(self) -> tuple[str, ...]:
        """The names of the runs that came to their end and are in the store."""
        names = (run.keeping.name for run in self._until if self._has_ended(run))
        return tuple(filter(None, names))

    @property
    def problem(self) -> str:
        """Why a run came to no end, unless it was stopped; else ""."""
        return next((run.message for run in self._until if not self._has_ended(run)), "")

    def advance(self, slots: Slots) -> float:
        """As `Run.advance`, of the run whose turn it is."""
        run = self._current
        if run is None:
            return 0.5
        if run.status is Status.READY:
            run.train_for(self._until[run])
        wait = run.advance(slots)
        if not run.is_active:
            slots.leave(run.id)
            run.rest()
        return wait

    def pause(self, message: str = "") -> None:
        """Train none of them any further; the store keeps what they have come to."""
        self._is_stopped = True
        for run in self._until:
            run.pause(message)

    def rest(self) -> None:
        """Have the store write everything."""
        for run in self._until:
            run.rest()

    def close(self) -> None:
        """The same, and release the environments."""
        for run in self._until:
            run.close()

    @property
    def _current(self) -> Run | None:
        left = next((run for run in self._until if not self._has_ended(run)), None)
        may_begin = left and left.status is Status.READY and not self._is_stopped
        return left if left and (left.is_active or may_begin) else None

    def _has_ended(self, run: Run) -> bool:
        is_over = run.status in (Status.FINISHED, Status.FAILED)
        return is_over or (run.trainer.env_step >= self._until[run] and not run.is_active)
