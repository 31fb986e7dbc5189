"""What writes a run into the server's store while the page trains it."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from dashboard.session.store import make_room, store
from dqn_core import LabError, Trainer
from dqn_core.presets import AUTO
from dqn_core.store.record import RunRecord, Status
from dqn_core.store.recorder import Recorder
from dqn_core.store.snapshots import Kind

AGAIN_SECONDS = 10.0
"""The time from the store's refusal of a new run to the next try."""


@dataclass(frozen=True)
class Origin:
    """Where a new run comes from, for its record. A run that is not ``kept`` has no record."""

    preset: str = AUTO
    owner: str | None = None
    parent: str | None = None
    fork_step: int | None = None
    kept: bool = True


class Keeping:
    """Writes one run into the store, from its first step on; called between two steps.

    ``record`` is None until the first step, so a page that trains nothing writes nothing. If the
    store cannot be written, training goes on.
    """

    def __init__(self, trainer: Trainer, origin: Origin, record: RunRecord | None) -> None:
        self.record = record
        self._origin = origin
        self._trainer = trainer
        self._recorder: Recorder | None = None
        self._rested: tuple[object, ...] = self._place  # a fork has nothing of its own yet
        self._refusal = ""
        self._again_at = 0.0

    @property
    def name(self) -> str:
        """The run's name in the store, "" while it has none."""
        return self.record.run if self.record else ""

    @property
    def parent(self) -> str | None:
        """The name of the run that it was forked from."""
        return self.record.parent if self.record else self._origin.parent

    def is_behind(self, parent: str) -> bool:
        """Whether it was forked from that run, and has not gone on yet."""
        return not self.record and self._origin.parent == parent

    @property
    def problem(self) -> str:
        """Why the run is not kept at the moment, in one sentence; "" if it is."""
        return self._recorder.problem if self._recorder else self._refusal

    def begin(self) -> None:
        """Give the run its name; `go_on` writes its first state, before the first step."""
        self._rested = ()
        self._try(self._named)

    def go_on(self) -> None:
        """Write what is new if it is time; called before the first step and between two slices."""
        self._rested = ()
        if recorder := self._recording():
            recorder.record()

    def before_change(self) -> None:
        """Write the state that undoing the change returns to."""
        if recorder := self._recording():
            recorder.snapshot(Kind.CHANGE)

    def rest(self, status: Status) -> None:
        """Write everything, once: the run has stopped, or its page was closed."""
        place = self._place
        is_untouched = self._recorder is None and place == self._rested
        if is_untouched or self._rested == (*place, status):
            return
        recorder = self._recording()
        if recorder and recorder.finish(status):
            self._rested = (*place, status)

    @property
    def _place(self) -> tuple[object, ...]:
        """It changes whenever the run has gone on."""
        trainer = self._trainer
        rows = [len(table) for table in trainer.history.tables().values()]
        return trainer.env_step, trainer.gradient_updates, len(trainer.going_on), *rows

    def _recording(self) -> Recorder | None:
        if self._recorder is None:
            self._try(self._begin_to_record)
        return self._recorder

    def _try(self, write: Callable[[], object]) -> None:
        """Call ``write`` if the run is kept and the store has not just refused it."""
        if not self._origin.kept or time.monotonic() < self._again_at:
            return
        try:
            write()
            self._refusal = ""
        except LabError as error:
            self._refusal, self._again_at = error.phrase, time.monotonic() + AGAIN_SECONDS

    def _begin_to_record(self) -> None:
        self._recorder = Recorder(store(), self._named(), self._trainer)

    def _named(self) -> RunRecord:
        """The run's record, which is made if there is none."""
        if self.record is None:
            origin = self._origin
            self.record = store().create(
                self._trainer.configs,
                preset=origin.preset,
                parent=origin.parent,
                fork_step=origin.fork_step,
                owner=origin.owner,
            )
            if origin.owner:
                make_room(origin.owner, self.record.run)
        return self.record
