"""What the store's tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dqn_core.store.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty one."""
    store = Store(tmp_path / "runs")
    yield store
    store.close()
