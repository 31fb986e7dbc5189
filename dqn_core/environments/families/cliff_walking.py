"""CliffWalking: a way along a cliff; whoever falls starts again from the beginning."""

from dqn_core.environments.family import Action, Component, Family, RandomReturn
from dqn_core.environments.grids import DOWN, LEFT, RIGHT, UP

CLIFF_WALKING = Family(
    name="CliffWalking",
    entry_point="gymnasium.envs.toy_text.cliffwalking:CliffWalkingEnv",
    components=(Component("square"),),
    actions=(
        Action("up", "ArrowUp", UP),
        Action("right", "ArrowRight", RIGHT),
        Action("down", "ArrowDown", DOWN),
        Action("left", "ArrowLeft", LEFT),
    ),
    return_range=lambda _: (-500, 0),
    random_returns={
        ("CliffWalking-v1", 1_000): RandomReturn(-9512.059),
        ("CliffWalkingSlippery-v1", 1_000): RandomReturn(-9512.059),
    },
    is_slippery=False,
)
