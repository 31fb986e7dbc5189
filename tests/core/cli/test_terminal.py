"""Training on a terminal, where Ctrl-C ends it."""

import json
import os
import select
import signal
import subprocess
import termios
import time

import torch

from dqn_core import Trainer, load_agent, load_run
from tests.core.commands import COMMAND, ENDLESS, ROOT


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
    arguments = ["train", *ENDLESS, "--total-steps", "10000000"]
    arguments += ["--json", "--save", str(agent), "--save-run", str(run)]
    mine, its = os.openpty()
    termios.tcsetwinsize(its, (24, 120))
    with subprocess.Popen(
        [*COMMAND, *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=its
    ) as process:
        os.close(its)
        assert "CartPole-v1" in wait_for(mine, "return "), "a bar shows how far it is"
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
