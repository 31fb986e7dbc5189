"""Training by a command: what it says, seeds, presets, resuming, divergence."""

import json

import pytest
import torch

from dqn_core import PRESETS, DQNConfig, load_agent, load_run, preset, recommended
from dqn_core.cli.command_line import main
from tests.core.commands import ENDLESS, ON_FOREIGN, SMALL, ended, refusal
from tests.core.foreign import registered
from tests.core.small_runs import assert_bit_equal


def test_json_says_what_was_trained_and_how_good_it_is(capsys):
    code, result, _ = ended(capsys, "train", *SMALL, "--seed", 3, "--gamma", 0.9, "--no-double-dqn")
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
    first = ended(capsys, "train", *SMALL)[1]
    again = ended(capsys, "train", *SMALL)[1]
    other = ended(capsys, "train", *SMALL, "--seed", 1)[1]
    assert first["returns"] == again["returns"] != other["returns"]


def test_several_seeds_are_members_side_by_side(capsys, tmp_path):
    path = tmp_path / "best.safetensors"
    code, result, _ = ended(capsys, "train", *SMALL, "--seeds", "3,5,9", "--save", path)
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
    alone = ended(capsys, "train", *SMALL, "--seed", 9)[1]
    assert alone["returns"] == members[2]["returns"]


def test_a_number_of_seeds_counts_from_the_seed(capsys):
    result = ended(capsys, "train", *SMALL, "--seeds", 2, "--seed", 7)[1]
    assert [member["seed"] for member in result["members"]] == [7, 8]


def test_episodes_are_a_budget(capsys):
    result = ended(capsys, "train", *ENDLESS, "--episodes", 4)[1]
    assert result["episodes"] == 4


def test_presets(capsys):
    result = ended(capsys, "train", "--preset", "notebook", *SMALL, "--env-id", "CartPole-v1")[1]
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
    result = ended(capsys, "train", *given)[1]
    assert result["config"] == recommended("FrozenLake-v1").replace(total_steps=150).to_dict()
    result = ended(capsys, "train", *given, "--n-step", 4, "--seed", 2)[1]
    expected = recommended("FrozenLake-v1").replace(total_steps=150, n_step=4, seed=2)
    assert result["config"] == expected.to_dict()


def test_a_preset_overrides_what_is_recommended_for_the_environment(capsys):
    given = ["--total-steps", 150, "--eval-episodes", 1, "--env-id", "FrozenLake-v1"]
    result = ended(capsys, "train", "--preset", "recommended", *given)[1]
    expected = DQNConfig(env_id="FrozenLake-v1", total_steps=150)
    assert result["config"] == expected.to_dict(), "as this command has always meant"


def test_a_papers_preset_changes_what_is_recommended_for_the_environment(capsys):
    given = ["--total-steps", 150, "--eval-episodes", 1, "--env-id", "MountainCar-v0"]
    result = ended(capsys, "train", "--preset", "double", *given)[1]
    expected = preset("double", "MountainCar-v0").replace(total_steps=150)
    assert result["config"] == expected.to_dict()
    assert result["config"]["train_frequency"] == recommended("MountainCar-v0").train_frequency


def test_it_is_said_once_where_nobody_has_tuned_the_values(capsys):
    with registered("Foreign-v0"):
        said = ended(capsys, *ON_FOREIGN)[2]
        assert said.count("Nobody has tuned values for Foreign-v0") == 1
        assert "Nobody" not in ended(capsys, *ON_FOREIGN, "--preset", "recommended")[2]


def test_words_and_progress(capsys):
    assert main(["train", *SMALL, "--seeds", "2"]) == 0
    output = capsys.readouterr()
    for words in ("150 environment steps", "steps/s", "mean return", "95 % interval"):
        assert words in output.out
    assert "environment step 150 of 150, return" in output.err


def test_resuming_is_training_on(capsys, tmp_path):
    whole, half, both = (tmp_path / f"{name}.safetensors" for name in ("whole", "half", "both"))
    # A constant learning rate, since its fall is spread over the budget, which grows here.
    steady = [*ENDLESS, "--learning-rate", "1e-3", "--learning-rate-end", "1e-3"]
    in_one_go = ended(capsys, "train", *steady, "--total-steps", 300, "--save-run", whole)[1]
    main(["train", *steady, "--total-steps", "150", "--save-run", str(half)])
    capsys.readouterr()
    resumed = ended(
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
    main(["train", *SMALL, "--save-run", str(path)])
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


def test_the_best_agent_of_a_run_without_evaluations_is_the_trained_one(capsys, tmp_path):
    path = tmp_path / "agent.safetensors"
    ended(capsys, "train", "--total-steps", "200", "--evaluation-period", "0", "--best",
             "--eval-episodes", "1", "--save", str(path))  # fmt: skip
    assert load_agent(path).env_steps == 200
