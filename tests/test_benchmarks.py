"""Every benchmark runs as the script that it is, and prints its table."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dqn_core import load_agent

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("learner", ["Stable-Baselines3", "plain PyTorch", "Tianshou", "floor", "update"]),
        ("population", ["hidden 64", "Stable-Baselines3's for one", "among 8", "one by one"]),
        ("replay", ["10,000", "1,000,000"]),
        ("store", ["with the store ÷ without", "1 / 1", "6 / 6"]),
        ("sweeps", ["16", "2 of 2", "1 of 1"]),
        ("random_policy", ["Acrobot-v1", "20 episodes", "Taxi-v4", "exact"]),
        ("solve", ["rl-zoo", "not solved"]),
        ("environments", ["Acrobot-v1", "FrozenLake8x8-v1", "−69 (RL Zoo", "of 2", "never"]),
        ("ablation", ["MountainCar-v0", "2 of 2 arms", "DQN", "all", "fresh episodes"]),
        ("experiments", ["no-target", "DQN > Double DQN", "NOT there", "the agent − obtained"]),
        ("lessons", ["greedy return >= 475 within 30,000 steps", "missed at step 500"]),
    ],
)
def test_benchmark(name, words, tmp_path):
    command = [sys.executable, str(BENCHMARKS / f"{name}.py"), "--quick"]
    if name == "environments":
        command += ["Acrobot-v1", "FrozenLake8x8-v1"]
        command += ["--results", str(tmp_path), "--agents", str(tmp_path)]
    if name == "ablation":
        command += ["MountainCar-v0", "--workers", "1", "--results", str(tmp_path)]
    if name == "lessons":
        command.append("watch-and-guess")
    if name == "experiments":
        command += ["no-target", "double", "--results", str(tmp_path)]
    # From a foreign folder and without the checkout on the path.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    process = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert process.returncode == 0, process.stderr
    for word in [*words, "cores", "1 thread(s)", "torch 2."]:
        assert word in process.stdout
    if name == "ablation":
        assert (tmp_path / "ablation.md").read_text() in process.stdout
        assert (tmp_path / "ablation.svg").read_text().count("<circle") == 2 + 2 * 2
    if name == "environments":
        assert (tmp_path / "environments.md").read_text() in process.stdout
        agents = [load_agent(agent) for agent in tmp_path.glob("*.safetensors")]
        assert {agent.config.env_id for agent in agents} == {
            stage.stem for stage in (tmp_path / "environments").iterdir()
        }
