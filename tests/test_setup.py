"""The set-up: what is installed, what `./lab` says when it cannot, what the settings promise."""

import contextlib
import functools
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import tomllib
import zipfile
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
CONFIG = tomllib.loads((CHECKOUT / ".streamlit/config.toml").read_text(encoding="utf-8"))


REQUIREMENTS = sorted(path.name for path in CHECKOUT.glob("requirements*.txt"))


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_every_requirement_names_a_compatible_release(name):
    lines = (CHECKOUT / name).read_text(encoding="utf-8").splitlines()
    requirements = [line for line in lines if line and not line.startswith(("#", "-r "))]
    assert requirements
    assert [line for line in requirements if not re.match(r"[\w-]+~=\d+\.\d", line)] == []


def test_one_package_alone_provides_pygame():
    assert len(set(packages_distributions()["pygame"])) == 1


def test_nothing_is_loaded_in_a_way_that_runs_code():
    files = [CHECKOUT / "app.py"]
    for folder in ("pages", "dashboard", "dqn_core"):
        files += (CHECKOUT / folder).rglob("*.py")
    modules = r"^\s*(import|from) (pickle|dill|joblib|marshal|shelve)\b"
    unsafe = re.compile(modules + r"|torch\.load\((?!.*weights_only=True)", re.M)
    found = [path for path in files if path.exists() and unsafe.search(path.read_text("utf-8"))]
    assert found == []


def test_the_image_holds_all_that_the_app_is_made_of():
    build = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    wheel = build["targets"]["wheel"]
    parts = {Path(name).parts[0] for name in (*wheel["packages"], *wheel["force-include"])}
    copied = set(re.findall(r"^COPY (\S+)", (CHECKOUT / "Dockerfile").read_text(), re.M))
    assert copied == parts | {"requirements.txt"}
    assert all((CHECKOUT / name).exists() for name in copied)


@pytest.mark.parametrize(
    ("interpreter", "message"),
    [
        (None, "Python 3.11 to 3.14 is needed, and none was found"),
        ("echo 3.9", "Python 3.11 to 3.14 is needed, but only 3.9 was found"),
        ("case $2 in *version*) echo 3.12 ;; *) exit 1 ;; esac", "install python3.12-venv"),
    ],
)
def test_lab_says_which_python_it_lacks(tmp_path, interpreter, message):
    shutil.copy(CHECKOUT / "lab", tmp_path)
    commands = tmp_path / "bin"
    commands.mkdir()
    for name in ("sh", "cat", "cksum", "dirname"):
        (commands / name).symlink_to(shutil.which(name))
    if interpreter:
        (commands / "python3").write_text(f"#!/bin/sh\n{interpreter}\n")
        (commands / "python3").chmod(0o755)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHON"}
    result = subprocess.run(
        [tmp_path / "lab"],
        env=environment | {"PATH": str(commands)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert message in result.stderr
    assert not (tmp_path / ".venv").exists()


@contextlib.contextmanager
def served(folder):
    """The address of a package index with the wheels in `folder`."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    handler = functools.partial(Quiet, directory=folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def torch_wheel(index, version):
    """A wheel that stands for PyTorch, with a streamlit that tells which one was installed."""
    folder = index / "torch"
    folder.mkdir(parents=True)
    about = f"torch-{version}.dist-info"
    with zipfile.ZipFile(folder / f"torch-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr("streamlit.py", f"print('torch', {version!r})\n")
        wheel.writestr(f"{about}/METADATA", f"Name: torch\nVersion: {version}\n")
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr(f"{about}/RECORD", "")


@pytest.fixture
def lab(tmp_path):
    """lab(TORCH_CPU_INDEX=…) starts the app where PyTorch is all that it needs."""
    shutil.copy(CHECKOUT / "lab", tmp_path)
    for name in ("requirements.txt", "requirements-dev.txt"):
        (tmp_path / name).write_text("torch~=2.13.0\n")
    torch_wheel(tmp_path / "pypi", "2.13.0")

    def start(**environment):
        with served(tmp_path / "pypi") as pypi:
            environment |= {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": pypi}
            environment |= {"PYTHON": sys.executable, "PIP_FIND_LINKS": ""}
            return subprocess.run(
                [tmp_path / "lab"],
                env=os.environ | environment,
                capture_output=True,
                text=True,
                check=True,
            ).stdout

    return start


on_linux_without_gpu = pytest.mark.skipif(
    sys.platform != "linux" or Path("/proc/driver/nvidia").exists(),
    reason="only Linux without an NVIDIA GPU has two builds to choose from",
)


@on_linux_without_gpu
def test_the_first_start_takes_pytorch_for_processors_where_its_index_answers(lab, tmp_path):
    torch_wheel(tmp_path / "cpu", "2.13.0+cpu")
    with served(tmp_path / "cpu") as index:
        output = lab(TORCH_CPU_INDEX=index)
    assert "with PyTorch for processors" in output
    assert output.splitlines()[-1] == "torch 2.13.0+cpu"


@on_linux_without_gpu
def test_the_first_start_takes_pypis_pytorch_where_the_other_index_is_silent(lab, tmp_path):
    # In place of the interpreter: the one in use, and for pip what tells how it was called.
    python = tmp_path / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\n[ "$2" = pip ] && echo "$@" || exec {sys.executable} "$@"\n')
    python.chmod(0o755)
    (tmp_path / "streamlit.py").touch()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        index = f"http://127.0.0.1:{silent.getsockname()[1]}"
        *_, words, installing = lab(TORCH_CPU_INDEX=index).splitlines()
    assert f"since {index} does not answer" in words
    assert installing == "-m pip install --disable-pip-version-check -r requirements.txt"


@pytest.fixture
def lab_test(tmp_path):
    """lab_test(node, python, **environment) runs `./lab test` with these instead of the tools."""
    for name in ("lab", "requirements.txt", "requirements-dev.txt", "package-lock.json"):
        shutil.copy(CHECKOUT / name, tmp_path)
    commands = tmp_path / "bin"
    commands.mkdir()
    for name in ("sh", "cat", "cksum", "dirname", "uname", "mkdir", "mktemp", "rm"):
        (commands / name).symlink_to(shutil.which(name))

    def command(path, script):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def run(node=None, python="exit 0", **environment):
        command(tmp_path / ".venv/bin/python", python)
        if node is not None:
            command(commands / "node", node)
            command(commands / "npm", 'echo "npm $*" >>called; mkdir -p node_modules')
        return subprocess.run(
            [tmp_path / "lab", "test"],
            env={"PATH": str(commands)} | environment,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.mark.parametrize("node", [None, "exit 1"], ids=["none", "an old one"])
def test_without_node_it_is_said_what_is_left_out(lab_test, node):
    result = lab_test(node)
    assert result.returncode == 0
    assert result.stdout.splitlines()[-2:] == [
        "Left out without Node 18 or later and npm: the checks of the scripts in assets/.",
        "Passed: tests style format types imports.",
    ]


def test_where_node_is_required_its_absence_is_a_failure(lab_test):
    result = lab_test(DQN_LAB_REQUIRE_NODE="1")
    assert result.returncode == 1
    assert "Node 18 or later with npm is needed" in result.stderr


def test_the_packages_for_node_are_installed_once(lab_test, tmp_path):
    checks = ["npm run --silent check", "npm run --silent test"]
    for _ in range(2):
        assert lab_test("exit 0").returncode == 0
    install, *others = (tmp_path / "called").read_text().splitlines()
    assert install == "npm ci --no-audit --no-fund"
    assert sorted(others) == sorted(checks * 2)


def test_a_check_that_fails_is_named_with_what_it_says_and_the_others_run_to_their_end(lab_test):
    fails = (
        'case $2 in mypy) echo "wrong type"; exit 1 ;; pytest) exit 1 ;; ruff) echo fine ;; esac'
    )
    result = lab_test("exit 0", fails)
    assert result.returncode == 1
    assert result.stdout.splitlines()[-1] == "wrong type"
    assert "fine" not in result.stdout
    assert result.stderr == "lab: failed: tests types\n"


def test_every_package_for_node_names_a_release_and_no_machines_registry():
    packages = json.loads((CHECKOUT / "package.json").read_text("utf-8"))["devDependencies"]
    assert [name for name, version in packages.items() if version[0] != "~"] == []
    locked = json.loads((CHECKOUT / "package-lock.json").read_text("utf-8"))["packages"].values()
    registry = "https://registry.npmjs.org/"
    assert {package.get("resolved", registry)[: len(registry)] for package in locked} == {registry}


def luminance(colour):
    """Relative luminance of #rrggbb (WCAG 2.2)."""
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_text_and_primary_buttons_have_contrast(mode):
    theme = CONFIG["theme"][mode]
    for surface in (theme, theme["sidebar"]):
        for background in ("backgroundColor", "secondaryBackgroundColor"):
            assert contrast(theme["textColor"], surface[background]) >= 7
    assert contrast("#ffffff", theme["primaryColor"]) >= 4.5  # Streamlit's button text is white
    assert contrast(theme["primaryColor"], theme["backgroundColor"]) >= 3


def test_the_server_is_for_this_machine_alone():
    assert CONFIG["server"]["address"] == "127.0.0.1"
    assert CONFIG["client"]["showErrorDetails"] == "type"


def test_a_pages_scripts_follow_each_other():
    """Two at once lost a value: each makes the next experiment of the one that it began with."""
    assert CONFIG["runner"]["fastReruns"] is False


def test_docstrings_of_constants_are_not_shown_on_the_page():
    assert CONFIG["runner"]["magicEnabled"] is False
