"""What all benchmarks share: options, interleaved timing, the machine's name, tables.

Importing it also puts the checkout on Python's path, so that each benchmark is a plain script:
``python benchmarks/learner.py``.
"""

import argparse
import importlib.metadata
import os
import platform
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dqn_core import Trainer

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

PACKAGES = ("torch", "numpy", "gymnasium", "stable-baselines3", "tianshou")


def arguments(description: str | None) -> argparse.ArgumentParser:
    """The options of every benchmark."""
    parser = argparse.ArgumentParser(description=(description or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="seconds of work, to try the script")
    return parser


def interleaved(
    contenders: Mapping[str, Callable[[], object]], repeats: int
) -> dict[str, list[float]]:
    """Seconds of each call, ``repeats`` times each, in turns.

    What else the machine does then falls on all of them alike.
    """
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(repeats):
        for name, contender in contenders.items():
            started = time.perf_counter()
            contender()
            seconds[name].append(time.perf_counter() - started)
    return seconds


def machine() -> dict[str, Any]:
    """Processor, cores, threads, and the versions of what takes part."""
    import torch

    versions = {}
    for package in PACKAGES:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "system": platform.system(),
        "python": platform.python_version(),
        "versions": versions,
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


class Report:
    """A benchmark's Markdown."""

    def __init__(self, title: str) -> None:
        here = machine()
        versions = ", ".join(f"{name} {v}" for name, v in here["versions"].items())
        self.lines = [
            f"# {title}",
            "",
            f"{here['processor']}, {here['cores']} cores, "
            f"{here['threads']} thread(s); {here['system']}, "
            f"Python {here['python']}, {versions}.",
        ]

    def say(self, sentence: str) -> None:
        self.lines += ["", sentence]

    def table(self, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """A Markdown table."""
        self.lines += ["", _row(header), _row(["---"] * len(header)), *map(_row, rows)]

    @property
    def markdown(self) -> str:
        return "\n".join(self.lines) + "\n"


def _row(cells: Sequence[Any]) -> str:
    return "| " + " | ".join(_shown(cell) for cell in cells) + " |"


def _shown(cell: Any) -> str:
    if not isinstance(cell, float):
        return str(cell)
    return f"{cell:,.0f}" if abs(cell) >= 100 else f"{cell:.3g}"


def microseconds(seconds: Sequence[float], count: int) -> float:
    """Median time of one of the ``count`` things that each of ``seconds`` covers."""
    return median(seconds) / count * 1e6


def ratio(first: Sequence[float], second: Sequence[float]) -> float:
    """Median of the ratios within a turn: a pause of the machine seldom falls on both."""
    return median(a / b for a, b in zip(first, second, strict=True))


def bits_of(trainer: "Trainer") -> bytes:
    """The complete state of a run, without the time that its training took."""
    from dqn_core.files.packing import pack

    state = trainer.state_dict() | {"seconds": 0.0}
    for table in state["history"].values():
        table["seconds"] = table["seconds"] * 0
    return pack("run", state)
