"""The process that trains a sweep which was begun on the page."""

import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from dashboard.compare_page import sweep_process
from dqn_core import DQNConfig
from dqn_core.base.settings import MODULES
from dqn_core.store.store import Store
from dqn_core.sweeps.axis import axis_from
from dqn_core.sweeps.catalogue import declare
from dqn_core.sweeps.plan import Plan


def test_the_process_may_import_the_environments_module_where_the_server_did(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    began: list[Mapping[str, str]] = []

    class Ended:
        """A process that has nothing to do."""

        def __init__(self, command: list[str], *, env: Mapping[str, str], **_: Any) -> None:
            assert "--name=-x" in command, "a name that begins with a dash is no option"
            began.append(env)

        def wait(self) -> int:
            return 0

    monkeypatch.setattr("dashboard.compare_page.sweep_process.subprocess.Popen", Ended)
    monkeypatch.setenv(MODULES.name, "mine")
    store = Store(tmp_path)
    base = DQNConfig(env_id="typed_by_somebody:Walk-v0")
    sweep = declare(store, Plan(base, (axis_from("gamma=0.5,0.9"),), (0,)), "-x")
    sweep_process.train(store, sweep, 1)
    monkeypatch.setitem(sys.modules, "typed_by_somebody", ModuleType("typed_by_somebody"))
    sweep_process.train(store, sweep, 1)
    assert [env[MODULES.name] for env in began] == ["mine", "mine,typed_by_somebody"]
    store.close()
