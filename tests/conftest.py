"""What must hold before anything under test is imported."""

import gc
import os
import secrets
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")  # pygame draws without a screen
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import pytest
import torch
from hypothesis import settings

# As the app does; two threads of torch on a busy machine are tens of times slower than one.
torch.set_num_threads(1)

gc.disable()  # until all tests are collected: what is made meanwhile stays

# A shared machine's pauses are no failures, and a check of the same code has the same outcome.
settings.register_profile("lab", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("lab")


def pytest_collection_finish() -> None:
    """From now on nothing looks through what was imported for what may go."""
    gc.freeze()
    gc.enable()


@pytest.fixture(autouse=True, scope="session")
def _runs_of_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test writes into the folder of runs that a person has here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DQN_LAB_RUNS", str(tmp_path_factory.mktemp("runs") / "of servers"))
        yield


@pytest.fixture(autouse=True, scope="session")
def _no_components_of_packages() -> Iterator[None]:
    """Each `AppTest` would look through every installed package: a fifth of a second."""
    with pytest.MonkeyPatch.context() as patch:
        if "streamlit.testing.v1" in sys.modules:
            scanner = "streamlit.components.v2.manifest_scanner.scan_component_manifests"
            patch.setattr(scanner, list)
        yield


@pytest.fixture(autouse=True, scope="session")
def _no_playing_at_random() -> Iterator[None]:
    """Beside each page in an unknown environment it would take a quarter of a processor."""
    with pytest.MonkeyPatch.context() as patch:
        if (module := "dashboard.train_page.random_policy") in sys.modules:
            patch.setattr(f"{module}.LONGEST_SECONDS", 0.0)
        yield


@pytest.fixture(autouse=True)
def runs_folder() -> Iterator[Path]:
    """Each test has a store of its own; nothing is made until it is used."""
    folder = Path(os.environ["DQN_LAB_RUNS"]).parent / secrets.token_hex(8)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DQN_LAB_RUNS", str(folder))
        yield folder


@pytest.fixture(autouse=True, scope="session")
def _signals_as_in_a_terminal() -> None:
    """A program that nohup or a script started in the background ignores some of them."""
    for number, handler in (
        (signal.SIGINT, signal.default_int_handler),
        (signal.SIGHUP, signal.SIG_DFL),
        (signal.SIGTERM, signal.SIG_DFL),
    ):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, handler)


@pytest.fixture(
    params=[
        "second",
        pytest.param(
            "cuda",
            marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU"),
        ),
    ]
)
def device(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """What ``device="cuda"`` is in this test: a GPU, or what stands for one where there is none."""
    name: str = request.param
    if name == "second":
        from tests import second_device

        assert name == second_device.NAME
        monkeypatch.setattr(
            "dqn_core.trainer.chosen_device", lambda asked: asked.replace("cuda", name)
        )
        monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    return name
