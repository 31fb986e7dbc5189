"""FrozenLake: a walk over ice, past the holes, to the other corner."""

from dqn_core.environments.family import Action, Component, Family, RandomReturn
from dqn_core.environments.grids import DOWN, LEFT, RIGHT, UP

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
    other_rewards=("reward_schedule",),
    return_range=lambda _: (0, 1),
    random_returns={
        ("FrozenLake-v1", 100): RandomReturn(0.0139398),
        ("FrozenLake8x8-v1", 200): RandomReturn(0.001901395),
    },
    is_slippery=True,
)
