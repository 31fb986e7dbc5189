"""The README is true: its table is the declarations', its commands and files exist."""

import re
from pathlib import Path
from typing import Any

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


def test_its_python_example_does_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    example = README.partition("```python\n")[2].partition("```")[0]
    shorter = {
        "seed=3": "seed=3, total_steps=200, learning_starts=50",
        "max_steps=10_000": "max_steps=120",
        "episodes=100": "episodes=2",
    }
    for long, short in shorter.items():
        assert long in example
        example = example.replace(long, short)
    names: dict[str, Any] = {}
    exec(example, names)
    trainer = names["trainer"]
    assert trainer.env_step == 200
    assert trainer.history.changes.frame()[["env_step", "name", "new"]].to_numpy().tolist() == [
        [120, "gamma", 0.95]
    ]
    printed = capsys.readouterr().out
    assert float(printed.split()[0]) > 0
    assert "exploration_share" in printed
