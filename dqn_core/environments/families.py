"""What is known of Gymnasium's environments beyond what their spaces say, by family."""

import math
from dataclasses import dataclass
from typing import Any

import gymnasium

_FAMILIES = {
    "gymnasium.envs.classic_control.cartpole:CartPoleEnv": "CartPole",
    "gymnasium.envs.classic_control.acrobot:AcrobotEnv": "Acrobot",
    "gymnasium.envs.classic_control.mountain_car:MountainCarEnv": "MountainCar",
    "gymnasium.envs.box2d.lunar_lander:LunarLander": "LunarLander",
    "gymnasium.envs.toy_text.frozen_lake:FrozenLakeEnv": "FrozenLake",
    "gymnasium.envs.toy_text.cliffwalking:CliffWalkingEnv": "CliffWalking",
    "gymnasium.envs.toy_text.taxi:TaxiEnv": "Taxi",
}
"""Gymnasium's entry points: an id may be anybody's, also ``CartPole-v2``."""

_CONTINUOUS = "continuous"
"""The argument that gives LunarLander continuous actions, for which nothing here is true."""

_OF_REWARDS = ("sutton_barto_reward", "reward_schedule")
"""Arguments that change what the steps of CartPole and FrozenLake are worth."""

LABELS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "CartPole": (
        ("cart position", "cart velocity", "pole angle", "pole angular velocity"),
        ("push left", "push right"),
    ),
    "Acrobot": (
        ("cos θ₁", "sin θ₁", "cos θ₂", "sin θ₂", "angular velocity 1", "angular velocity 2"),
        ("torque −1", "no torque", "torque +1"),
    ),
    "MountainCar": (("position", "velocity"), ("push left", "coast", "push right")),
    "LunarLander": (
        (
            "x",
            "y",
            "x velocity",
            "y velocity",
            "angle",
            "angular velocity",
            "left leg",
            "right leg",
        ),
        ("coast", "left engine", "main engine", "right engine"),
    ),
    "FrozenLake": (("square",), ("left", "down", "right", "up")),
    "CliffWalking": (("square",), ("up", "right", "down", "left")),
    "Taxi": (("state",), ("south", "north", "east", "west", "pick up", "drop off")),
}
"""Names of observation components and actions, from Gymnasium's documentation of each family."""

STEP_REWARD = {"CartPole": 1.0}
"""What each step is worth in a family where all are worth the same."""

_RETURN_RANGE: dict[str, tuple[float, float]] = {
    "LunarLander": (-400, 300),
    "FrozenLake": (0, 1),
    "CliffWalking": (-500, 0),
    "Taxi": (-800, 20),
}
"""What an episode's return can be, or for unbounded ones what a chart should show."""

FAILURE_LIMITS: dict[str, dict[int, float]] = {
    "CartPole": {0: 2.4, 2: 12 * 2 * math.pi / 360},
    "LunarLander": {0: 1.0},
}
"""Component of the observation to the size at which the episode ends in failure.

CartPole's observation space reaches to twice these, so that the failing observation lies in it.
"""


@dataclass(frozen=True)
class PhysicsParameter:
    """A variable of an environment that a test may change, to see what breaks the agent."""

    label: str
    unit: str
    default: float
    low: float
    high: float


PHYSICS: dict[str, dict[str, PhysicsParameter]] = {
    "CartPole": {
        "gravity": PhysicsParameter("Gravity", "m/s²", 9.8, 0.0, 30.0),
        "length": PhysicsParameter("Half the pole's length", "m", 0.5, 0.1, 3.0),
        "masspole": PhysicsParameter("Mass of the pole", "kg", 0.1, 0.01, 2.0),
        "masscart": PhysicsParameter("Mass of the cart", "kg", 1.0, 0.1, 5.0),
        "force_mag": PhysicsParameter("Force of a push", "N", 10.0, 1.0, 30.0),
    },
    "MountainCar": {
        "force": PhysicsParameter("Engine force", "", 0.001, 0.0002, 0.003),
        "gravity": PhysicsParameter("Gravity", "", 0.0025, 0.0005, 0.005),
    },
}
"""What can be changed in which family, under the environment's own names."""

PUSHABLE: dict[str, tuple[int, str, float]] = {
    "CartPole": (3, "pole angular velocity, rad/s", 3.0),
    "MountainCar": (1, "velocity", 0.05),
}
"""Where a push in mid-episode acts: component of the inner state, its name, the hardest push."""


def family(env_id: str) -> str:
    """The family of a registered environment by its entry point, "" where nothing is known of it.

    Variants are of the family: ``FrozenLake8x8-v1``, or Gymnasium's own entry point registered
    under another id with other arguments. Further wrappers may change what is observed.
    """
    registered = gymnasium.registry.get(env_id)
    if registered is None or registered.additional_wrappers or registered.kwargs.get(_CONTINUOUS):
        return ""
    point: Any = registered.entry_point
    if isinstance(point, type):
        point = f"{point.__module__}:{point.__qualname__}"
    return _FAMILIES.get(point, "") if isinstance(point, str) else ""


def argument(env_id: str, name: str, default: Any = None) -> Any:
    """What an environment is registered to be made with, ``default`` where nothing is said."""
    return gymnasium.registry[env_id].kwargs.get(name, default)


def rewards_are_usual(env_id: str) -> bool:
    """Whether an environment's rewards are those of its family."""
    return not any(argument(env_id, name) for name in _OF_REWARDS)


def return_range(kind: str, time_limit: int) -> tuple[float, float] | None:
    """What an episode's return can be in a family, None where that is not known."""
    if kind == "CartPole":
        return (0.0, float(time_limit))
    if kind in ("Acrobot", "MountainCar"):
        return (-float(time_limit), 0.0)
    return _RETURN_RANGE.get(kind)
