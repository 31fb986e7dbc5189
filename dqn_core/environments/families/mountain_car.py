"""MountainCar: a car that has to gather speed in a valley to get up the hill."""

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from dqn_core.environments.dynamics import Outcome, Rows, between, common
from dqn_core.environments.family import (
    Action,
    Component,
    Family,
    PhysicsParameter,
    Pushable,
    RandomReturn,
)


class MountainCars:
    """The step of `MountainCarEnv`, for many: the same operations in the same order."""

    CONSTANTS = (
        "force",
        "gravity",
        "min_position",
        "max_position",
        "max_speed",
        "goal_position",
        "goal_velocity",
    )

    xp: Any = np
    draws_of_step, draws_of_begin = 0, 1

    def __init__(self, count: int, constants: Mapping[str, Any]) -> None:
        self._state: Any = np.zeros((2, count))
        self._c = SimpleNamespace(**constants)
        self._forces = np.arange(-1, 2) * self._c.force
        self._zero = np.zeros(())

    @classmethod
    def of(cls, inners: Sequence[Any]) -> "MountainCars | None":
        constants = common(inners, cls.CONSTANTS)
        return cls(len(inners), constants) if constants else None

    def read(self, p: int, inner: Any) -> None:
        self._state[:, p] = inner.state

    def write(self, p: int, inner: Any) -> None:
        inner.state = tuple(self._state[:, p])

    def step(self, rows: Rows, actions: Any, uniforms: Any) -> Outcome:
        c, xp = self._c, self.xp
        position, velocity = self._state[:, rows]
        velocity = velocity + (self._forces[actions] + xp.cos(3 * position) * (-c.gravity))
        velocity = xp.clip(velocity, -c.max_speed, c.max_speed)
        position = xp.clip(position + velocity, c.min_position, c.max_position)
        is_stopped = (position == c.min_position) & (velocity < 0)
        velocity = xp.where(is_stopped, self._zero, velocity)
        terminated = (position >= c.goal_position) & (velocity >= c.goal_velocity)
        self._state[:, rows] = state = xp.stack((position, velocity))
        return Outcome(state.T, -1.0, terminated)

    def begin(self, begins: Any, uniforms: Any) -> Any:
        positions = between(-0.6, -0.4, uniforms[:, 0])
        fresh = self.xp.stack((positions, self.xp.zeros_like(positions)))
        self._state = self.xp.where(begins, fresh, self._state)
        return self._state.T


MOUNTAIN_CAR = Family(
    name="MountainCar",
    entry_point="gymnasium.envs.classic_control.mountain_car:MountainCarEnv",
    components=(Component("position"), Component("velocity")),
    actions=(
        Action("push left", "ArrowLeft"),
        Action("coast"),
        Action("push right", "ArrowRight"),
    ),
    idle=1,
    task="Drive to the flag: the engine is too weak for the hill, so the car has to swing up. "
    "Each step until then costs 1.",
    # Between two rounds the policy stays as it is for 16 steps, and a round at this learning rate
    # changes it much: so it pushes for long one way, then the other, and gathers speed.
    recommended={
        "train_frequency": 16,
        "gradient_steps": 8,
        "learning_rate": 1e-2,
        "loss": "mse",
        "gradient_clip": 10.0,
        "batch_size": 64,
        "epsilon_end": 0.05,
        "hidden_dims": "64, 64",
        "total_steps": 80_000,
    },
    # By value iteration over position and velocity.
    optimum=lambda time_limit: -97.8 if time_limit >= 200 else None,
    return_range=lambda time_limit: (-float(time_limit), 0.0),
    random_returns={("MountainCar-v0", 200): RandomReturn(-200.0)},
    physics={
        "force": PhysicsParameter("Engine force", "", 0.001, 0.0002, 0.003),
        "gravity": PhysicsParameter("Gravity", "", 0.0025, 0.0005, 0.005),
    },
    push=Pushable(1, "velocity", 0.05),
    dynamics=MountainCars.of,
)
