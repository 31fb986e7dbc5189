"""What the core's tests share."""

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.core.foreign import Foreign, registered


@pytest.fixture(scope="session")
def box2d() -> None:
    """Skips where LunarLander's package is missing."""
    with warnings.catch_warnings():
        # The extension's own types warn once, while it is imported for the first time.
        warnings.simplefilter("ignore", DeprecationWarning)
        pytest.importorskip("Box2D", reason="LunarLander needs the package box2d")


@pytest.fixture
def foreign() -> Iterator[Callable[..., None]]:
    """Registers Foreign-v0, in which a step or a closing does what it is told."""

    class Closing(Foreign):
        def __init__(self, at_closing: Callable[[], object], **options: Any) -> None:
            super().__init__(**options)
            self._at_closing = at_closing

        def close(self) -> None:
            self._at_closing()

    told: dict[str, Any] = {"at_closing": lambda: None}

    def tell(outcome: Callable[[Any, int], Any] | None = None, **more: Any) -> None:
        told.update(outcome=outcome, **more)

    with registered("Foreign-v0", lambda **options: Closing(**told, **options)):
        yield tell
