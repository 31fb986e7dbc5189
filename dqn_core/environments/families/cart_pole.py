"""CartPole: a pole on a cart that is pushed to the left or to the right at each step."""

import math
from typing import Any

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
)
