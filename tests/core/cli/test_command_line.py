"""The command line: options from the declarations, results, refusals, interruption, resuming."""

import json
import os
import select
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest
import torch

from dqn_core import (
    HYPERPARAMETERS,
    PRESETS,
    DQNConfig,
    Trainer,
    load_agent,
    load_run,
    preset,
    recommended,
)
from dqn_core.cli.command_line import _parser, main
from dqn_core.options import option
from tests.core.commands import ON_FOREIGN, ended
from tests.core.foreign import registered
from tests.core.small_runs import assert_bit_equal

ROOT = Path(__file__).parents[3]
COMMAND = [sys.executable, "-m", "dqn_core"]
SMALL = ["--hidden-dims", "8,8", "--batch-size", "8", "--learning-starts", "20"]
SMALL += ["--train-frequency", "1"]
SMALL += ["--evaluation-period", "0", "--eval-episodes", "2"]
TINY = [*SMALL, "--total-steps", "150"]


def run_json(capsys, *arguments):
    """The exit code and the JSON object that a command prints, and nothing else, on stdout."""
    code = main([*map(str, arguments), "--json"])
    return code, json.loads(capsys.readouterr().out)


def refusal(capsys, *arguments):
    """The one line on standard error with which a command is refused."""
    assert main(list(map(str, arguments))) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("error: ")
    assert output.err.count("\n") == 1
    assert len(output.err) < 400
    return output.err


def test_json_says_what_was_trained_and_how_good_it_is(capsys):
    code, result = run_json(capsys, "train", *TINY, "--seed", 3, "--gamma", 0.9, "--no-double-dqn")
    assert code == 0
    assert set(result) == {
        "config",
        "ended",
        "env_steps",
        "gradient_updates",
        "episodes",
        "returns",
        "episode_ends",
        "wall_seconds",
        "steps_per_second",
        "evaluation",
        "evaluations",
        "stopped",
    }
    assert result["stopped"] is None
    assert result["ended"] == "The step budget of 150 environment steps is used up."
    changed = {
        "seed": 3,
        "gamma": 0.9,
        "double_dqn": False,
        "total_steps": 150,
        "hidden_dims": "8, 8",
    }
    assert changed.items() <= result["config"].items()
    assert result["env_steps"] == 150
    assert result["gradient_updates"] == 131
    assert result["episodes"] == len(result["returns"]) > 0
    assert result["steps_per_second"] == pytest.approx(150 / result["wall_seconds"])
    assert result["evaluation"]["episodes"] == len(result["evaluation"]["returns"]) == 2
    mean = sum(result["evaluation"]["returns"]) / 2
    assert result["evaluation"]["mean_return"] == pytest.approx(mean)


def test_same_seed_same_returns(capsys):
    first = run_json(capsys, "train", *TINY)[1]
    again = run_json(capsys, "train", *TINY)[1]
    other = run_json(capsys, "train", *TINY, "--seed", 1)[1]
    assert first["returns"] == again["returns"] != other["returns"]


def test_several_seeds_are_members_side_by_side(capsys, tmp_path):
    path = tmp_path / "best.safetensors"
    code, result = run_json(capsys, "train", *TINY, "--seeds", "3,5,9", "--save", path)
    assert code == 0
    members = result["members"]
    assert [member["seed"] for member in members] == [3, 5, 9]
    assert result["returns"] != members[0]["returns"]
    assert result["episodes"] == sum(len(member["returns"]) for member in members)
    means = [member["evaluation"]["mean_return"] for member in members]
    low, high = result["interval"]
    assert min(means) <= low <= result["interquartile_mean"] <= high <= max(means)
    assert result["steps_per_second"] == pytest.approx(3 * 150 / result["wall_seconds"])
    assert load_agent(path).config.seed == members[means.index(max(means))]["seed"]

    # Member 9 alone meets the same environment, explores and learns as it did among others.
    alone = run_json(capsys, "train", *TINY, "--seed", 9)[1]
    assert alone["returns"] == members[2]["returns"]


def test_a_number_of_seeds_counts_from_the_seed(capsys):
    result = run_json(capsys, "train", *TINY, "--seeds", 2, "--seed", 7)[1]
    assert [member["seed"] for member in result["members"]] == [7, 8]


def test_episodes_are_a_budget(capsys):
    result = run_json(capsys, "train", *SMALL, "--episodes", 4)[1]
    assert result["episodes"] == 4


def test_presets(capsys):
    result = run_json(capsys, "train", "--preset", "notebook", *TINY, "--env-id", "CartPole-v1")[1]
    expected = PRESETS["notebook"].config.replace(
        hidden_dims="8, 8",
        batch_size=8,
        learning_starts=20,
        evaluation_period=0,
        total_steps=150,
        env_id="CartPole-v1",
    )
    assert result["config"] == expected.to_dict()


def test_an_environment_alone_is_trained_with_what_is_recommended_for_it(capsys):
    given = ["--total-steps", 150, "--eval-episodes", 1, "--env-id", "FrozenLake-v1"]
    result = run_json(capsys, "train", *given)[1]
    assert result["config"] == recommended("FrozenLake-v1").replace(total_steps=150).to_dict()
    result = run_json(capsys, "train", *given, "--n-step", 4, "--seed", 2)[1]
    expected = recommended("FrozenLake-v1").replace(total_steps=150, n_step=4, seed=2)
    assert result["config"] == expected.to_dict()


def test_a_preset_overrides_what_is_recommended_for_the_environment(capsys):
    given = ["--total-steps", 150, "--eval-episodes", 1, "--env-id", "FrozenLake-v1"]
    result = run_json(capsys, "train", "--preset", "recommended", *given)[1]
    expected = DQNConfig(env_id="FrozenLake-v1", total_steps=150)
    assert result["config"] == expected.to_dict(), "as this command has always meant"


def test_a_papers_preset_changes_what_is_recommended_for_the_environment(capsys):
    given = ["--total-steps", 150, "--eval-episodes", 1, "--env-id", "MountainCar-v0"]
    result = run_json(capsys, "train", "--preset", "double", *given)[1]
    expected = preset("double", "MountainCar-v0").replace(total_steps=150)
    assert result["config"] == expected.to_dict()
    assert result["config"]["train_frequency"] == recommended("MountainCar-v0").train_frequency


def test_it_is_said_once_where_nobody_has_tuned_the_values(capsys):
    with registered("Foreign-v0"):
        said = ended(capsys, *ON_FOREIGN)[2]
        assert said.count("Nobody has tuned values for Foreign-v0") == 1
        assert "Nobody" not in ended(capsys, *ON_FOREIGN, "--preset", "recommended")[2]


def test_words_and_progress(capsys):
    assert main(["train", *TINY, "--seeds", "2"]) == 0
    output = capsys.readouterr()
    for words in ("150 environment steps", "steps/s", "mean return", "95 % interval"):
        assert words in output.out
    assert "environment step 150 of 150, return" in output.err


def test_help_shows_every_hyperparameter_with_its_range(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "5000")
    with pytest.raises(SystemExit, match="0"):
        main(["train", "--help"])
    text = capsys.readouterr().out
    for name, declared in HYPERPARAMETERS.items():
        assert f"  {option(name)}" in text
        assert declared.label in text
        assert declared.help in text
        if declared.kind in (int, float):
            assert f"Range: {declared.range_text}" in declared.help
        elif declared.choices:
            assert f"{option(name)} {'|'.join(declared.choices)}" in text


@pytest.mark.parametrize("name", [n for n, d in HYPERPARAMETERS.items() if d.kind is not bool])
def test_a_bad_value_names_the_field_and_the_range(capsys, name):
    declared = HYPERPARAMETERS[name]
    if declared.scale == "text":
        assert f"error: {name} must be" in refusal(capsys, "train", option(name), "-1000")
        return
    if declared.scale == "name":
        assert "did you mean CartPole-v1" in refusal(capsys, "train", option(name), "CartPol-v1")
        return
    message = refusal(capsys, "train", option(name), "-1000000000")
    assert f"{name} must be {declared.range_text}, not" in message


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "command"),
        (["train", "--gama", "0.9"], "did you mean --gamma?"),
        (["train", "--xyzzy"], "train --help"),
        (["environments", "--json"], "environments --help"),
        (["train", "more"], "There is no option more"),
        (["train", "--seeds", "3,3"], "different seeds, not '3,3'"),
        (["train", "--seeds", ","], "different seeds"),
        (["train", "--seeds", "-1"], "from 1 to"),
        (["train", "--seeds", ",".join(map(str, range(9_999)))], "different seeds"),
        (["train", "--eval-episodes", "+-5"], "not '+-5'"),
        (["train", "--eval-episodes", "9" * 5_000], "from 1 to 1,000,000"),
        (["train", "--env-id", "x" * 5_000], "There is no environment called"),
        (["train", "--resume", "."], "Is a directory"),
        (["evaluate", __file__, "--epsilon", "nan"], "epsilon must be 0 to 1"),
        (["train", "--gamma", "nan"], "gamma must be 0 to 1, not nan"),
        (["train", "--gamma", "-1e-5"], "gamma must be 0 to 1, not -1e-5"),
        (["train", "--value-low", "-inf"], "value_low must be −1,000,000 to 1,000,000, not -inf"),
        (["train", "--gamma", "lots"], "gamma must be 0 to 1, not 'lots'"),
        (["train", "--preset", "best"], "'recommended', 'notebook'"),
        (["train", "--seeds", "0"], "from 1 to"),
        (["train", "--seeds", "1,x"], "seed must be"),
        (["train", "--seeds", "4,4"], "different seeds"),
        (["train", "--seeds", "4,5", "--seed", "3"], "not both"),
        (["train", "--eval-episodes", "0"], "eval_episodes must be"),
        (["train", "--batch-size", "64", "--buffer-capacity", "32"], "buffer_capacity 32"),
        (["train", "--env-id", "Pendulum-v1"], "Discrete actions"),
        (["train", "--save", "no/such/folder/agent.safetensors"], "a folder that exists"),
        (["train", "--resume", "nothing.safetensors"], "cannot be read"),
        (["evaluate", "nothing.safetensors"], "cannot be read"),
        (["evaluate", __file__], "not a DQN Lab checkpoint"),
        (["evaluate", __file__, "--epsilon", "2"], "epsilon must be 0 to 1"),
        (["evaluate", __file__, "--video", "film.avi"], "saved as .mp4 or .gif"),
        (["evaluate", __file__, "--episodes", "many"], "episodes must be"),
    ],
)
def test_refusals_are_one_sentence(capsys, arguments, words):
    assert words in refusal(capsys, *arguments)


@pytest.mark.parametrize("text", ["-1e-5", "-1E+2", "-.5", "-3.", "-2.5e3", "-7"])
def test_a_negative_number_in_any_form_is_the_value_of_the_option_before_it(text):
    options = _parser().parse_args(["train", "--value-low", text, "--gamma", "0.5"])
    assert (options.value_low, options.gamma) == (float(text), 0.5)


def test_a_saved_agent_plays_the_episodes_of_its_final_evaluation(capsys, tmp_path):
    path = tmp_path / "agent.safetensors"
    trained = run_json(capsys, "train", *TINY, "--save", path)[1]
    code, played = run_json(capsys, "evaluate", path, "--episodes", 2)
    assert code == 0
    assert trained["evaluation"].items() <= played.items()
    assert played["env_steps"] == 150
    assert played["lengths"] == played["returns"]
    other = run_json(capsys, "evaluate", path, "--episodes", 2, "--seed", 50, "--epsilon", 1)[1]
    assert other["returns"] != played["returns"]


def test_of_a_run_with_several_agents_it_is_told_which_one_plays(capsys, tmp_path):
    run, agent = tmp_path / "run.safetensors", tmp_path / "agent.safetensors"
    main(["train", *TINY, "--seed", "3", "--save", str(agent)])
    main(["train", *TINY, "--seeds", "3,5", "--save-run", str(run)])
    capsys.readouterr()
    assert main(["evaluate", str(run)]) == 0
    of_run = capsys.readouterr()
    assert "is a run of 2 agents: the first one plays (seed 3)." in of_run.err
    assert main(["evaluate", str(agent)]) == 0
    assert capsys.readouterr() == (of_run.out, "")


def test_an_episode_becomes_a_video(capsys, tmp_path):
    agent, video = tmp_path / "agent.safetensors", tmp_path / "episode.gif"
    main(["train", *TINY, "--save", str(agent)])
    assert main(["evaluate", str(agent), "--episodes", "1", "--video", str(video)]) == 0
    assert video.read_bytes().startswith(b"GIF8")
    capsys.readouterr()
    other = tmp_path / "episode.avi"
    assert "Episodes are saved as" in refusal(capsys, "evaluate", agent, "--video", other)


def test_resuming_is_training_on(capsys, tmp_path):
    whole, half, both = (tmp_path / f"{name}.safetensors" for name in ("whole", "half", "both"))
    # A constant learning rate, since its fall is spread over the budget, which grows here.
    steady = [*SMALL, "--learning-rate", "1e-3", "--learning-rate-end", "1e-3"]
    in_one_go = run_json(capsys, "train", *steady, "--total-steps", 300, "--save-run", whole)[1]
    main(["train", *steady, "--total-steps", "150", "--save-run", str(half)])
    capsys.readouterr()
    resumed = run_json(
        capsys, "train", "--resume", half, "--total-steps", 300, "--save-run", both,
        "--eval-episodes", 2,
    )[1]  # fmt: skip
    for key in ("env_steps", "gradient_updates", "returns", "evaluation", "config"):
        assert resumed[key] == in_one_go[key]
    expected, actual = load_run(whole).state_dict(), load_run(both).state_dict()
    assert_bit_equal(expected["learner"], actual["learner"])
    assert torch.equal(expected["replay"]["rows"], actual["replay"]["rows"])
    assert actual["history"]["changes"]["name"] == ["total_steps"]


def test_a_resumed_run_keeps_what_only_a_restart_changes(capsys, tmp_path):
    path = tmp_path / "run.safetensors"
    main(["train", *TINY, "--save-run", str(path)])
    capsys.readouterr()
    assert "restart" in refusal(capsys, "train", "--resume", path, "--hidden-dims", "16,16")
    assert "keeps its seeds" in refusal(capsys, "train", "--resume", path, "--seeds", 2)


def test_divergence_keeps_what_was_reached(capsys, tmp_path):
    path = tmp_path / "run.safetensors"
    hot = ["--learning-rate", "1", "--learning-rate-end", "1", "--tau", "1", "--loss", "mse"]
    hot += ["--gradient-clipping", "none", "--hidden-dims", "64,64", "--batch-size", "16"]
    hot += ["--gamma", "0.99"]
    hot += ["--learning-starts", "20", "--eval-episodes", "1", "--seed", "1", "--n-step", "1"]
    code = main(["train", *hot, "--save-run", str(path), "--json"])
    output = capsys.readouterr()
    assert code == 1
    assert "most likely learning_rate 1 is very high" in output.err
    assert "Traceback" not in output.err
    assert json.loads(output.out)["env_steps"] == load_run(path).env_step


def wait_for(descriptor, words, seconds=120):
    """Read ``descriptor`` until it has shown ``words``; returns what it has shown."""
    seen, until = "", time.monotonic() + seconds
    while words not in seen:
        ready, _, _ = select.select([descriptor], [], [], max(0.0, until - time.monotonic()))
        assert ready, f"{words!r} did not come: {seen}"
        chunk = os.read(descriptor, 4096)
        assert chunk, f"The program ended: {seen}"
        seen += chunk.decode()
    return seen


def test_ctrl_c_on_a_terminal_stops_between_two_steps_and_saves(tmp_path):
    run, agent = tmp_path / "run.safetensors", tmp_path / "agent.safetensors"
    arguments = ["train", *SMALL, "--total-steps", "10000000"]
    arguments += ["--json", "--save", str(agent), "--save-run", str(run)]
    mine, its = os.openpty()
    termios.tcsetwinsize(its, (24, 120))
    with subprocess.Popen(
        [*COMMAND, *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=its
    ) as process:
        os.close(its)
        assert "CartPole-v1" in wait_for(mine, "episode 3"), "a bar shows how far it is"
        process.send_signal(signal.SIGINT)
        words = wait_for(mine, "The agent of seed 0")
        out, _ = process.communicate(timeout=120)
    os.close(mine)
    assert process.returncode == 130
    result = json.loads(out)
    assert result["ended"] == f"Interrupted after {result['env_steps']:,} environment steps."
    assert result["ended"] in words
    assert str(run) in words
    assert "Traceback" not in words
    assert load_agent(agent).env_steps == result["env_steps"]

    stopped = load_run(run)
    undisturbed = Trainer(stopped.config)
    undisturbed.run(max_steps=stopped.env_step)
    expected = undisturbed.learner.online.parameters
    assert torch.equal(stopped.learner.online.parameters, expected)


def test_a_reader_that_goes_away_is_no_error():
    process = subprocess.run(
        f"'{sys.executable}' -m dqn_core hyperparameters | true",
        shell=True,
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert process.stderr == b""


def test_the_table_has_every_hyperparameter(capsys):
    assert main(["hyperparameters"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 + len(HYPERPARAMETERS)
    assert len({line.replace("\\|", "").count("|") for line in lines}) == 1
    assert any("`--gamma` | 0.99 | 0 to 1 |" in line for line in lines)


def test_environments_are_listed():
    # In a process of its own: Box2D does not survive warnings that are errors.
    process = subprocess.run(
        [*COMMAND, "environments"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert {"CartPole-v1", "Acrobot-v1", "FrozenLake-v1"} <= set(process.stdout.split())
    assert process.stderr == ""


def test_the_best_agent_of_a_run_without_evaluations_is_the_trained_one(capsys, tmp_path):
    path = tmp_path / "agent.safetensors"
    run_json(capsys, "train", "--total-steps", "200", "--evaluation-period", "0", "--best",
             "--eval-episodes", "1", "--save", str(path))  # fmt: skip
    assert load_agent(path).env_steps == 200


def test_the_width_of_earlier_versions_is_still_an_option_that_the_help_does_not_offer(capsys):
    result = run_json(capsys, "train", *SMALL, "--hidden-dim", 4, "--total-steps", 100)[1]
    assert result["config"]["hidden_dims"] == "4, 4"
    with pytest.raises(SystemExit):
        main(["train", "--help"])
    offered = capsys.readouterr().out
    assert "--hidden-dims N,N,…" in offered
    assert "--hidden-dim " not in offered
