"""The README is true: its table is the declarations', its commands and files exist."""

import re
from pathlib import Path

import pytest

from dqn_core.__main__ import main

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def test_its_table_of_hyperparameters_is_made_from_the_declarations(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["hyperparameters"])
    table = README.partition("<!-- hyperparameters -->\n")[2]
    table = table.partition("<!-- end of hyperparameters -->")[0]
    assert table.strip() == capsys.readouterr().out.strip()


@pytest.mark.parametrize("path", sorted(set(re.findall(r"[a-z_/]+\.(?:py|png|txt)\b", README))))
def test_every_file_it_names_is_there(path: str) -> None:
    assert (ROOT / path).exists()
