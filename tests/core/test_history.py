"""The columns in which a run's history grows."""

import errno
import gc
import json
import os
import subprocess
import sys
import tempfile
import threading
import tracemalloc
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dqn_core.history import History, Table


def row(number: int) -> dict[str, Any]:
    return {
        "member": number % 3,
        "env_step": number,
        "episode": number // 2,
        "seconds": number / 7,
        "name": f"name {number}",
        "old": number % 2 == 0,
        "new": None if number % 5 == 0 else number,
    }


COLUMNS: dict[str, Any] = {
    "member": int,
    "env_step": int,
    "episode": int,
    "seconds": float,
    "name": object,
    "old": object,
    "new": object,
}


@pytest.mark.parametrize("length", [0, 1, 4095, 4096, 4097, 9000])
def test_rows_are_kept_in_order_however_often_the_columns_had_to_grow(length: int) -> None:
    table = Table(COLUMNS)
    for number in range(length):
        table.append(**row(number))
    assert len(table) == length
    frame = table.frame()
    assert list(frame.columns) == list(COLUMNS)
    for number in range(length):
        assert frame.iloc[number].to_dict() == row(number)


def test_a_slice_from_a_row_on_is_what_came_since() -> None:
    table = Table(COLUMNS)
    for number in range(100):
        table.append(**row(number))
    assert table.columns(97)["env_step"].tolist() == [97, 98, 99]
    assert table.columns(100)["env_step"].tolist() == []


def test_a_row_with_a_column_too_many_or_too_few_is_a_programming_error() -> None:
    table = Table(COLUMNS)
    with pytest.raises(AssertionError):
        table.append(member=0)
    with pytest.raises(AssertionError):
        table.append(**row(0), more=1)
    assert len(table) == 0


@pytest.mark.parametrize("length", [0, 1, 4096, 5000])
def test_a_tables_state_is_a_copy_that_restores_it_and_can_be_appended_to(length: int) -> None:
    table, other = Table(COLUMNS), Table(COLUMNS)
    for number in range(length):
        table.append(**row(number))
    state = table.state_dict()
    table.append(**row(length))
    assert len(state["env_step"]) == length
    other.append(**row(7))
    other.load_state_dict(state)
    assert len(other) == length
    other.append(**row(length))
    assert table.frame().equals(other.frame())
    again = other.state_dict()
    other.append(**row(length + 1))
    assert len(again["name"]) == length + 1
    json.dumps(again["new"])


def test_a_frame_is_a_copy_that_nobody_else_sees() -> None:
    table = Table(COLUMNS)
    table.append(**row(1))
    frame = table.frame()
    frame.loc[0, "env_step"] = 99
    assert table.columns()["env_step"].tolist() == [1]


def test_a_reader_in_another_thread_sees_whole_rows_only() -> None:
    table = Table(COLUMNS)
    torn: list[Any] = []
    done = threading.Event()

    def read() -> None:
        seen = 0
        while not done.is_set():
            columns = table.columns(max(0, seen - 5))
            lengths = {len(column) for column in columns.values()}
            numbers = columns["env_step"].tolist()
            names = columns["name"].tolist()
            if len(lengths) != 1 or names != [f"name {number}" for number in numbers]:
                torn.append((lengths, numbers, names))
            seen += max(0, len(numbers) - 5)

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(20_000):
        table.append(**row(number))
    done.set()
    reader.join()
    assert not torn


def test_a_history_has_four_tables_by_name() -> None:
    history = History()
    assert list(history.tables()) == ["episodes", "evaluations", "changes", "updates"]
    assert all(len(frame) == 0 for frame in history.frames().values())
    for name, frame in history.frames().items():
        assert list(frame.columns)[:4] == ["member", "env_step", "episode", "seconds"], name
    restored = History()
    restored.load_state_dict(history.state_dict())
    for table in restored.tables().values():
        assert np.array_equal(table.columns()["seconds"], [])


def test_columns_from_the_end_are_the_newest_rows_or_all_there_are() -> None:
    table = Table({"member": int})
    for member in range(5):
        table.append(member=member)
    assert table.columns(-2)["member"].tolist() == [3, 4]
    assert table.columns(-9)["member"].tolist() == [0, 1, 2, 3, 4]


def test_numbers_of_a_long_table_lie_outside_the_heap() -> None:
    """There they would leave holes among what comes and goes, and the process would grow."""
    table = Table({"member": int, "loss": float})
    tracemalloc.start()
    try:
        for number in range(20_000):
            table.append(member=0, loss=float(number))
        in_heap, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert table.columns()["loss"].nbytes == 160_000
    assert in_heap < 16_000


@pytest.mark.parametrize(
    "disk",
    [
        "room",
        "none",
        pytest.param(
            "full",
            marks=pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full"),
        ),
    ],
)
def test_every_row_is_kept_while_a_table_grows_with_and_without_room_on_the_disk(
    monkeypatch: pytest.MonkeyPatch, disk: str
) -> None:
    if disk == "none":

        def no_room() -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(tempfile, "TemporaryFile", no_room)
    elif disk == "full":
        # Every write to it says that there is no room.
        full = partial(Path("/dev/full").open, "wb", buffering=0)
        monkeypatch.setattr(tempfile, "TemporaryFile", full)
    table = Table(COLUMNS)
    early = []
    for number in range(13_000):
        table.append(**row(number))
        if number % 3_000 == 0:
            early.append(table.columns())
    rows = [row(number) for number in range(13_000)]
    for columns in (*early, table.columns()):
        for name, column in columns.items():
            assert column.tolist() == [kept[name] for kept in rows[: len(column)]], name
    again = Table(COLUMNS)
    again.load_state_dict(table.state_dict())
    assert again.frame().equals(table.frame())


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="needs Linux")
def test_a_long_table_takes_no_more_memory_than_its_newest_rows() -> None:
    def of_this_process() -> int:
        """Bytes that lie in no file."""
        rollup = Path("/proc/self/smaps_rollup").read_text()
        return 1024 * int(rollup.split("Anonymous:")[1].split()[0])

    table = Table({"member": int} | {f"number_{n}": float for n in range(9)})
    zeros = {f"number_{n}": 0.0 for n in range(9)}
    gc.collect()
    before = of_this_process()
    for number in range(4 * 4096):
        table.append(member=number, **zeros)
    newest = of_this_process() - before
    for number in range(16 * 4096):
        table.append(member=number, **zeros)
    assert table.columns()["member"].nbytes == 20 * 4096 * 8
    assert of_this_process() - before - newest < 1_000_000  # of 5.2 MB


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs Linux")
def test_only_a_long_table_has_a_file() -> None:
    def files() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    before = files()
    tables = [Table(COLUMNS) for _ in range(20)]
    for table in tables:
        table.append(**row(0))
        table.load_state_dict(table.state_dict())
    assert files() == before
    for number in range(1, 5_000):
        tables[0].append(**row(number))
    assert files() == before + 1
    for number in range(5_000, 20_000):
        tables[0].append(**row(number))
    assert files() == before + 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_process_writes_rows_of_its_own() -> None:
    script = """
import os
from dqn_core.history import Table

table = Table({"member": int})
for number in range(5_000):
    table.append(member=number)
if not (child := os.fork()):
    for number in range(5_000):
        table.append(member=-1)
    is_right = table.columns()["member"].tolist() == [*range(5_000), *[-1] * 5_000]
    os._exit(0 if is_right else 1)
assert os.waitpid(child, 0)[1] == 0
for number in range(5_000, 10_000):
    table.append(member=number)
assert table.columns()["member"].tolist() == list(range(10_000))
"""
    subprocess.run([sys.executable, "-c", script], check=True, cwd=Path(__file__).parents[2])
