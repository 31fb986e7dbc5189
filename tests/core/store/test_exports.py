"""A stored run in the formats of other programs."""

import runpy
import sys

import numpy as np
import pandas as pd
import pytest

from dqn_core import Trainer
from dqn_core.base.errors import ConfigurationError, MissingPackageError, StoreError
from dqn_core.history import WHEN
from dqn_core.store import exports
from dqn_core.store.recorder import Recorder
from tests.core.small_runs import SMALL
from tests.core.store.runs import recorded


def test_the_script_of_a_fork_repeats_its_curve_from_the_first_step_of_its_parent(
    store, tmp_path, capsys
):
    record, parent, recorder = recorded(store, evaluation_period=20, evaluation_episodes=1)
    recorder.snapshot("change")
    parent.change(gamma=0.5)
    parent.run(max_steps=20)
    recorder.finish("paused")
    fork = store.trainer(record.run)
    child = store.create(fork.configs, preset="auto", parent=record.run, fork_step=80)
    recorder = Recorder(store, child, fork)
    fork.change(loss="mse")
    fork.run(max_steps=40)
    recorder.finish("paused")
    path = tmp_path / "fork.py"
    exports.write(store, store.run(child.run), "episodes", path)
    runpy.run_path(str(path), run_name="__main__")
    lines = capsys.readouterr().out.splitlines()
    found = pd.DataFrame([line.split() for line in lines[1:]], columns=lines[0].split())
    expected = store.columns(child.run, "evaluations")
    assert found["env_step"].astype(int).tolist() == expected["env_step"].tolist()
    assert found["mean_return"].astype(float).tolist() == expected["mean_return"].tolist()


def test_every_member_has_its_seed_in_a_table(store):
    record, _, _ = recorded(store)
    frame = exports.frame(store, record, "episodes")
    assert list(frame)[:3] == ["run", "member", "seed"]
    assert set(frame["seed"]) == {record.configs[0].seed}


def test_an_ending_that_is_no_format_is_refused(tmp_path):
    with pytest.raises(ConfigurationError, match=r"choose \.safetensors, \.csv"):
        exports.check_output(tmp_path / "run.xlsx")


def test_tensorboard_reads_every_number_at_its_step_and_time(store, tmp_path):
    from tensorboard.backend.event_processing.event_accumulator import SCALARS, EventAccumulator

    trainer = Trainer([SMALL, SMALL.replace(seed=7)])
    recorder = Recorder(store, store.create(trainer.configs), trainer)
    trainer.run(max_steps=60)
    assert recorder.finish("paused")
    (record,) = store.runs()
    for _ in range(2):  # a second export takes the place of the first
        exports.write(store, record, "episodes", tmp_path / "events")
    for member, name in enumerate((f"{record.run}-seed-0", f"{record.run}-seed-7")):
        events = EventAccumulator(str(tmp_path / "events" / name), {SCALARS: 0}).Reload()
        told = {
            tag: [(one.step, one.wall_time, one.value) for one in events.Scalars(tag)]
            for tag in events.Tags()[SCALARS]
        }
        assert told == _numbers(store, record, member)


def _numbers(store, record, member):
    """Every number of a member by its tag: the step, the time, and the value as a float32."""
    numbers = {}
    for table in ("episodes", "evaluations", "updates"):
        columns = store.columns(record.run, table)
        times = record.created + columns["seconds"]
        for column in columns.keys() - set(WHEN):
            values = columns[column].astype(np.float32)
            is_told = (columns["member"] == member) & ~np.isnan(values)
            if is_told.any():
                of_each = (columns["env_step"], times, values)
                rows = zip(*(each[is_told].tolist() for each in of_each), strict=True)
                numbers[f"{table}/{column}"] = list(rows)
    return numbers


def test_a_package_that_is_missing_is_named(store, tmp_path, monkeypatch):
    record, _, _ = recorded(store)
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(MissingPackageError, match="pip install tensorboard"):
        exports.write(store, record, "episodes", tmp_path / "events")

    def no_parquet(*_: object, **__: object) -> None:
        raise ImportError

    monkeypatch.setattr(pd.DataFrame, "to_parquet", no_parquet)
    with pytest.raises(MissingPackageError, match="pip install pyarrow"):
        exports.write(store, record, "episodes", tmp_path / "run.parquet")
    assert list(tmp_path.glob("*.parquet")) == []


def test_a_folder_of_events_that_cannot_be_made_is_refused_in_one_sentence(store, tmp_path):
    record, _, _ = recorded(store)
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be written: Not a directory"):
        exports.write(store, record, "episodes", tmp_path / "file")


def test_rows_of_a_member_that_is_none_are_refused_in_one_sentence(store):
    record, _, _ = recorded(store)
    with store.writing() as connection:
        connection.execute("UPDATE episodes SET member = 77")
    with pytest.raises(StoreError, match="cartpole-1 is damaged: it has rows of no such member"):
        exports.frame(store, record, "episodes")
