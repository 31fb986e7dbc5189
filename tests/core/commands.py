"""Commands that take milliseconds, and what they leave."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dqn_core.cli.command_line import main

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "dqn_core"]
ENDLESS = ["--hidden-dims", "8,8", "--batch-size", "8", "--learning-starts", "20"]
ENDLESS += ["--train-frequency", "1", "--evaluation-period", "0", "--eval-episodes", "2"]
SMALL = [*ENDLESS, "--total-steps", "150"]
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


def refusal(capsys: pytest.CaptureFixture[str], *arguments: Any) -> str:
    """The one line on standard error with which a command is refused."""
    assert main([*map(str, arguments)]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("error: ")
    assert output.err.count("\n") == 1
    assert len(output.err) < 400
    return output.err


def files(folder: Path) -> tuple[Path, Path, list[Any]]:
    run, agent = folder / "run.safetensors", folder / "agent.safetensors"
    return run, agent, ["--save-run", run, "--save", agent]
