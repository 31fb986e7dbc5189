"""The README and the pages in docs/ are true: tables, examples, links."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dashboard.web.language import _, answering
from dqn_core.cli.command_line import main
from dqn_core.configuration.config import HYPERPARAMETERS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
CHINESE = (ROOT / "README.zh.md").read_text()
LINKS = sorted(
    {
        (page, link)
        for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())
    }
)


def rows(page: str) -> list[str]:
    """The lines of the table of a page in docs/."""
    lines = (ROOT / "docs" / page).read_text().splitlines()
    return [line for line in lines if line.startswith("|")]


def test_the_table_of_hyperparameters_is_made_from_the_declarations(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["hyperparameters"])
    assert rows("hyperparameters.md") == capsys.readouterr().out.strip().splitlines()


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"[a-z_/-]+\.(?:py|png|txt)\b", README + CHINESE)))
)
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


def test_its_query_reads_a_kept_run_into_pandas(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    train = "train --runs runs --hidden-dims 8 --total-steps 150 --eval-episodes 1"
    assert main(train.split()) == 0
    example = README.partition("import sqlite3")[2].partition("```")[0]
    names: dict[str, Any] = {}
    exec(f"import sqlite3{example}", names)
    names["connection"].close()
    frame = names["episodes"]
    assert list(frame) == ["member", "env_step", "return"]
    assert len(frame) > 0


def test_its_figures_of_each_environment_are_those_of_the_recorded_results() -> None:
    stages = sorted((ROOT / "benchmarks/results/environments").glob("*.json"))
    for stage in stages:
        found = json.loads(stage.read_text())
        bar = found["recipe"]["judgement"]["bar"]
        returns = sorted(seed["last"] for seed in found["figures"])
        cut = len(returns) // 4
        middle = np.mean(returns[cut : len(returns) - cut])
        row = next(line for line in README.splitlines() if line.startswith(f"| {stage.stem} "))
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert cells[3] == f"{sum(value >= bar for value in returns)} of {len(returns)}"
        shown = [float(text) for text in re.findall(r"-?[0-9.]+", cells[4])]
        draws = np.sort(np.random.default_rng(1).choice(returns, (20_000, len(returns))), axis=1)
        ends = np.quantile(draws[:, cut : len(returns) - cut].mean(axis=1), [0.025, 0.975])
        assert shown == pytest.approx([middle, *ends], rel=0.01)


def test_its_chinese_sibling_has_the_same_figures() -> None:
    pattern = re.compile(r"^\| \w+-v\d .*$", re.MULTILINE)
    assert pattern.findall(CHINESE) == pattern.findall(README)


def test_the_chinese_table_describes_every_hyperparameter_as_the_page_does() -> None:
    with answering("zh"):
        cells = [
            (f"`{h.name}`", h.symbol or "–", _(h.label), _(h.description))
            for h in HYPERPARAMETERS.values()
        ]
    assert rows("hyperparameters.zh.md")[2:] == [
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in cells
    ]


@pytest.mark.parametrize(
    ("page", "link"), LINKS, ids=[f"{page.stem}-{link}" for page, link in LINKS]
)
def test_every_link_leads_somewhere(page: Path, link: str) -> None:
    assert (page.parent / link).exists()
