"""Acrobot: two links, of which a torque between them has to swing the lower one up."""

from collections.abc import Mapping, Sequence
from math import pi
from types import SimpleNamespace
from typing import Any

import numpy as np

from dqn_core.environments.dynamics import Outcome, Rows, between, common
from dqn_core.environments.family import Action, Component, Family, RandomReturn

MOST_TURNS = 2
"""That an angle can be beyond ±π after a step: at the largest velocities barely two."""


class Acrobots:
    """The step of `AcrobotEnv` by its book's equations, for many: its operations in its order."""

    CONSTANTS = (
        "dt",
        "LINK_LENGTH_1",
        "LINK_LENGTH_2",
        "LINK_MASS_1",
        "LINK_MASS_2",
        "LINK_COM_POS_1",
        "LINK_COM_POS_2",
        "LINK_MOI",
        "MAX_VEL_1",
        "MAX_VEL_2",
        "AVAIL_TORQUE",
        "torque_noise_max",
        "book_or_nips",
    )

    xp: Any = np
    draws_of_step, draws_of_begin = 0, 4

    def __init__(self, count: int, constants: Mapping[str, Any]) -> None:
        self._state: Any = np.zeros((4, count))
        self._c = SimpleNamespace(**constants)
        self._torques = np.array(self._c.AVAIL_TORQUE)

    @classmethod
    def of(cls, inners: Sequence[Any]) -> "Acrobots | None":
        constants = common(inners, cls.CONSTANTS)
        if constants is None or constants["torque_noise_max"] > 0:
            return None
        return cls(len(inners), constants) if constants["book_or_nips"] == "book" else None

    def read(self, p: int, inner: Any) -> None:
        self._state[:, p] = inner.state

    def write(self, p: int, inner: Any) -> None:
        inner.state = self._state[:, p].copy()

    def step(self, rows: Rows, actions: Any, uniforms: Any) -> Outcome:
        c, xp, before = self._c, self.xp, self._state[:, rows]
        torques, half = self._torques[actions], c.dt / 2.0
        # Runge and Kutta's method of order 4.
        k1 = self._derivatives(before, torques)
        k2 = self._derivatives(before + half * k1, torques)
        k3 = self._derivatives(before + half * k2, torques)
        k4 = self._derivatives(before + c.dt * k3, torques)
        state = before + c.dt / 6.0 * (k1 + 2 * k2 + 2 * k3 + k4)
        state[:2] = self._wrapped(state[:2])
        state[2] = xp.clip(state[2], -c.MAX_VEL_1, c.MAX_VEL_1)
        state[3] = xp.clip(state[3], -c.MAX_VEL_2, c.MAX_VEL_2)
        self._state[:, rows] = state
        theta1, theta2 = state[:2]
        is_up = -xp.cos(theta1) - xp.cos(theta2 + theta1) > 1.0
        return Outcome(self._seen(state), is_up * 1.0 - 1.0, is_up)

    def begin(self, begins: Any, uniforms: Any) -> Any:
        xp = self.xp
        fresh = xp.asarray(between(-0.1, 0.1, uniforms.T), dtype=xp.float32)
        self._state = xp.where(begins, fresh, self._state)
        return self._seen(self._state)

    def _seen(self, state: Any) -> Any:
        xp, (theta1, theta2, *velocities) = self.xp, state
        angles = xp.cos(theta1), xp.sin(theta1), xp.cos(theta2), xp.sin(theta2)
        return xp.asarray(xp.stack((*angles, *velocities)), dtype=xp.float32).T

    def _wrapped(self, angles: Any) -> Any:
        """The same angles within ±π, turn by turn."""
        for _ in range(MOST_TURNS):
            angles = self.xp.where(angles > pi, angles - 2 * pi, angles)
        for _ in range(MOST_TURNS):
            angles = self.xp.where(angles < -pi, angles + 2 * pi, angles)
        return angles

    def _derivatives(self, state: Any, torques: Any) -> Any:
        """Of both angles and both velocities by time, `(4, K)`."""
        c, g, cos, sin = self._c, 9.8, self.xp.cos, self.xp.sin
        m1, m2, l1, lc1, lc2 = (
            c.LINK_MASS_1,
            c.LINK_MASS_2,
            c.LINK_LENGTH_1,
            c.LINK_COM_POS_1,
            c.LINK_COM_POS_2,
        )
        theta1, theta2, dtheta1, dtheta2 = state
        cos2, sin2 = cos(theta2), sin(theta2)
        inertia = c.LINK_MOI
        d1 = m1 * lc1**2 + m2 * (l1**2 + lc2**2 + 2 * l1 * lc2 * cos2) + inertia + inertia
        d2 = m2 * (lc2**2 + l1 * lc2 * cos2) + inertia
        phi2 = m2 * lc2 * g * cos(theta1 + theta2 - pi / 2.0)
        phi1 = (
            -m2 * l1 * lc2 * self._squared(dtheta2) * sin2
            - 2 * m2 * l1 * lc2 * dtheta2 * dtheta1 * sin2
            + (m1 * lc1 + m2 * l1) * g * cos(theta1 - pi / 2)
            + phi2
        )
        ddtheta2 = (
            torques + d2 / d1 * phi1 - m2 * l1 * lc2 * self._squared(dtheta1) * sin2 - phi2
        ) / (m2 * lc2**2 + inertia - self._squared(d2) / d1)
        ddtheta1 = -(d2 * ddtheta2 + phi1) / d1
        return self.xp.stack((dtheta1, dtheta2, ddtheta1, ddtheta2))

    def _squared(self, values: Any) -> Any:
        """Rounded as ``**`` of single floats, as in Gymnasium; that of arrays rounds otherwise."""
        return self.xp.float_power(values, 2.0)


ACROBOT = Family(
    name="Acrobot",
    entry_point="gymnasium.envs.classic_control.acrobot:AcrobotEnv",
    # A cosine at rest is 1: with 0 there would be no such angle beside a sine of 0.
    components=(
        Component("cos θ₁", rest=1.0),
        Component("sin θ₁"),
        Component("cos θ₂", rest=1.0),
        Component("sin θ₂"),
        Component("angular velocity 1", "rad/s"),
        Component("angular velocity 2", "rad/s"),
    ),
    actions=(
        Action("torque −1", "ArrowLeft"),
        Action("no torque"),
        Action("torque +1", "ArrowRight"),
    ),
    idle=1,
    task="Swing the tip up to the line, with a motor in the middle joint alone. "
    "Each step until then costs 1.",
    recommended={},
    return_range=lambda time_limit: (-float(time_limit), 0.0),
    random_returns={("Acrobot-v1", 500): RandomReturn(-498.92, 0.31)},
    telling_pair=(4, 5),
    dynamics=Acrobots.of,
)
