"""Commands that take milliseconds, and what they leave."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dqn_core.cli.command_line import main

SMALL = ["--hidden-dims", "8,8", "--batch-size", "8", "--learning-starts", "20"]
SMALL += ["--evaluation-period", "0", "--eval-episodes", "2", "--total-steps", "150"]
ON_FOREIGN = ["train", "--env-id", "Foreign-v0", *SMALL]


def at(step: int, act: Callable[[], object]) -> Callable[[Any, int], Any]:
    """A step's usual answer, but at the one with this number something happens."""

    def outcome(answer: Any, total: int) -> Any:
        if total == step:
            act()
        return answer

    return outcome


def failing() -> None:
    raise RuntimeError("The environment gave up.")


def ended(capsys: pytest.CaptureFixture[str], *arguments: Any) -> tuple[int, Any, str]:
    """Exit code, the JSON document on standard output, and what is on standard error."""
    code = main([*map(str, arguments), "--json"])
    output = capsys.readouterr()
    assert "Traceback" not in output.err
    return code, json.loads(output.out), output.err


def files(folder: Path) -> tuple[Path, Path, list[Any]]:
    run, agent = folder / "run.safetensors", folder / "agent.safetensors"
    return run, agent, ["--save-run", run, "--save", agent]
