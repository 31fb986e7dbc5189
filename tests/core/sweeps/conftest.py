"""What the tests of sweeps share."""

from tests.core.store.conftest import store

__all__ = ["store"]
