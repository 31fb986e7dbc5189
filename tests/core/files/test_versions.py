import sys

import pytest
import torch

from dqn_core.files.versions import versions


def test_they_are_known_where_no_list_of_packages_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a program that bundles its packages, or behind an environment that moves the path."""
    monkeypatch.setattr(sys, "path", [])
    assert versions()["torch"] == torch.__version__
