"""Stored runs that take milliseconds."""

from dqn_core import Trainer
from dqn_core.store.record import RunRecord
from dqn_core.store.recorder import Recorder
from dqn_core.store.store import Store
from tests.core.small_runs import trained


def recorded(store: Store, steps: int = 60, **values) -> tuple[RunRecord, Trainer, Recorder]:
    """A small run in the store, paused after so many environment steps."""
    trainer = trained(0, **values)
    record = store.create(trainer.configs, preset="auto", title="a small run")
    recorder = Recorder(store, record, trainer)
    trainer.run(max_steps=steps)
    assert recorder.finish("paused")
    return store.run(record.run), trainer, recorder


def due(recorder: Recorder) -> None:
    """Let it be time to write rows and a snapshot."""
    recorder._rows_due = recorder._snapshot_due = recorder._latest_due = 0.0
