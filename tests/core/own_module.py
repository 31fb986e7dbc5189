"""An environment of one's own in a module of its own, which nobody has imported."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import gymnasium
import pytest

from dqn_core.base.settings import MODULES

NAME = "envs_of_my_own"
ENV_ID = f"{NAME}:Own-v0"
SOURCE = """
import gymnasium, numpy as np
from gymnasium.spaces import Box, Discrete

class Own(gymnasium.Env):
    observation_space, action_space = Box(-1, 1, (2,)), Discrete(2)
    def __init__(self, size=1):
        self.size = size
    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.steps = 0
        return np.zeros(2, np.float32), {}
    def step(self, action):
        self.steps += 1
        return np.zeros(2, np.float32), float(self.size), self.steps == 10, False, {}

gymnasium.register("Own-v0", Own)
"""


@contextmanager
def unimported(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """``folder`` is on Python's path and has that module in it."""
    monkeypatch.syspath_prepend(folder)
    monkeypatch.delenv(MODULES.name, raising=False)
    (folder / f"{NAME}.py").write_text(SOURCE)
    yield folder
    forget()


def forget() -> None:
    """As in a process that has not imported it."""
    sys.modules.pop(NAME, None)
    gymnasium.registry.pop("Own-v0", None)
