"""CartPole: a pole on a cart that is pushed to the left or to the right at each step."""

import math
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

_BELOW_THE_POLE = 120
"""Pixels of the picture: what is below the axle, and some room above the pole."""

_LONGEST = 3.0
"""Metres from the axle to the middle of the longest pole."""


def _derive(inner: Any) -> None:
    inner.total_mass = inner.masspole + inner.masscart
    inner.polemass_length = inner.masspole * inner.length
    # A picture as high as usual would cut a long pole.
    pole = min(inner.length, _LONGEST) * inner.screen_width / inner.x_threshold
    even = 2 * math.ceil((_BELOW_THE_POLE + pole) / 2)  # as videos need it
    inner.screen_height = max(inner.screen_height, even)


class CartPoles:
    """The step of `CartPoleEnv`, for many: the same operations in the same order."""

    CONSTANTS = (
        "gravity",
        "masspole",
        "total_mass",
        "length",
        "polemass_length",
        "force_mag",
        "tau",
        "theta_threshold_radians",
        "x_threshold",
        "kinematics_integrator",
        "_sutton_barto_reward",
    )

    xp: Any = np
    draws_of_step, draws_of_begin = 0, 4

    def __init__(self, count: int, constants: Mapping[str, Any]) -> None:
        self._state: Any = np.zeros((4, count))
        self._has_fallen: Any = np.zeros(count, dtype=bool)
        self._c = SimpleNamespace(**constants)
        self._forces = np.array((-self._c.force_mag, self._c.force_mag))

    @classmethod
    def of(cls, inners: Sequence[Any]) -> "CartPoles | None":
        constants = common(inners, cls.CONSTANTS)
        if constants is None or constants["kinematics_integrator"] != "euler":
            return None
        return cls(len(inners), constants)

    def read(self, p: int, inner: Any) -> None:
        self._state[:, p] = inner.state

    def write(self, p: int, inner: Any) -> None:
        inner.state = self._state[:, p].copy()
        inner.steps_beyond_terminated = 0 if self._has_fallen[p] else None

    def step(self, rows: Rows, actions: Any, uniforms: Any) -> Outcome:
        c, xp, state = self._c, self.xp, self._state[:, rows]
        x, x_dot, theta, theta_dot = state
        force = self._forces[actions]
        costheta, sintheta = xp.cos(theta), xp.sin(theta)
        temp = (force + c.polemass_length * xp.square(theta_dot) * sintheta) / c.total_mass
        thetaacc = (c.gravity * sintheta - costheta * temp) / (
            c.length * (4.0 / 3.0 - c.masspole * xp.square(costheta) / c.total_mass)
        )
        xacc = temp - c.polemass_length * thetaacc * costheta / c.total_mass
        x += c.tau * x_dot  # in this order: each with the velocity of before
        x_dot += c.tau * xacc
        theta += c.tau * theta_dot
        theta_dot += c.tau * thetaacc
        fallen = (xp.abs(x) > c.x_threshold) | (xp.abs(theta) > c.theta_threshold_radians)
        self._state[:, rows], self._has_fallen[rows] = state, fallen
        reward = ~fallen * 1.0 - 1.0 if c._sutton_barto_reward else 1.0
        return Outcome(state.T, reward, fallen)

    def begin(self, begins: Any, uniforms: Any) -> Any:
        self._state = self.xp.where(begins, between(-0.05, 0.05, uniforms.T), self._state)
        return self._state.T


CART_POLE = Family(
    name="CartPole",
    entry_point="gymnasium.envs.classic_control.cartpole:CartPoleEnv",
    # The observation space reaches to twice these limits: the failing observation lies in it.
    components=(
        Component("cart position", "m", shown=(-2.4, 2.4), fails_beyond=2.4),
        Component("cart velocity", "m/s", shown=(-3.0, 3.0)),
        Component("pole angle", "rad", shown=(-0.21, 0.21), fails_beyond=12 * 2 * math.pi / 360),
        Component("pole angular velocity", "rad/s", shown=(-3.0, 3.0)),
    ),
    actions=(Action("push left", "ArrowLeft"), Action("push right", "ArrowRight")),
    task="Push the cart so that the pole does not fall. Each step in which it stands brings 1.",
    recommended={},
    optimum=float,  # each step is worth 1
    other_rewards=("sutton_barto_reward",),
    step_reward=1.0,
    return_range=lambda time_limit: (0.0, float(time_limit)),
    random_returns={
        ("CartPole-v0", 200): RandomReturn(22.239, 0.077),
        ("CartPole-v1", 500): RandomReturn(22.239, 0.077),
    },
    telling_pair=(2, 3),
    physics={
        "gravity": PhysicsParameter("Gravity", "m/s²", 9.8, 0.0, 30.0),
        "length": PhysicsParameter("Half the pole's length", "m", 0.5, 0.1, _LONGEST),
        "masspole": PhysicsParameter("Mass of the pole", "kg", 0.1, 0.01, 2.0),
        "masscart": PhysicsParameter("Mass of the cart", "kg", 1.0, 0.1, 5.0),
        "force_mag": PhysicsParameter("Force of a push", "N", 10.0, 1.0, 30.0),
    },
    derive=_derive,
    push=Pushable(3, "pole angular velocity, rad/s", 3.0),
    is_in_browser=True,
    dynamics=CartPoles.of,
)
