"""The versions that a run's numbers depend on."""

import platform
from importlib import import_module


def versions() -> dict[str, str]:
    """Python's and those of the packages that compute; others may round otherwise.

    They are asked themselves: a program that bundles them has no list of packages.
    """
    packages = {n: str(import_module(n).__version__) for n in ("torch", "numpy", "gymnasium")}
    return {"python": platform.python_version(), **packages}
