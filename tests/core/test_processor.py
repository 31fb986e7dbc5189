"""What a run computes on: what the C library holds free goes back to the system."""

import ctypes
from pathlib import Path

import numpy as np
import pytest

from dqn_core.processor import give_back_free_memory

STATUS = Path("/proc/self/status")


def resident_megabytes() -> float:
    line = next(row for row in STATUS.read_text().splitlines() if row.startswith("RssAnon"))
    return int(line.split()[1]) / 1024


@pytest.mark.skipif(
    not STATUS.exists() or not hasattr(ctypes.CDLL(None), "malloc_trim"),
    reason="neither /proc nor malloc_trim",
)
def test_memory_that_is_free_below_something_in_use_goes_back_to_the_system() -> None:
    arrays = [np.ones(12_000) for _ in range(600)]  # 94 KB each: from the heap
    last = arrays[-1]
    del arrays
    held = resident_megabytes()
    give_back_free_memory()
    assert resident_megabytes() < held - 20
    assert last.sum() == 12_000


def test_where_the_c_library_has_no_way_to_it_nothing_happens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())
    give_back_free_memory()
