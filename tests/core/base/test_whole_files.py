"""What is saved replaces what was there whole or not at all, and nothing that is no file."""

import json
import os
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dqn_core.base.errors import CheckpointError
from dqn_core.base.whole_files import checked_target, whole_file


def write(path: Path, content: bytes = b"new") -> None:
    with whole_file(path) as part:
        part.write_bytes(content)


def refused(path: Path | str) -> str:
    """The sentence with which ``path`` is refused: before the work as after it."""
    with pytest.raises(CheckpointError) as before:
        checked_target(Path(path))
    with pytest.raises(CheckpointError) as after:
        write(Path(path))
    assert str(before.value) == str(after.value)
    assert str(before.value).endswith(".")
    return str(before.value)


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_a_file_is_written_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "run"
    write(path, b"first")
    write(path)
    assert path.read_bytes() == b"new"
    assert names(tmp_path) == ["run"]


@pytest.mark.parametrize("error", [RuntimeError(), KeyboardInterrupt(), CheckpointError("no")])
def test_a_file_that_is_not_written_to_its_end_changes_nothing(
    tmp_path: Path, error: BaseException
) -> None:
    path = tmp_path / "run"
    write(path, b"before")

    def write_half() -> None:
        with whole_file(path) as part:
            part.write_bytes(b"half")
            raise error

    with pytest.raises(type(error)):
        write_half()
    assert path.read_bytes() == b"before"
    assert names(tmp_path) == ["run"]


@pytest.mark.parametrize("is_there", [True, False])
def test_a_symbolic_link_stays_and_its_target_is_written(tmp_path: Path, is_there: bool) -> None:
    (tmp_path / "runs").mkdir()
    target = tmp_path / "runs" / "monday"
    if is_there:
        target.write_bytes(b"before")
    latest = tmp_path / "latest"
    latest.symlink_to(Path("runs", "monday"))
    by_way_of = tmp_path / "newest"
    by_way_of.symlink_to(latest)
    write(by_way_of)
    assert latest.is_symlink()
    assert by_way_of.is_symlink()
    assert target.read_bytes() == b"new"
    assert names(tmp_path) == ["latest", "newest", "runs"]
    assert names(tmp_path / "runs") == ["monday"]


def test_what_is_no_regular_file_is_refused_and_stays(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("fifo")
    (tmp_path / "loop").symlink_to("loop")
    before = {name: (tmp_path / name).lstat().st_mode for name in names(tmp_path)}
    assert "not a regular file" in refused(tmp_path / "fifo")
    assert "not a regular file" in refused(tmp_path / "socket")
    assert "not a regular file" in refused(tmp_path / "link")
    assert "a folder" in refused(tmp_path / "folder")
    refused(tmp_path / "loop")
    assert {name: (tmp_path / name).lstat().st_mode for name in names(tmp_path)} == before
    assert "not a regular file" in refused("/dev/null")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


@pytest.mark.parametrize("path", ["", ".", "/", "a\0b", "x" * 300, "no/such/folder/file", "file/x"])
def test_a_path_that_can_be_no_file_is_refused(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").touch()
    refused(path)
    assert names(tmp_path) == ["file"]


def test_a_read_only_file_is_refused_though_its_folder_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / "run"
    write(path, b"before")
    path.chmod(0o444)
    assert "read-only" in refused(path)
    assert path.read_bytes() == b"before"


@pytest.mark.parametrize("mode", [0o600, 0o664, 0o755])
def test_a_file_keeps_the_permissions_that_it_had(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "run"
    write(path, b"before")
    path.chmod(mode)
    write(path)
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_a_new_file_has_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "any").touch()
    write(tmp_path / "run")
    assert (tmp_path / "run").stat().st_mode == (tmp_path / "any").stat().st_mode


def test_another_name_of_the_file_keeps_what_was_there(tmp_path: Path) -> None:
    write(tmp_path / "run", b"before")
    (tmp_path / "other").hardlink_to(tmp_path / "run")
    write(tmp_path / "run")
    assert (tmp_path / "other").read_bytes() == b"before"
    assert (tmp_path / "run").read_bytes() == b"new"


def test_two_that_write_at_once_do_not_write_into_one_file(tmp_path: Path) -> None:
    path = tmp_path / "run"
    with whole_file(path) as one, whole_file(path) as other:
        assert one != other
        one.write_bytes(b"1" * 10)
        other.write_bytes(b"2" * 20)
    assert path.read_bytes() in (b"1" * 10, b"2" * 20)


KILLED_WHILE_SAVING = """
import json, os, random, resource, signal, sys, time
from pathlib import Path
from dqn_core import DQNConfig, Trainer
from dqn_core.files.checkpoint import save_run
from dqn_core.files.packing import pack

folder, names = Path(sys.argv[1]), sys.argv[2:]
path, chance = folder / "run.safetensors", random.Random(0)
configs = [DQNConfig(hidden_dims=f"{w}, {w}", evaluation_period=0) for w in (4, 64)]
trainers = [Trainer(config) for config in configs]
versions = [pack("run", trainer.state_dict()) for trainer in trainers]
outcomes = {name: [0, 0, 0] for name in names}
started = time.perf_counter()
save_run(path, trainers[1])
seconds = time.perf_counter() - started
for name in names * 15:
    save_run(path, trainers[0])
    ready, go = os.pipe()
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            os.write(go, b"!")
            while True:
                for trainer in reversed(trainers):
                    save_run(path, trainer)
        finally:
            os._exit(1)
    os.read(ready, 1)
    os.close(ready), os.close(go)
    time.sleep(chance.uniform(0, 4 * seconds))
    os.kill(child, signal.Signals[name])
    os.waitpid(child, 0)
    content = path.read_bytes()
    outcomes[name][versions.index(content) if content in versions else 2] += 1

# And a limit in the middle of the larger file, which is what a full disk does.
save_run(path, trainers[0])
resource.setrlimit(resource.RLIMIT_FSIZE, (len(versions[1]) - 1000, resource.RLIM_INFINITY))
try:
    save_run(path, trainers[1])
except Exception as error:
    outcomes["limit"] = [f"{type(error).__name__}: {error}", path.read_bytes() == versions[0]]
print(json.dumps(outcomes))
"""


@pytest.fixture
def quick_folder(tmp_path: Path) -> Iterator[Path]:
    """In memory where there is such a folder: a disk that others use takes long for each save."""
    memory = Path("/dev/shm")
    if not memory.is_dir():
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


def test_a_save_that_is_killed_or_finds_no_room_leaves_the_file_before_or_the_file_after(
    quick_folder: Path,
) -> None:
    """SIGKILL, SIGTERM and SIGINT, 15 times each at moments of chance, and a limit of its size."""
    signals = ["SIGKILL", "SIGTERM", "SIGINT"]
    child = subprocess.run(
        [sys.executable, "-c", KILLED_WHILE_SAVING, str(quick_folder), *signals],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    outcomes = json.loads(child.stdout)
    reason, kept = outcomes.pop("limit")
    for before, after, other in outcomes.values():
        assert (before + after, other) == (15, 0)
    assert sum(before for before, _, _ in outcomes.values()) > 0
    assert sum(after for _, after, _ in outcomes.values()) > 0
    assert reason.startswith("CheckpointError: ")
    assert reason.endswith("cannot be written: File too large.")
    assert kept
    # What a kill leaves behind can be mistaken for nothing that somebody saved.
    assert [name for name in names(quick_folder) if not name.endswith(".part")] == [
        "run.safetensors"
    ]
