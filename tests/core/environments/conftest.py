"""What the tests of environments share."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from typing import Any

import pytest

from tests.core.foreign import Foreign, Register, registered


@pytest.fixture
def register() -> Iterator[Register]:
    with ExitStack() as ids:

        def add(entry_point: Any = Foreign, env_id: str = "Foreign-v0", **options: Any) -> str:
            added: AbstractContextManager[str] = registered(env_id, entry_point, **options)
            return ids.enter_context(added)

        yield add
