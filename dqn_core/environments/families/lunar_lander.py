"""LunarLander: a spacecraft that has to come down between two flags."""

from dqn_core.environments.family import Action, Component, Family, RandomReturn

LUNAR_LANDER = Family(
    name="LunarLander",
    entry_point="gymnasium.envs.box2d.lunar_lander:LunarLander",
    components=(
        Component("x", shown=(-1.0, 1.0), fails_beyond=1.0),
        Component("y", shown=(-0.2, 1.5)),
        Component("x velocity", shown=(-1.5, 1.5)),
        Component("y velocity", shown=(-2.0, 1.0)),
        Component("angle", "rad", shown=(-1.5, 1.5)),
        Component("angular velocity", shown=(-3.0, 3.0)),
        Component("left leg", shown=(0.0, 1.0)),
        Component("right leg", shown=(0.0, 1.0)),
    ),
    actions=(
        Action("coast"),
        Action("left engine", "ArrowLeft"),
        Action("main engine", "ArrowUp"),
        Action("right engine", "ArrowRight"),
    ),
    idle=0,
    task="Land between the flags. Coming down slowly and upright brings reward, a landing 100; "
    "a crash costs 100, and the engines cost a little.",
    # Without layer normalisation or with less exploration some seeds hover and never learn to land.
    recommended={
        "max_episode_steps": 500,
        "learning_rate": 5e-4,
        "layer_norm": True,
        "batch_size": 64,
        "tau": 0.005,
        "gradient_clip": 10.0,
        "buffer_capacity": 150_000,
        "epsilon_end": 0.05,
        "epsilon_decay": 100_000,
        "total_steps": 300_000,
        "evaluation_period": 10_000,
    },
    other_tasks=("continuous",),
    return_range=lambda _: (-400, 300),
    random_returns={("LunarLander-v3", 1_000): RandomReturn(-182.64, 1.5)},
    telling_pair=(4, 5),
)
