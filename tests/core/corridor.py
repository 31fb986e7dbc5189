"""A corridor of ten cells: an environment of one's own and its family, all that it takes."""

from typing import Any

import gymnasium
import numpy as np
from gymnasium.spaces import Discrete

from dqn_core.environments.family import (
    Action,
    Component,
    Family,
    PhysicsParameter,
    RandomReturn,
)
from dqn_core.environments.grids import LEFT, RIGHT, GridWorld, open_grid

CELLS = 10


class Corridor(gymnasium.Env[Any, Any]):
    """From the left end to the right one, which is worth 1; a step may slip the other way."""

    metadata = {"render_modes": ["ansi"]}  # noqa: RUF012

    def __init__(self, render_mode: str | None = None) -> None:
        self.observation_space, self.action_space = Discrete(CELLS), Discrete(2)
        self.render_mode = render_mode
        self.slip = 0.1
        self.cell = 0

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        super().reset(seed=seed)
        self.cell = 0
        return self.cell, {}

    def step(self, action: Any) -> Any:
        slips = self.np_random.random() < self.slip
        self.cell = int(np.clip(self.cell + (1 if action ^ slips else -1), 0, CELLS - 1))
        is_there = self.cell == CELLS - 1
        return self.cell, float(is_there), is_there, False, {}

    def render(self) -> str:
        return "." * self.cell + "x" + "." * (CELLS - 1 - self.cell)


def grid(_: Any) -> GridWorld:
    return open_grid(np.array([["S", *[""] * (CELLS - 2), "G"]]), ended="G")


CORRIDOR = Family(
    name="Corridor",
    entry_point=f"{Corridor.__module__}:{Corridor.__qualname__}",
    components=(Component("cell"),),
    actions=(Action("back", "ArrowLeft", LEFT), Action("ahead", "ArrowRight", RIGHT)),
    return_range=lambda _: (0, 1),
    random_returns={("Corridor-v0", 1_000): RandomReturn(1.0)},
    grid=grid,
    physics={"slip": PhysicsParameter("Slip probability", "", 0.1, 0.0, 0.5)},
    is_slippery=True,
)
