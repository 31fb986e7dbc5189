"""What the core's tests share."""

import warnings

import pytest


@pytest.fixture(scope="session")
def box2d() -> None:
    """Skips where LunarLander's package is missing."""
    with warnings.catch_warnings():
        # The extension's own types warn once, while it is imported for the first time.
        warnings.simplefilter("ignore", DeprecationWarning)
        pytest.importorskip("Box2D", reason="LunarLander needs the package box2d")
