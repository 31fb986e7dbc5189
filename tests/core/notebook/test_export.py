"""The exported notebook: a file that Jupyter opens, and cells that run by themselves."""

import ast
import json
import random
import re
import sys
from typing import Any

import pytest
import torch

from dqn_core.notebook.export import SCRIPT, cells, notebook

CODE = [cell.source for cell in cells() if cell.is_code]


@pytest.fixture
def _as_it_was():
    """The cells seed the generators of the whole program, as a notebook may."""
    before = random.getstate(), torch.get_rng_state(), torch.get_num_threads()
    yield
    random.setstate(before[0])
    torch.set_rng_state(before[1])
    torch.set_num_threads(before[2])


def run(train_episodes: int) -> dict[str, Any]:
    """Every code cell in its order, with so many episodes."""
    names: dict[str, Any] = {"__name__": "__main__"}  # a dataclass asks for its module
    for source in CODE:
        few = source.replace("train_episodes: int = 200", f"train_episodes: int = {train_episodes}")
        exec(
            compile(few.replace("test_episodes: int = 10", "test_episodes: int = 2"), "", "exec"),
            names,
        )
    return names


@pytest.mark.usefixtures("_as_it_was")
def test_the_cells_run_one_after_the_other_and_the_agent_learns() -> None:
    names = run(train_episodes=58)
    returns, agent = names["train_returns"], names["agent"]
    assert len(returns) == 58
    assert sum(returns[10:20]) / 10 < 30
    assert sum(returns[-8:]) / 8 > 100
    assert len(names["test_returns"]) == 2
    assert agent.online is not agent.target
    assert len(agent.replay) == sum(returns)
    assert names["Plot"]("title", returns)._repr_svg_().startswith("<svg")
    assert names["Plot"]("nothing", [])._repr_svg_().endswith("</svg>")
    assert names["smooth"]([]) == []


@pytest.mark.usefixtures("_as_it_was")
def test_the_same_seed_gives_the_same_returns() -> None:
    assert run(6)["train_returns"] == run(6)["train_returns"]


def test_it_needs_pytorch_and_gymnasium_alone() -> None:
    trees = [ast.parse(source) for source in CODE]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    imported = {a.name.split(".")[0] for n in nodes if isinstance(n, ast.Import) for a in n.names}
    imported |= {(n.module or "").split(".")[0] for n in nodes if isinstance(n, ast.ImportFrom)}
    assert imported - sys.stdlib_module_names == {"torch", "gymnasium"}


def test_the_file_is_a_jupyter_notebook_of_version_4_5() -> None:
    file = json.loads(notebook())
    assert (file["nbformat"], file["nbformat_minor"]) == (4, 5)
    kinds = [cell["cell_type"] for cell in file["cells"]]
    assert set(kinds) == {"markdown", "code"}
    assert len({cell["id"] for cell in file["cells"]}) == len(kinds)
    for cell in file["cells"]:
        code_has = {"execution_count", "outputs"} if cell["cell_type"] == "code" else set()
        assert cell.keys() == {"cell_type", "id", "metadata", "source"} | code_has
    assert ["".join(c["source"]) for c in file["cells"]] == [cell.source for cell in cells()]


def test_its_sections_are_those_of_the_notebook_in_their_order() -> None:
    titles = [re.match(r"## (.+)", cell.source) for cell in cells() if not cell.is_code]
    assert [title[1] for title in titles if title] == [
        "Network",
        "Replay",
        "Agent",
        "Training",
        "Environment",
        "Hyperparameters",
        "Plots",
    ]


def test_nothing_of_the_script_is_lost() -> None:
    code = "".join(re.sub(r"\s", "", source) for source in CODE)
    script = re.sub(r"^#.*$", "", SCRIPT.read_text(), flags=re.MULTILINE)
    assert code == re.sub(r"\s", "", script)
