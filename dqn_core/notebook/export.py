"""The script of cells `dqn.py` as a Jupyter notebook, in nbformat 4.5."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

SCRIPT = Path(__file__).with_name("dqn.py")

_MARK = re.compile(r"^# %%( \[markdown\])?\n", re.MULTILINE)


class Cell(NamedTuple):
    """One cell of the notebook."""

    is_code: bool
    source: str


def cells() -> list[Cell]:
    """The cells of the script, in their order. A line ``# %%`` begins each, as editors have it."""
    return list(_cells(SCRIPT.read_text(encoding="utf-8")))


def _cells(text: str) -> Iterator[Cell]:
    _, *parts = _MARK.split(text)
    for kind, content in zip(parts[::2], parts[1::2], strict=True):
        source = content.strip()
        if kind:
            source = "\n".join(
                line.removeprefix("#").removeprefix(" ") for line in source.split("\n")
            )
        yield Cell(not kind, source)


def notebook() -> str:
    """The notebook's file. It needs PyTorch and Gymnasium, and nothing of this project."""
    written = {
        "cells": [_written(number, cell) for number, cell in enumerate(cells())],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(written, ensure_ascii=False, indent=1) + "\n"


def _written(number: int, cell: Cell) -> dict[str, object]:
    of_code: dict[str, object] = {"execution_count": None, "outputs": []} if cell.is_code else {}
    return {
        "cell_type": "code" if cell.is_code else "markdown",
        "id": f"cell-{number}",
        "metadata": {},
        "source": cell.source.splitlines(keepends=True),
        **of_code,
    }
