"""What a command imports: PyTorch only where it is needed, and Ctrl-C does not wait for it."""

import os
import subprocess
import sys

import pytest

import dqn_core
from dqn_core.store.store import Store
from tests.core.commands import COMMAND, ROOT

WITHOUT_TORCH = """
import sys
sys.modules["torch"] = None
import dqn_core
from dqn_core.cli.command_line import main
assert dqn_core.DQNConfig and dqn_core.preset("dqn-2015")
for words in sys.argv[1:]:
    try:
        assert main(words.split()) in (0, 2)
    except SystemExit as ended:
        assert ended.code == 0
"""


def test_what_needs_no_pytorch_does_not_wait_for_it(runs_folder):
    run = Store(runs_folder).create([dqn_core.DQNConfig()]).run
    commands = ["--help", "train --help", "train --gama 1", "hyperparameters", "environments"]
    commands += ["sweep --help", f"compare {run}", "runs list", "runs list --tree"]
    commands += [f"runs {action} {run}" for action in ("show", "delete", "restore")]
    process = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH, *commands],
        cwd=ROOT,
        env=os.environ | {"DQN_LAB_RUNS": str(runs_folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr


SWALLOWING = """
import signal
try:
    signal.raise_signal(signal.SIGINT)
except BaseException:
    pass
raise ImportError("It could not be loaded.")
"""


@pytest.mark.parametrize("module", ["argparse", "numpy", "torch"])
def test_ctrl_c_ends_a_command_that_is_still_importing_also_where_its_exception_is_swallowed(
    tmp_path, module
):
    (tmp_path / f"{module}.py").write_text(SWALLOWING)
    process = subprocess.run(
        [*COMMAND, "train"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (process.returncode, process.stdout, process.stderr) == (130, "", "Interrupted.\n")


def test_the_package_has_the_names_that_it_lists_and_no_others():
    for name in dqn_core.__all__:
        assert getattr(dqn_core, name) is not None
    assert set(dqn_core.__all__) <= set(dir(dqn_core))
    assert not hasattr(dqn_core, "Trainers")
