"""How a command ends: whatever happens, what was reached is saved, printed and told once."""

import io
import json
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from dqn_core import Trainer, evaluate, interruptions, load_agent, load_run
from dqn_core.command_line import main
from dqn_core.errors import CheckpointError, LabError
from dqn_core.streams import prepare_streams, say
from tests.core.foreign import Foreign, registered

ROOT = Path(__file__).parents[2]
SMALL = ["--hidden-dim", "8", "--batch-size", "8", "--learning-starts", "20"]
SMALL += ["--evaluation-period", "0", "--eval-episodes", "2", "--total-steps", "150"]
ON_FOREIGN = ["train", "--env-id", "Foreign-v0", *SMALL]


@pytest.fixture
def foreign() -> Iterator[Callable[..., None]]:
    """Registers Foreign-v0, in which a step or a closing does what it is told."""

    class Closing(Foreign):
        def __init__(self, at_closing: Callable[[], object], **options: Any) -> None:
            super().__init__(**options)
            self._at_closing = at_closing

        def close(self) -> None:
            self._at_closing()

    told: dict[str, Any] = {"at_closing": lambda: None}

    def tell(outcome: Callable[[Any, int], Any] | None = None, **more: Any) -> None:
        told.update(outcome=outcome, **more)

    with registered("Foreign-v0", lambda **options: Closing(**told, **options)):
        yield tell


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


# --- the environment fails ---------------------------------------------------------------------


def test_a_failure_in_mid_run_costs_nothing_that_was_reached(
    capsys: pytest.CaptureFixture[str], foreign: Callable[..., None], tmp_path: Path
) -> None:
    foreign(at(45, failing))
    run, agent, saving = files(tmp_path)
    code, result, told = ended(capsys, *ON_FOREIGN, *saving)
    assert code == 1
    assert "Environment step 45: Foreign-v0 failed at step 5 of an episode" in result["ended"]
    assert told.count("gave up") == 1
    assert result["env_steps"] == load_agent(agent).env_steps == 44
    assert result["returns"] == [10.0] * 4
    assert result["evaluation"]["mean_return"] == 10.0
    foreign()
    code, result, _ = ended(capsys, "train", "--resume", run)
    assert code == 0
    assert (result["env_steps"], result["returns"]) == (150, [10.0] * 14)


@pytest.mark.parametrize("reward", [float("nan"), float("inf"), None])
def test_a_reward_that_is_none_ends_the_run_with_one_valid_document(
    capsys: pytest.CaptureFixture[str], foreign: Callable[..., None], reward: Any
) -> None:
    foreign(lambda answer, total: (answer[0], reward if total == 45 else 1.0, *answer[2:]))
    code, result, told = ended(capsys, *ON_FOREIGN)
    assert code == 1
    assert f"gave reward {reward}" in result["ended"]
    assert result["ended"] in told
    assert result["env_steps"] == 44


def test_a_failure_in_the_final_evaluation_costs_that_alone(
    capsys: pytest.CaptureFixture[str], foreign: Callable[..., None], tmp_path: Path
) -> None:
    steps = count(1)

    def failing_after_the_training(answer: Any, _: int) -> Any:
        if next(steps) > 150:
            failing()
        return answer

    foreign(failing_after_the_training)
    _, agent, saving = files(tmp_path)
    code, result, told = ended(capsys, *ON_FOREIGN, *saving)
    assert code == 1
    assert "gave up" in told
    assert result["evaluation"] == {"episodes": 0, "mean_return": None, "returns": []}
    assert result["env_steps"] == 150
    assert load_agent(agent).env_steps == 150
    code, played, told = ended(capsys, "evaluate", agent)
    assert code == 1
    assert "gave up" in told
    assert played["episodes"] == 0
    assert played["mean_return"] is None


def test_an_environment_that_cannot_be_closed_is_told_once_and_costs_nothing(
    capsys: pytest.CaptureFixture[str], foreign: Callable[..., None], tmp_path: Path
) -> None:
    def stuck() -> None:
        raise RuntimeError("The window is gone.")

    foreign(at_closing=stuck)
    run, agent, saving = files(tmp_path)
    code, result, told = ended(capsys, *ON_FOREIGN, *saving)
    assert code == 0
    assert told.count("Foreign-v0 could not be closed: RuntimeError: The window is gone.") == 1
    assert result["evaluation"]["mean_return"] == 10.0
    assert load_run(run).env_step == load_agent(agent).env_steps == 150
    code, result, told = ended(capsys, "evaluate", agent)
    assert code == 0
    assert told.count("could not be closed") == 1
    assert result["mean_return"] == 10.0


HOT = ["--learning-rate", "1", "--learning-rate-end", "1", "--loss", "mse", "--tau", "1"]
HOT += ["--gradient-clipping", "none", "--n-step", "1", "--train-frequency", "1"]


def members_of_which_one_diverges(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second member's network is blown up at step 100, as if it had learnt so."""
    run = Trainer.run

    def blown_up(self: Trainer, **limits: Any) -> int:
        if not self.env_step:
            run(self, max_steps=100)
            self.learner.online.parameters[1] *= 1e6
        return run(self, **limits)

    monkeypatch.setattr(Trainer, "run", blown_up)


def test_a_member_that_stopped_is_named_and_counts_in_no_aggregate(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    members_of_which_one_diverges(monkeypatch)
    # Until it stopped it was the best.
    monkeypatch.setattr("dqn_core.train_command._latest_returns", lambda _: [0.0, 9.0, 0.0])
    agent = tmp_path / "agent.safetensors"
    arguments = ["train", *SMALL, "--total-steps", "600", "--train-frequency", "1"]
    arguments += ["--seeds", "3,5,9", "--save", str(agent)]
    code, result, told = ended(capsys, *arguments)
    assert code == 1
    assert result["ended"] == "The step budget of 600 environment steps is used up."
    first, second, third = result["members"]
    assert first["stopped"] is third["stopped"] is None
    assert 100 < second["stopped"]["env_step"] < 600
    assert f"error: Seed 5 was stopped. {second['stopped']['reason']}" in told
    means = [member["evaluation"]["mean_return"] for member in (first, third)]
    assert result["aggregate_members"] == 2
    assert result["interquartile_mean"] == pytest.approx(sum(means) / 2)
    assert result["interval"] == pytest.approx([min(means), max(means)])
    returns = first["evaluation"]["returns"] + third["evaluation"]["returns"]
    assert result["evaluation"]["returns"] == returns
    steps = 600 + 600 + second["stopped"]["env_step"]
    assert result["steps_per_second"] == pytest.approx(steps / result["wall_seconds"])
    assert "The agent of seed 3 is saved" in told
    assert "The agent of seed 5 is saved" not in told
    assert load_agent(agent).config.seed in (3, 9)

    assert main(arguments) == 1
    words = capsys.readouterr().out
    assert "Greedy policies of 2 members on 4 fresh episodes: mean return" in words
    assert f", stopped at step {second['stopped']['env_step']:,}" in words
    assert "Interquartile mean over 2 members" in words


def test_members_that_have_all_stopped_leave_no_aggregate_but_one_document(
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments = [*SMALL, *HOT, "--total-steps", 5_000, "--seeds", 2]
    code, result, told = ended(capsys, "train", *arguments)
    assert code == 1
    stops = [member["stopped"] for member in result["members"]]
    assert all(stops)
    assert result["ended"] in [stop["reason"] for stop in stops]
    assert (result["aggregate_members"], result["interquartile_mean"]) == (0, None)
    assert result["interval"] is None
    assert result["evaluation"]["mean_return"] is None
    assert told.count("error: ") == 2
    assert main(list(map(str, ["train", *arguments]))) == 1
    assert "There is no final evaluation." in capsys.readouterr().out


def test_an_agent_whose_weights_are_not_finite_is_neither_saved_nor_evaluated(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run = Trainer.run

    def gone(self: Trainer, **limits: Any) -> int:
        self.learner.online.parameters.fill_(float("nan"))
        return run(self, **limits)

    monkeypatch.setattr(Trainer, "run", gone)
    run_file, agent, saving = files(tmp_path)
    code, result, told = ended(capsys, "train", *SMALL, *HOT, *saving, "--total-steps", 1_000)
    assert code == 1
    assert result["stopped"]["reason"] == result["ended"]
    assert result["evaluation"]["episodes"] == 0
    assert "The agent is not saved: its weights are no longer finite." in told
    assert run_file.exists()
    assert not agent.exists()


# --- signals -----------------------------------------------------------------------------------


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


def test_a_signal_in_the_final_evaluation_cuts_that_short_when_all_is_saved(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run, agent, saving = files(tmp_path)

    def interrupted(policy: Any, *_: object, keep: Callable[[Any], object]) -> None:
        assert run.exists()
        assert agent.exists()
        evaluate(policy, 1, keep=keep)
        signal.raise_signal(signal.SIGTERM)
        raise AssertionError("it went on")

    monkeypatch.setattr("dqn_core.train_command.evaluate", interrupted)
    code, result, told = ended(capsys, "train", *SMALL, *saving, "--seeds", 2)
    assert code == 130
    assert "The final evaluation was cut short." in told
    assert result["ended"] == "The step budget of 150 environment steps is used up."
    assert [member["evaluation"]["episodes"] for member in result["members"]] == [1, 0]
    assert result["aggregate_members"] == 1
    assert result["interquartile_mean"] == result["members"][0]["evaluation"]["mean_return"]


def test_a_second_signal_ends_a_step_that_does_not_end(
    capsys: pytest.CaptureFixture[str],
    foreign: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(interruptions, "TOGETHER_SECONDS", 0.0)

    def hanging() -> None:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        raise AssertionError("it went on")

    foreign(at(45, hanging))
    assert main(ON_FOREIGN) == 130
    assert capsys.readouterr().out == ""


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
    monkeypatch.setattr("dqn_core.evaluation.ROWS", 3)

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


# --- outputs -----------------------------------------------------------------------------------


@pytest.fixture
def little_room() -> Iterator[None]:
    """No file may grow beyond 20 kB, as on a disk that is nearly full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("little_room")
def test_an_output_that_fails_does_not_cost_the_others(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run, agent, saving = files(tmp_path)
    code, result, told = ended(capsys, "train", *SMALL, *saving)
    assert code == 2
    assert f"'{run}' cannot be written: File too large." in told
    assert [path.name for path in tmp_path.iterdir()] == [agent.name]
    assert load_agent(agent).env_steps == result["env_steps"] == 150


def test_a_run_that_is_too_large_to_be_packed_does_not_cost_the_others(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def too_large(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("dqn_core.train_command.save_run", too_large)
    _, agent, saving = files(tmp_path)
    code, _, told = ended(capsys, "train", *SMALL, *saving)
    assert code == 2
    assert "not enough memory" in told
    assert load_agent(agent).env_steps == 150


def test_the_exit_code_is_that_of_the_first_failure(
    capsys: pytest.CaptureFixture[str],
    foreign: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    def full(*_: object) -> None:
        raise CheckpointError("There is no room.")

    monkeypatch.setattr("dqn_core.train_command.save_run", full)
    foreign(at(45, failing))
    code, _, told = ended(capsys, *ON_FOREIGN, *files(tmp_path)[2])
    assert code == 1
    assert "There is no room." in told


@pytest.mark.parametrize("other", ["x", "./x", "folder/../x", "link", "hard"])
def test_two_outputs_of_one_name_are_refused_before_training(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    other: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    Path("x").write_text("what was there")
    Path("link").symlink_to("x")
    Path("hard").hardlink_to("x")
    for options in (["--save", "x", "--save-run", other], ["--save", other, "--resume", "x"]):
        assert main(["train", *SMALL, *options]) == 2
        assert "one would overwrite the other" in capsys.readouterr().err
    assert main(["evaluate", "x", "--video", "x"]) == 2
    assert Path("x").read_text() == "what was there"


def test_a_film_does_not_overwrite_its_agent(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    agent = tmp_path / "agent.gif"
    main(["train", *SMALL, "--save", str(agent)])
    content = agent.read_bytes()
    assert main(["evaluate", str(agent), "--video", str(agent)]) == 2
    assert "one would overwrite the other" in capsys.readouterr().err
    assert agent.read_bytes() == content


def test_an_output_is_not_the_file_that_the_result_is_printed_to(tmp_path: Path) -> None:
    path = tmp_path / "both"
    with path.open("w") as printed, redirect_stdout(printed):
        assert main(["train", *SMALL, "--save", str(path)]) == 2
    assert path.read_text() == ""


def test_a_resumed_run_may_take_the_place_of_its_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run = tmp_path / "run.safetensors"
    main(["train", *SMALL, "--save-run", str(run)])
    capsys.readouterr()
    code, _, _ = ended(
        capsys, "train", "--resume", run, "--total-steps", 200, "--save-run", run, *SMALL[-4:-2]
    )
    assert code == 0
    assert load_run(run).env_step == 200


def test_the_result_is_printed_before_a_film_is_tried(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    agent, video = tmp_path / "agent.safetensors", tmp_path / "film.gif"
    main(["train", *SMALL, "--save", str(agent)])
    printed = []

    def no_picture(*_: object) -> None:
        printed.append(capsys.readouterr().out)
        raise LabError("There is nothing to film.")

    monkeypatch.setattr("dqn_core.evaluate_command.write_video", no_picture)
    assert main(["evaluate", str(agent), "--episodes", "2", "--video", str(video)]) == 2
    assert "mean return" in printed[0]
    assert "over 2 episodes" in printed[0]
    assert capsys.readouterr().err == "error: There is nothing to film.\n"


# --- streams -----------------------------------------------------------------------------------


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


@pytest.mark.parametrize(
    ("redirection", "code"),
    [("2>&-", 0), (">&-", 0), ("2>/dev/full", 0), (">/dev/full", 2), ("2>&1 | true", 1)],
)
def test_no_stream_ends_a_training(tmp_path: Path, redirection: str, code: int) -> None:
    agent = tmp_path / "agent.safetensors"
    train = f"'{sys.executable}' -m dqn_core train {' '.join(SMALL)} --json --save {agent}"
    process = subprocess.run(
        ["bash", "-c", f"{train} {redirection}; exit ${{PIPESTATUS[0]}}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == code
    assert "Traceback" not in process.stderr
    assert "Exception" not in process.stderr
    assert load_agent(agent).env_steps == 150
    if code == 2:
        assert "The result cannot be printed: No space left on device." in process.stderr
    elif "2>/" in redirection or "2>&-" in redirection:
        assert json.loads(process.stdout)["env_steps"] == 150


def test_what_will_never_come_is_told_before_the_training(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["train", *SMALL, "--learning-starts", "600"])
    told = capsys.readouterr().err.splitlines()
    assert told[0].startswith("No gradient update is due before environment step 600")
