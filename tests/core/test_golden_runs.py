"""No edit moves the results of a preset unseen."""

import json
from typing import Any

import pytest

from tests.core.golden_runs import FILE, NAMES, golden_run

GOLDEN = json.loads(FILE.read_text())


@pytest.mark.parametrize("preset", NAMES)
def test_a_presets_first_updates_give_what_they_gave(preset: str) -> None:
    """If the edit is to move them, `python -m tests.core.golden_runs` writes them anew."""
    assert flat(golden_run(preset)) == pytest.approx(flat(GOLDEN[preset]), rel=1e-3, abs=1e-5)


def flat(value: Any, path: str = "") -> dict[str, float]:
    """All numbers in nested dictionaries and lists, by their places."""
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        return {k: v for name, item in items for k, v in flat(item, f"{path}/{name}").items()}
    return {path: float(value)}
