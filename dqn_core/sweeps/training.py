"""A run of the store, trained by whoever has it open."""

from collections.abc import Callable

from dqn_core.base.errors import DivergenceError, LabError
from dqn_core.store.record import RunRecord, Status
from dqn_core.store.recorder import Recorder
from dqn_core.store.store import Store
from dqn_core.sweeps.catalogue import PRUNED
from dqn_core.sweeps.tasks import Outcome
from dqn_core.trainer import Trainer

SLICE_SECONDS = 0.1
"""Training between two looks at whether to stop."""

ENDED = (Status.FINISHED, Status.DIVERGED)
"""How a run stands that is not gone on with."""


def is_done(record: RunRecord) -> bool:
    """Whether it has nothing more to do: it has come to its end, or a search has ended it early."""
    return record.status in ENDED or PRUNED in record.tags


class OpenRun:
    """A run with its trainer, from where it was left: to the bit as if it had never stopped.

    Raises `LabError` where it cannot be gone on with.
    """

    def __init__(self, store: Store, run: str) -> None:
        self.run = run
        record = store.run(run)
        self.trainer = store.trainer(run) if store.snapshots(run) else Trainer(record.configs)
        self._recorder = Recorder(store, record, self.trainer)

    def go_on(self, until: int | None, is_stopped: Callable[[], bool]) -> Outcome:
        """Train to the end of the run, or to step ``until``, or until ``is_stopped``."""
        try:
            while not self.trainer.finished():
                steps = None if until is None else until - self.trainer.env_step
                if is_stopped():
                    return self._left(Status.INTERRUPTED)
                if steps is not None and steps <= 0 and self.trainer.is_between_steps:
                    return self._left(Status.PAUSED)
                self.trainer.run(max_steps=steps, max_seconds=SLICE_SECONDS)
                self._recorder.record()
        except DivergenceError:
            return self._left(Status.DIVERGED)
        except LabError as error:
            self._left(Status.INTERRUPTED)
            return Outcome(self.run, False, error.phrase)
        return self._left(Status.FINISHED if self.trainer.going_on else Status.DIVERGED)

    def close(self) -> None:
        """Release the environments."""
        self.trainer.close()

    def _left(self, status: Status) -> Outcome:
        is_written = self._recorder.finish(status)
        return Outcome(
            self.run,
            is_finished=is_written and status in ENDED,
            error="" if is_written else self._recorder.problem,
        )
