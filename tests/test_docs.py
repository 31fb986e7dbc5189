"""What the documents name is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NUMBERS = (ROOT / "docs" / "numbers.md").read_text()
ROWS = [
    line.strip("| ").split(" | ")
    for line in NUMBERS.splitlines()
    if line.startswith("| ") and not line.startswith(("| ---", "| number"))
]


@pytest.mark.parametrize(
    ("file", "name"), sorted(set(re.findall(r"`([a-z_/]+\.py)::(test_\w+)`", NUMBERS)))
)
def test_every_test_of_a_number_is_there(file: str, name: str) -> None:
    assert re.search(rf"^def {name}\(", (ROOT / "tests" / file).read_text(), re.MULTILINE)


@pytest.mark.parametrize(
    ("file", "name"), sorted(set(re.findall(r"`([a-z_/]+\.test\.js)::([^`]+)`", NUMBERS)))
)
def test_every_test_of_a_script_is_there(file: str, name: str) -> None:
    assert f'test("{name}", ' in (ROOT / "tests" / file).read_text()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_every_number_has_a_meaning_and_a_test(row: list[str]) -> None:
    _, meaning, tests = row
    assert meaning
    assert "::" in tests
