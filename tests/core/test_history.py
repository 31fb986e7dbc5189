"""The columns in which a run's history grows."""

import gc
import json
import os
import subprocess
import sys
import threading
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dqn_core.history import HELD, ROOM, History, Table


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


def handed_over(length: int, at: int) -> tuple[Table, list[tuple[int, int]]]:
    """A table whose rows somebody keeps, each so many, and which of them were asked for."""
    asked, twin, table = list[tuple[int, int]](), Table(COLUMNS), Table(COLUMNS)

    def earlier(start: int, end: int) -> dict[str, np.ndarray]:
        asked.append((start, end))
        return twin.columns(start, end)

    for number in range(length):
        table.append(**row(number))
        twin.append(**row(number))
        if number % at == at - 1:
            table.hand_over(earlier)
    return table, asked


def test_rows_that_somebody_else_keeps_are_read_from_there_and_the_newest_never_are() -> None:
    length = HELD + 3 * ROOM + 5
    table, asked = handed_over(length, 700)
    assert len(table) == length
    for start, end in ((-HELD, None), (-1, None), (length, None), (length + 9, None), (0, 0)):
        table.columns(start, end)
    assert not asked
    for start, end in ((0, None), (7, None), (0, 3), (5, ROOM), (2 * ROOM, 4 * ROOM), (9, 2)):
        found = table.columns(start, end)
        expected = [row(number) for number in range(start, length if end is None else end)]
        for name, column in found.items():
            assert column.tolist() == [one[name] for one in expected], name
            assert column.dtype == np.dtype(COLUMNS[name])
    asked.clear()
    assert table.columns(-length)["env_step"].tolist() == list(range(length))
    assert len(asked) == 1


def test_a_short_table_keeps_all_its_rows_whoever_has_them_too() -> None:
    table, asked = handed_over(HELD, 1)
    assert len(table.frame()) == HELD
    assert not asked


def test_a_table_with_rows_elsewhere_gives_a_state_that_is_whole() -> None:
    table, _ = handed_over(HELD + 2 * ROOM, ROOM)
    again = Table(COLUMNS)
    again.load_state_dict(table.state_dict())
    assert again.frame().equals(table.frame())
    again.append(**row(0))
    assert len(again) == len(table) + 1


def test_what_a_reader_got_stays_while_rows_are_handed_over() -> None:
    table = Table({"member": int})
    for number in range(HELD + 2 * ROOM):
        table.append(member=number)
    before = table.columns()
    table.hand_over(lambda start, end: {"member": np.arange(start, end)})
    table.append(member=-1)
    assert before["member"].tolist() == list(range(HELD + 2 * ROOM))


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="needs Linux")
def test_a_long_table_takes_no_more_memory_than_its_newest_rows() -> None:
    def of_this_process() -> int:
        """Bytes that lie in no file."""
        rollup = Path("/proc/self/smaps_rollup").read_text()
        return 1024 * int(rollup.split("Anonymous:")[1].split()[0])

    table = Table({"member": int} | {f"number_{n}": float for n in range(9)})
    zeros = {f"number_{n}": 0.0 for n in range(9)}

    def grow(rows: int) -> None:
        for number in range(rows):
            table.append(member=number, **zeros)
            if number % 100 == 0:
                table.hand_over(lambda start, end: {})

    gc.collect()
    grow(HELD + 2 * ROOM)
    before = of_this_process()
    grow(16 * ROOM)
    assert of_this_process() - before < 1_000_000  # of 5.2 MB


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
