"""How a command ends where something fails: what was reached is saved, printed, told once."""

from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from dqn_core import Trainer, load_agent, load_run
from dqn_core.cli.command_line import main
from tests.core.commands import ON_FOREIGN, SMALL, at, ended, failing, files


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
    looked_at = 10  # one episode says how large the rewards of an unknown environment are

    def failing_after_the_training(answer: Any, _: int) -> Any:
        if next(steps) > looked_at + 150:
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
    capsys.readouterr()  # what was told while it was loaded here
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
    monkeypatch.setattr("dqn_core.cli.train._latest_returns", lambda _: [0.0, 9.0, 0.0])
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
    assert "Greedy policies of 2 seeds on 4 fresh episodes: mean return" in words
    assert f", stopped at step {second['stopped']['env_step']:,}" in words
    assert "Interquartile mean over 2 seeds" in words


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
