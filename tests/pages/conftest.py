"""What the pages keep their runs in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dqn_core.store.store import Store


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    folder = tmp_path / "runs"
    monkeypatch.setenv("DQN_LAB_RUNS", str(folder))
    kept = Store(folder)
    yield kept
    kept.close()
