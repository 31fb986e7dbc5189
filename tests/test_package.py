"""`pip install .`: the core anywhere, and a command that has the pages with it."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import urllib.request
from argparse import Namespace
from pathlib import Path

import pytest

from dqn_core.base.errors import MissingPackageError
from dqn_core.cli.app import app
from dqn_core.cli.command_line import main

CHECKOUT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder into which the package alone was installed."""
    folder = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    offline = ["--no-deps", "--no-build-isolation", "--no-compile"]
    subprocess.run([*pip, *offline, "--target", folder, CHECKOUT], check=True)
    return folder


def test_the_command_is_there_wherever_the_package_is(installed, tmp_path):
    result = subprocess.run(
        [installed / "bin" / "dqn-lab", "evaluate", "--help"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.startswith("usage: dqn-lab evaluate")


def test_the_installed_app_answers_with_the_projects_settings(installed, tmp_path):
    command = [installed / "bin" / "dqn-lab", "app", "--server.headless", "true"]
    with subprocess.Popen(
        [*command, "--server.port", "0"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(installed)},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as server:
        try:
            found = (re.search(r"http://127\.0\.0\.1:\d+", line) for line in server.stdout or ())
            address = next(filter(None, found))[0]
            with urllib.request.urlopen(f"{address}/_stcore/health") as answer:
                assert answer.status == 200
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGKILL)


def test_the_command_hands_every_option_to_streamlit(monkeypatch):
    handed = []
    monkeypatch.setattr("dqn_core.cli.app.os.execv", lambda _, words: handed.extend(words))
    monkeypatch.setenv("MALLOC_ARENA_MAX", "2")
    main(["app", "--server.port", "8600", "--help"])
    script = str(CHECKOUT / "app.py")
    assert handed[1:] == ["-m", "streamlit", "run", script, "--server.port", "8600", "--help"]


def test_without_streamlit_the_command_says_so(monkeypatch):
    monkeypatch.setattr("dqn_core.cli.app.find_spec", lambda _: None)
    with pytest.raises(MissingPackageError, match="pip install streamlit"):
        app(Namespace())
