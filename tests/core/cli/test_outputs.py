"""Files that a command writes: none overwrites another, and none costs the others."""

import resource
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from dqn_core import load_agent, load_run
from dqn_core.base.errors import CheckpointError, LabError
from dqn_core.cli.command_line import main
from tests.core.commands import ON_FOREIGN, SMALL, at, ended, failing, files


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

    monkeypatch.setattr("dqn_core.cli.train.save_run", too_large)
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

    monkeypatch.setattr("dqn_core.cli.train.save_run", full)
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

    monkeypatch.setattr("dqn_core.cli.evaluate.write_video", no_picture)
    assert main(["evaluate", str(agent), "--episodes", "2", "--video", str(video)]) == 2
    assert "mean return" in printed[0]
    assert "over 2 episodes" in printed[0]
    assert capsys.readouterr().err == "error: There is nothing to film.\n"


def test_a_reader_that_has_gone_does_not_cost_the_film(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def gone(*_: object) -> None:
        raise BrokenPipeError

    agent, film = tmp_path / "agent.safetensors", tmp_path / "film.gif"
    assert main(["train", *SMALL, "--save", str(agent), "--json"]) == 0
    monkeypatch.setattr("dqn_core.cli.evaluate.say", gone)
    assert main(["evaluate", str(agent), "--episodes", "1", "--video", str(film)]) == 1
    assert film.exists()
