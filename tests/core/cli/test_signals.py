"""Ctrl-C, SIGTERM and SIGHUP: what was reached is saved first, and no file is cut off."""

import signal
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from dqn_core import evaluate, load_agent, load_run
from dqn_core.cli import interruptions
from dqn_core.cli.command_line import main
from tests.core.commands import ON_FOREIGN, SMALL, at, ended, files


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_whoever_ends_the_training_gets_what_was_reached(
    capsys: pytest.CaptureFixture[str],
    foreign: Callable[..., None],
    tmp_path: Path,
    number: signal.Signals,
) -> None:
    foreign(at(45, lambda: signal.raise_signal(number)))
    before = signal.getsignal(number)
    run, agent, saving = files(tmp_path)
    code, result, told = ended(capsys, *ON_FOREIGN, *saving, "--total-steps", 10_000_000)
    assert code == 130
    assert result["ended"] == f"Interrupted after {result['env_steps']:,} environment steps."
    assert told.count("Interrupted") == 1
    assert result["evaluation"]["episodes"] == 2
    foreign()  # a run that is loaded plays some steps
    assert load_run(run).env_step == load_agent(agent).env_steps == result["env_steps"]
    assert signal.getsignal(number) is before


@pytest.mark.parametrize(
    "stop", [lambda: signal.raise_signal(signal.SIGTERM), lambda: sys.exit(0)], ids=["ours", "its"]
)
def test_a_signal_in_the_final_evaluation_cuts_that_short_when_all_is_saved(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    stop: Callable[[], object],
) -> None:
    run, agent, saving = files(tmp_path)

    def interrupted(policy: Any, *_: object, keep: Callable[[Any], object]) -> None:
        assert run.exists()
        assert agent.exists()
        evaluate(policy, 1, keep=keep)
        stop()
        raise AssertionError("it went on")

    monkeypatch.setattr("dqn_core.cli.train.evaluate", interrupted)
    code, result, told = ended(capsys, "train", *SMALL, *saving, "--seeds", 2)
    assert code == 130
    assert "The final evaluation was cut short." in told
    assert result["ended"] == "The step budget of 150 environment steps is used up."
    assert [member["evaluation"]["episodes"] for member in result["members"]] == [1, 0]
    assert result["aggregate_members"] == 1
    assert result["interquartile_mean"] == result["members"][0]["evaluation"]["mean_return"]


def test_a_second_signal_ends_a_step_that_does_not_end_and_the_agent_is_saved(
    capsys: pytest.CaptureFixture[str],
    foreign: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(interruptions, "TOGETHER_SECONDS", 0.0)

    def hanging() -> None:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        raise AssertionError("it went on")

    foreign(at(45, hanging))
    run, agent, saving = files(tmp_path)
    assert main([*ON_FOREIGN, *map(str, saving)]) == 130
    out, told = capsys.readouterr()
    assert out == ""
    assert "The run is not saved: it is in the middle of a step." in told
    assert not run.exists()
    foreign()
    assert load_agent(agent).env_steps == 44


def test_an_environment_that_sets_handlers_of_its_own_takes_no_signal_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(interruptions, "TOGETHER_SECONDS", 0.0)
    with interruptions.interruptions() as signals:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        assert not signals.take()
        signal.raise_signal(signal.SIGINT)
        assert signals.take()
        signal.signal(signal.SIGTERM, lambda *_: pytest.fail("it is not asked"))
        with signals.at_most(1):
            signal.raise_signal(signal.SIGTERM)
        assert signals.seen


def test_signals_that_come_together_are_one(
    capsys: pytest.CaptureFixture[str], foreign: Callable[..., None]
) -> None:
    def twice() -> None:
        signal.raise_signal(signal.SIGHUP)
        signal.raise_signal(signal.SIGHUP)

    foreign(at(45, twice))
    code, result, _ = ended(capsys, *ON_FOREIGN, "--total-steps", 10_000_000)
    assert code == 130
    assert result["evaluation"]["episodes"] == 2


def test_no_signal_ends_the_writing_of_a_file(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(interruptions, "TOGETHER_SECONDS", 0.0)
    replace = Path.replace

    def interrupted(self: Path, target: Path) -> Path:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", interrupted)
    run, agent, saving = files(tmp_path)
    code, result, told = ended(capsys, "train", *SMALL, *saving)
    assert code == 130
    assert load_run(run).env_step == load_agent(agent).env_steps == 150
    assert result["evaluation"]["episodes"] == 0
    assert "The final evaluation was cut short." in told


def test_a_program_that_is_to_outlive_its_terminal_does(
    capsys: pytest.CaptureFixture[str], foreign: Callable[..., None]
) -> None:
    foreign(at(45, lambda: signal.raise_signal(signal.SIGHUP)))
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup has it
    try:
        code, result, _ = ended(capsys, *ON_FOREIGN)
    finally:
        signal.signal(signal.SIGHUP, before)
    assert code == 0
    assert result["env_steps"] == 150


def test_a_signal_while_an_agent_is_evaluated_leaves_what_was_played_before(
    capsys: pytest.CaptureFixture[str],
    foreign: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    steps = count()
    foreign()
    agent = tmp_path / "agent.safetensors"
    main([*ON_FOREIGN, "--save", str(agent)])
    capsys.readouterr()
    monkeypatch.setattr("dqn_core.episodes.evaluation.ROWS", 3)

    def counting(answer: Any, _: int) -> Any:
        if next(steps) == 75:  # of three times 30
            signal.raise_signal(signal.SIGTERM)
        return answer

    foreign(counting)
    video = tmp_path / "film.gif"
    arguments = ["evaluate", agent, "--episodes", 9, "--video", video]
    code, result, told = ended(capsys, *arguments)
    assert code == 130
    assert result["returns"] == [10.0] * 6
    assert result["lengths"] == [10] * 6
    assert "cut short" in told
    assert not video.exists()
