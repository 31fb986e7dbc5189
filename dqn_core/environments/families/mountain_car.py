"""MountainCar: a car that has to gather speed in a valley to get up the hill."""

from dqn_core.environments.family import (
    Action,
    Component,
    Family,
    PhysicsParameter,
    Pushable,
    RandomReturn,
)

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
)
