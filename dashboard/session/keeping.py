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
"""From the store's refusal of a new run to the next try."""


@dataclass(frozen=True)
class Origin:
    """What a new run's record says of where it is from; one that is not ``kept`` has no record."""

    preset: str = AUTO
    owner: str | None = None
    parent: str | None = None
    fork_step: int | None = None
    kept: bool = True


class Keeping:
    """Writes one run into the store, from its first step on; to be called between two steps.

    A page that only looks writes nothing, nor does a fork that goes nowhere: ``record`` is None
    until then. Where the store cannot be written training goes on all the same.
    """

    def __init__(self, trainer: Trainer, origin: Origin, record: RunRecord | None = None) -> None:
        self.record = record
        self._origin = origin
        self._trainer = trainer
        self._recorder: Recorder | None = None
        self._rested: tuple[object, ...] = self._place  # where nothing is its own yet
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

    @property
    def problem(self) -> str:
        """Why it is not kept at the moment, in one sentence; else ""."""
        return self._recorder.problem if self._recorder else self._refusal

    def begin(self) -> None:
        """Give it its name; the state that it begins with is written before its first step."""
        self._rested = ()
        self._try(self._named)

    def go_on(self) -> None:
        """Before the first step and between two slices: what is new, if it is time to write it."""
        self._rested = ()
        if recorder := self._recording():
            recorder.record()

    def before_change(self) -> None:
        """The state that undoing the change goes back to."""
        if recorder := self._recording():
            recorder.snapshot(Kind.CHANGE)

    def rest(self, status: Status) -> None:
        """Write everything, once: the run stands still, or its page goes away."""
        place = self._place
        is_untouched = self._recorder is None and place == self._rested
        if is_untouched or self._rested == (*place, status):
            return
        recorder = self._recording()
        if recorder and recorder.finish(status):
            self._rested = (*place, status)

    @property
    def _place(self) -> tuple[object, ...]:
        """Another one whenever the run has gone on."""
        trainer = self._trainer
        rows = [len(table) for table in trainer.history.tables().values()]
        return trainer.env_step, trainer.gradient_updates, len(trainer.going_on), *rows

    def _recording(self) -> Recorder | None:
        if self._recorder is None:
            self._try(self._begin_to_record)
        return self._recorder

    def _try(self, write: Callable[[], object]) -> None:
        """If it is kept at all, and the store did not refuse it a short time ago."""
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
        """Its record, which is made if there is none."""
        if self.record is None:
            of = self._origin
            self.record = store().create(
                self._trainer.configs,
                preset=of.preset,
                parent=of.parent,
                fork_step=of.fork_step,
                owner=of.owner,
            )
            if of.owner:
                make_room(of.owner)
        return self.record
