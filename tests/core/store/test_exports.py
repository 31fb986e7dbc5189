"""A stored run in the formats of other programs."""

import subprocess
import sys
import types
from pathlib import Path

import pandas as pd
import pytest

from dqn_core.errors import ConfigurationError, MissingPackageError, StoreError
from dqn_core.store import exports
from dqn_core.store.recorder import Recorder
from tests.core.store.runs import recorded

ROOT = Path(__file__).parents[3]


def test_the_script_of_a_fork_repeats_its_curve_from_the_first_step_of_its_parent(store, tmp_path):
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
    command = [sys.executable, path]
    printed = subprocess.run(
        command, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True
    )
    assert printed.returncode == 0, printed.stderr
    lines = printed.stdout.splitlines()
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


class Events:
    """What TensorBoard would be told."""

    told: dict[str, list[tuple[str, float, int]]]

    def __init__(self, folder: str) -> None:
        self._name = Path(folder).name
        Events.told.setdefault(self._name, [])

    def __enter__(self):
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def add_scalar(self, tag: str, value: float, step: int, walltime: float) -> None:
        Events.told[self._name].append((tag, value, step))


def test_tensorboard_is_told_every_number_at_its_step(store, tmp_path, monkeypatch):
    Events.told = {}
    module = types.ModuleType("torch.utils.tensorboard")
    module.SummaryWriter = Events  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", module)
    record, _, _ = recorded(store)
    exports.write(store, record, "episodes", tmp_path / "events")
    expected = store.columns(record.run, "episodes")
    returns = [(v, s) for tag, v, s in Events.told[record.run] if tag == "episodes/return"]
    assert returns == list(zip(expected["return"], expected["env_step"], strict=True))
    assert all(value == value for _, value, _ in Events.told[record.run])


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


def test_a_folder_of_events_that_cannot_be_made_is_refused_in_one_sentence(
    store, tmp_path, monkeypatch
):
    class Refusing(Events):
        def __init__(self, folder: str) -> None:
            Path(folder).mkdir(parents=True)

    module = types.ModuleType("torch.utils.tensorboard")
    module.SummaryWriter = Refusing  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", module)
    record, _, _ = recorded(store)
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be written: Not a directory"):
        exports.write(store, record, "episodes", tmp_path / "file")
