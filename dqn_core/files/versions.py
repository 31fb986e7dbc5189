"""The versions that a run's numbers depend on."""

import platform
from importlib.metadata import version


def versions() -> dict[str, str]:
    """Python's and those of the packages that compute; others may round otherwise."""
    packages = {name: version(name) for name in ("torch", "numpy", "gymnasium")}
    return {"python": platform.python_version(), **packages}
