"""Standard output and error, closed, full, gone or of few letters: nothing but words is lost."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dqn_core import load_agent
from dqn_core.cli.command_line import main
from dqn_core.cli.streams import prepare_streams, say, tell
from tests.core.commands import COMMAND, ON_FOREIGN, SMALL, at, ended, files

ROOT = Path(__file__).parents[3]


def test_what_an_environment_prints_is_no_part_of_the_result(
    capsys: pytest.CaptureFixture[str], foreign: Callable[..., None]
) -> None:
    foreign(at(5, lambda: print("hello")), at_closing=lambda: print("good bye"))
    code, _, told = ended(capsys, *ON_FOREIGN)
    assert code == 0
    assert "hello" in told
    assert "good bye" in told


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "koi8-r", "shift_jis"])
@pytest.mark.parametrize(
    "arguments",
    [["train", "--help"], ["hyperparameters"], ["train", "--gama", "γ"], ["train", *SMALL]],
)
def test_a_letter_that_a_terminal_lacks_is_replaced(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], encoding: str
) -> None:
    buffers = [io.BytesIO(), io.BytesIO()]
    for name, buffer in zip(("stdout", "stderr"), buffers, strict=True):
        monkeypatch.setattr(sys, name, io.TextIOWrapper(buffer, encoding))
    if "--help" in arguments:
        with pytest.raises(SystemExit, match="0"):
            main(arguments)
    else:
        main(arguments)
    out, err = (buffer.getvalue().decode(encoding) for buffer in buffers)
    assert "Traceback" not in out + err
    assert ("error: There is no option --gama" in err) == ("--gama" in arguments)
    assert ("Discount" in out) == (arguments[-1] in ("--help", "hyperparameters"))


def test_without_greek_letters_the_help_spells_them_and_numbers_keep_their_sign(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    buffer = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(buffer, "ascii"))
    prepare_streams()
    say("γ, ε₀, −21.5, 0–1, 5 × 3, é, 折")
    assert buffer.getvalue() == b"gamma, epsilon0, -21.5, 0-1, 5 x 3, e, ?\n"


def test_standard_error_that_is_closed_costs_what_was_told_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    code, result, _ = ended(capsys, "train", *SMALL)
    assert (code, result["env_steps"]) == (0, 150)
    sys.stderr.close()


def test_standard_output_that_is_closed_costs_the_printed_result_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    _, agent, saving = files(tmp_path)
    assert main(["train", *SMALL, *map(str, saving)]) == 0
    sys.stdout.close()
    assert load_agent(agent).env_steps == 150
    assert "Traceback" not in capsys.readouterr().err


TRAIN = f"train {' '.join(SMALL)} --json --save {{folder}}/agent"
FULL = "The result cannot be printed: No space left on device."


@pytest.mark.parametrize(
    ("command", "redirection", "code"),
    [
        (TRAIN, ">&- 2>/dev/full", 0),
        (TRAIN, "2>&1 | true", 1),
        ("hyperparameters", "2>&-", 0),
        ("hyperparameters", ">/dev/full", 2),
        ("hyperparameters", "| true", 1),
    ],
)
def test_no_stream_ends_a_command(
    tmp_path: Path, command: str, redirection: str, code: int
) -> None:
    program = f"'{sys.executable}' -m dqn_core {command.format(folder=tmp_path)}"
    process = subprocess.run(
        ["bash", "-c", f"{program} {redirection}; exit ${{PIPESTATUS[0]}}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == code
    if code == 2:
        assert process.stderr == f"error: {FULL}\n"
    else:
        assert process.stderr == ""
    if command == TRAIN:
        assert load_agent(tmp_path / "agent").env_steps == 150
    elif redirection == "2>&-":
        assert "Discount" in process.stdout


def test_a_training_whose_result_finds_no_room_costs_that_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "stdout", open("/dev/full", "w"))  # noqa: PTH123, SIM115
    _, agent, saving = files(tmp_path)
    assert main(["train", *SMALL, *map(str, saving)]) == 2
    sys.stdout.close()
    assert load_agent(agent).env_steps == 150
    assert f"error: {FULL}" in capsys.readouterr().err


MODULE = """
import atexit, os, sys
from tests.core.foreign import Foreign
import gymnasium

class Loud(Foreign):
    def reset(self, **named):
        os.write(1, b"from a library in C\\n")
        print("past what standard output is now", file=sys.__stdout__)
        os.chdir("elsewhere") if os.path.isdir("elsewhere") else None
        return super().reset(**named)

    def __del__(self):
        print("with its last breath")

class Shuts(Foreign):
    def reset(self, **named):
        sys.__stdout__.close()
        sys.stderr = None
        return super().reset(**named)

atexit.register(print, "on the way out")
gymnasium.register("Loud-v0", Loud)
gymnasium.register("Shuts-v0", Shuts)
"""


@pytest.mark.parametrize("env_id", ["Loud-v0", "Shuts-v0"])
def test_whatever_an_environment_does_to_its_process_the_result_is_whole_and_in_its_place(
    tmp_path: Path, env_id: str
) -> None:
    (tmp_path / "odd.py").write_text(MODULE)
    (tmp_path / "elsewhere").mkdir()
    process = subprocess.run(
        [*COMMAND, "train", "--env-id", f"odd:{env_id}", *SMALL, "--json", "--save", "agent"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0
    assert json.loads(process.stdout)["env_steps"] == 150
    assert (tmp_path / "agent").is_file(), "where it was asked for, though the folder was changed"
    if env_id == "Loud-v0":
        for printed in ("library in C", "past what", "last breath", "on the way out"):
            assert printed in process.stderr


def test_what_will_never_come_is_told_before_the_training(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["train", *SMALL, "--learning-starts", "600"])
    told = capsys.readouterr().err.splitlines()
    assert told[0].startswith("The first gradient update is due at environment step 600")


def test_a_name_cannot_move_the_cursor_or_colour_a_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    odd = "a\x1b[31m\u202eb\x07\udcff"
    say(f"{odd}\nγ")
    tell(odd)
    output = capsys.readouterr()
    assert (output.out, output.err) == ("a�[31m�b��\nγ\n", "a�[31m�b��\n")
