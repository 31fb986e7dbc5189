"""The columns in which a run's history grows."""

import json
import threading
import tracemalloc
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


@pytest.mark.parametrize("length", [0, 1, 511, 512, 513, 1200])
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


@pytest.mark.parametrize("length", [0, 1, 512, 600])
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
