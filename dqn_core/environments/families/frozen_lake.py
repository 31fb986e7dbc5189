"""FrozenLake: a walk over ice, past the holes, to the other corner."""

from dataclasses import replace

from dqn_core.environments.family import Action, Component, Family, RandomReturn
from dqn_core.environments.grids import DOWN, LEFT, RIGHT, UP
from dqn_core.environments.tables import Tables

FROZEN_LAKE = Family(
    name="FrozenLake",
    entry_point="gymnasium.envs.toy_text.frozen_lake:FrozenLakeEnv",
    components=(Component("square"),),
    actions=(
        Action("left", "ArrowLeft", LEFT),
        Action("down", "ArrowDown", DOWN),
        Action("right", "ArrowRight", RIGHT),
        Action("up", "ArrowUp", UP),
    ),
    task="Cross the ice to the goal, which brings 1. An episode also ends in a hole, with nothing.",
    # Several steps would carry exploration's slips into the target.
    recommended={
        "n_step": 1,
        "learning_rate": 1e-3,
        "learning_rate_end": 1e-6,
        "train_frequency": 4,
        "buffer_capacity": 100_000,
        "epsilon_end": 0.2,
        "epsilon_decay": 20_000,
        "total_steps": 60_000,
        "evaluation_episodes": 50,
    },
    other_rewards=("reward_schedule",),
    return_range=lambda _: (0, 1),
    random_returns={
        ("FrozenLake-v1", 100): RandomReturn(0.0139398),
        ("FrozenLake8x8-v1", 200): RandomReturn(0.001901395),
    },
    is_slippery=True,
    dynamics=Tables.of,
)

# The optima are found by value iteration over the squares and the steps left.

FROZEN_LAKE_4X4 = replace(FROZEN_LAKE, arguments={"map_name": "4x4"}, optimum={100: 0.744}.get)

FROZEN_LAKE_8X8 = replace(
    FROZEN_LAKE,
    arguments={"map_name": "8x8"},
    # With a shorter horizon the goal is too far away to be worth a detour around the holes.
    recommended={
        "n_step": 1,
        "gamma": 0.995,
        "learning_rate": 1e-3,
        "learning_rate_end": 1e-6,
        "train_frequency": 4,
        "buffer_capacity": 200_000,
        "epsilon_end": 0.2,
        "epsilon_decay": 60_000,
        "total_steps": 120_000,
        "evaluation_period": 5_000,
        "evaluation_episodes": 50,
    },
    optimum={200: 0.913}.get,
)

FROZEN_LAKE_4X4_FIRM = replace(
    FROZEN_LAKE,
    arguments={"map_name": "4x4", "is_slippery": False},
    recommended={"epsilon_decay": 20_000},
    optimum=lambda time_limit: 1.0 if time_limit >= 6 else None,
)

FROZEN_LAKE_8X8_FIRM = replace(
    FROZEN_LAKE_4X4_FIRM,
    arguments={"map_name": "8x8", "is_slippery": False},
    optimum=lambda time_limit: 1.0 if time_limit >= 14 else None,
)
