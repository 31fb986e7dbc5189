"""Every number that the command line prints, against a computation of its own."""

import itertools
import json
import math
import re
from pathlib import Path
from typing import Any

import gymnasium
import pytest

from dqn_core import Trainer, load_agent, load_run
from dqn_core.base.numbers import number
from dqn_core.cli.command_line import main
from dqn_core.cli.results import json_text
from tests.core.small_runs import a_look_takes_a_second

SMALL = ["train", "--hidden-dims", "8,8", "--batch-size", "8", "--learning-starts", "20"]
SMALL += ["--evaluation-period", "0", "--eval-episodes", "3", "--total-steps", "400"]


def printed(capsys: pytest.CaptureFixture[str], *arguments: object) -> Any:
    assert main([*map(str, arguments), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def in_words(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert main([*map(str, arguments)]) == 0
    return capsys.readouterr().out


def played(agent: Path, seeds: range) -> list[float]:
    """Returns of greedy episodes, one after the other in Gymnasium's own environment."""
    policy, environment = load_agent(agent), gymnasium.make("CartPole-v1")
    returns = []
    for seed in seeds:
        observation, total, is_over = environment.reset(seed=seed)[0], 0.0, False
        while not is_over:
            step = environment.step(policy.predict(observation))
            observation, total, is_over = step[0], total + float(step[1]), step[2] or step[3]
        returns.append(total)
    environment.close()
    return returns


@pytest.fixture
def agent(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    path = tmp_path / "agent.safetensors"
    main([*SMALL, "--save", str(path)])
    capsys.readouterr()
    return path


def test_the_final_evaluation_is_what_greedy_episodes_from_seed_0_on_return(
    capsys: pytest.CaptureFixture[str], agent: Path
) -> None:
    returns = played(agent, range(3))
    assert printed(capsys, *SMALL)["evaluation"] == {
        "episodes": 3,
        "mean_return": pytest.approx(sum(returns) / 3),
        "returns": returns,
    }
    words = f"on 3 fresh episodes: mean return {number(sum(returns) / 3)} (solved at 475)."
    assert words in in_words(capsys, *SMALL)


def test_evaluate_prints_mean_smallest_and_largest_of_its_episodes(
    capsys: pytest.CaptureFixture[str], agent: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dqn_core.episodes.evaluation.ROWS", 4)
    returns = played(agent, range(7, 17))
    arguments = ["evaluate", agent, "--episodes", 10, "--seed", 7]
    result = printed(capsys, *arguments)
    assert result["returns"] == result["lengths"] == returns
    assert result["mean_return"] == pytest.approx(sum(returns) / 10)
    assert in_words(capsys, *arguments) == (
        f"CartPole-v1: mean return {number(sum(returns) / 10)} over 10 episodes, "
        f"from {number(min(returns))} to {number(max(returns))}.\n"
    )


def test_an_episode_ends_at_the_sum_of_the_lengths_up_to_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    result = printed(capsys, *SMALL, "--seeds", 2)
    for member in result["members"]:  # each step of CartPole returns 1
        assert member["episode_ends"] == list(itertools.accumulate(member["returns"]))
        assert member["episodes"] == len(member["returns"])
    pooled = sorted(itertools.chain(*(member["episode_ends"] for member in result["members"])))
    assert result["episode_ends"] == pooled
    assert result["episodes"] == len(pooled)


def test_updates_are_counted_for_each_member(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [*SMALL, "--train-frequency", 3, "--gradient-steps", 2, "--seeds", 2]
    updates = 2 * sum(1 for step in range(1, 401) if step >= 20 and step % 3 == 0)
    assert printed(capsys, *arguments)["gradient_updates"] == updates
    assert f"400 environment steps and {updates} gradient updates in" in in_words(
        capsys, *arguments
    )


def test_seconds_are_those_of_training_and_speed_is_all_members_steps_in_them(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    a_look_takes_a_second(monkeypatch)
    monkeypatch.setattr("dqn_core.cli.train.SLICE_SECONDS", 1e9)
    path = tmp_path / "run.safetensors"
    arguments = [*SMALL, "--seeds", 2, "--save-run", path]
    result = printed(capsys, *arguments)
    assert result["wall_seconds"] == load_run(path).seconds > 400
    assert result["steps_per_second"] == pytest.approx(2 * 400 / result["wall_seconds"])
    found = re.search(r"in ([\d.]+) s, ([\d,]+) steps/s", in_words(capsys, *arguments))
    assert found
    assert float(found[1]) == pytest.approx(result["wall_seconds"], abs=0.05)
    assert float(found[2]) == pytest.approx(result["steps_per_second"], abs=0.5)


def test_the_interquartile_mean_is_that_of_the_middle_half_of_the_members(
    capsys: pytest.CaptureFixture[str],
) -> None:
    result = printed(capsys, *SMALL, "--seeds", 5)
    means = sorted(sum(m["evaluation"]["returns"]) / 3 for m in result["members"])
    assert result["aggregate_members"] == 5
    assert result["interquartile_mean"] == pytest.approx(sum(means[1:4]) / 3)
    low, high = result["interval"]
    assert means[0] <= low < result["interquartile_mean"] < high <= means[-1]
    everything = [r for m in result["members"] for r in m["evaluation"]["returns"]]
    assert result["evaluation"]["mean_return"] == pytest.approx(sum(everything) / 15)


def test_the_evaluations_on_the_way_are_those_that_the_same_run_makes(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "run.safetensors"
    arguments = ["--evaluation-period", 150, "--evaluation-episodes", 2, "--save-run", path]
    result = printed(capsys, *SMALL, *arguments)
    again = Trainer(load_run(path).config)
    again.run()
    frame = again.history.evaluations.frame()[["env_step", "mean_return"]]
    assert result["evaluations"] == frame.to_dict("records")
    assert [row["env_step"] for row in result["evaluations"]] == [150, 300]


def test_what_is_not_finite_has_no_number_in_json() -> None:
    result = {"a": [1.5, math.nan, (math.inf, -math.inf)], "b": {"c": math.nan, "d": None}}
    expected = {"a": [1.5, None, [None, None]], "b": {"c": None, "d": None}}
    assert json.loads(json_text(result)) == expected
