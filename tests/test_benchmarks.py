"""Every benchmark runs as the script that it is, and prints its table."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dqn_core import load_agent

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"

FORKING = """
import json, multiprocessing, os, runpy, sys
import stable_baselines3, streamlit, torch._dynamo

def run(folder, *words):
    for stream, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(f"{folder}/{name}", os.O_WRONLY | os.O_CREAT), stream)
    os.chdir(folder)
    sys.argv, sys.path[0] = list(words), os.path.dirname(words[0])
    runpy.run_path(words[0], run_name="__main__")

for line in sys.stdin:
    process = multiprocessing.get_context("fork").Process(target=run, args=json.loads(line))
    process.start()
    process.join()
    print(process.exitcode, flush=True)
os._exit(0)
"""
"""Runs scripts as Python does, each in a copy of a process that has loaded the libraries."""


@pytest.fixture(scope="module")
def script() -> Iterator[Callable[..., int]]:
    """Runs one in a folder, into which it writes its output; returns its exit code.

    From a foreign folder and without the checkout on the path.
    """
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    with subprocess.Popen(
        [sys.executable, "-c", FORKING],
        cwd=BENCHMARKS,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        words, answers = process.stdin, process.stdout

        def run(folder: Path, *arguments: object) -> int:
            print(json.dumps([str(folder), *map(str, arguments)]), file=words, flush=True)
            return int(answers.readline())

        yield run
        words.close()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("learner", ["Stable-Baselines3", "plain PyTorch", "Tianshou", "floor", "update"]),
        ("population", ["hidden 64", "Stable-Baselines3's for one", "among 8", "one by one"]),
        ("replay", ["1,000", "10,000"]),
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
def test_benchmark(script, name, words, tmp_path):
    command = [BENCHMARKS / f"{name}.py", "--quick"]
    if name == "environments":
        command += ["Acrobot-v1", "FrozenLake8x8-v1"]
        command += ["--results", tmp_path, "--agents", tmp_path]
    if name == "ablation":
        command += ["MountainCar-v0", "--workers", "1", "--results", tmp_path]
    if name == "lessons":
        command.append("watch-and-guess")
    if name == "experiments":
        command += ["no-target", "double", "--results", tmp_path]
    assert script(tmp_path, *command) == 0, (tmp_path / "err").read_text()
    output = (tmp_path / "out").read_text()
    for word in [*words, "cores", "1 thread(s)", "torch 2."]:
        assert word in output
    if name == "ablation":
        assert (tmp_path / "ablation.md").read_text() in output
        assert (tmp_path / "ablation.svg").read_text().count("<circle") == 2 + 2 * 2
    if name == "environments":
        assert (tmp_path / "environments.md").read_text() in output
        agents = [load_agent(agent) for agent in tmp_path.glob("*.safetensors")]
        assert {agent.config.env_id for agent in agents} == {
            stage.stem for stage in (tmp_path / "environments").iterdir()
        }
