"""CliffWalking: a way along a cliff; whoever falls starts again from the beginning."""

from dataclasses import replace

from dqn_core.environments.family import Action, Component, Family, RandomReturn
from dqn_core.environments.grids import DOWN, LEFT, RIGHT, UP
from dqn_core.environments.tables import Tables

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
    task="Walk along the cliff to the goal. Each step costs 1; a fall costs 100 and leads "
    "back to the start.",
    # Without a limit an early greedy policy may never end its episode.
    recommended={
        "max_episode_steps": 200,
        "n_step": 1,
        "learning_rate": 1e-3,
        "total_steps": 30_000,
    },
    optimum=lambda time_limit: -13.0 if time_limit >= 13 else None,  # the steps along the edge
    return_range=lambda _: (-500, 0),
    value_range=lambda steps: (-100.0 - steps, 0.0),
    random_returns={
        ("CliffWalking-v1", 1_000): RandomReturn(-9512.059),
        ("CliffWalkingSlippery-v1", 1_000): RandomReturn(-9512.059),
    },
    is_slippery=False,
    dynamics=Tables.of,
)

CLIFF_WALKING_SLIPPERY = replace(
    CLIFF_WALKING,
    arguments={"is_slippery": True},
    # The mean counts, which a fall in three steps moves far: Huber's loss would aim at a median.
    recommended={
        "max_episode_steps": 200,
        "n_step": 1,
        "gamma": 0.98,
        "loss": "mse",
        "learning_rate": 1e-3,
        "learning_rate_end": 1e-6,
        "gradient_clipping": "none",
        "train_frequency": 4,
        "buffer_capacity": 100_000,
        "total_steps": 140_000,
        "evaluation_period": 5_000,
    },
    # By value iteration over the squares and the steps left.
    optimum=lambda time_limit: -64.7 if time_limit >= 200 else None,
)
