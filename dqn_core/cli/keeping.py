"""A run of the command line's ``train`` on its way into the store."""

from dqn_core.base.errors import StoreError
from dqn_core.cli.streams import tell
from dqn_core.store.record import Status
from dqn_core.store.recorder import Recorder
from dqn_core.store.snapshots import Kind
from dqn_core.trainer import Trainer


class Keeping:
    """Writes the run into the store, if there is one, and tells each new problem once."""

    def __init__(self, recorder: Recorder | None) -> None:
        self._recorder = recorder
        self._told = ""

    @property
    def run(self) -> str | None:
        """The run's name in the store."""
        return self._recorder.run if self._recorder else None

    def record(self) -> None:
        """To be called between two steps."""
        if self._recorder:
            self._recorder.record()
            self._tell(self._recorder)

    def before_change(self) -> None:
        """To be called before hyperparameters get new values."""
        if self._recorder:
            self._recorder.snapshot(Kind.CHANGE)
            self._tell(self._recorder)

    def finish(self, trainer: Trainer) -> None:
        """To be called when the training has come to an end, whatever ended it.

        Raises `StoreError` where the run could not be written to its end.
        """
        if self._recorder and not self._recorder.finish(_status(trainer)):
            raise StoreError(self._recorder.problem)

    def _tell(self, recorder: Recorder) -> None:
        if recorder.problem and recorder.problem != self._told:
            tell(f"{recorder.problem} The training goes on.")
        self._told = recorder.problem


def _status(trainer: Trainer) -> Status:
    if not trainer.going_on:
        return Status.DIVERGED
    return Status.FINISHED if trainer.finished() else Status.INTERRUPTED
