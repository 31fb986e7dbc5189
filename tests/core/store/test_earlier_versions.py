"""A store that an earlier version wrote: every later one opens it, and its runs go on."""

import shutil
from pathlib import Path

import pytest

from dqn_core.store.recorder import Recorder
from dqn_core.store.store import Store

FOLDERS = sorted(Path(__file__).parent.glob("version_*"))
"""Each with two seeds after 200 steps, γ changed after 150, and a fork there after 170."""


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_store_of_an_earlier_version_is_read_and_its_runs_go_on(folder: Path, tmp_path) -> None:
    shutil.copytree(folder, tmp_path / "runs")
    store = Store(tmp_path / "runs")
    fork, parent = store.runs()
    assert (parent.run, parent.title, parent.note) == ("cartpole-1", "two seeds", "a note")
    assert (parent.tags, parent.starred, parent.status) == (("kept",), True, "finished")
    assert [config.gamma for config in parent.configs] == [0.9, 0.9]
    assert (fork.run, fork.parent, fork.fork_step) == ("cartpole-2", "cartpole-1", 150)
    assert [(str(s.kind), s.env_step, s.changes) for s in store.snapshots("cartpole-1")] == [
        ("start", 0, 0),
        ("change", 150, 0),
        ("end", 200, 2),
    ]
    assert store.columns("cartpole-1", "changes")["new"].tolist() == [0.9, 0.9]
    for record, env_step in ((parent, 200), (fork, 170)):
        trainer = store.trainer(record.run)
        assert trainer.env_step == env_step
        recorder = Recorder(store, record, trainer)
        trainer.run(max_steps=30)
        assert recorder.finish("paused")
        rows = store.columns(record.run, "evaluations")["env_step"].tolist()
        assert rows == [50, 50, 100, 100, 150, 150, 200, 200]
    store.close()
