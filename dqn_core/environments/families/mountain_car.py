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
    # rl-zoo's, with n-step returns besides.
    recommended={
        "gamma": 0.98,
        "loss": "mse",
        "learning_rate": 4e-3,
        "epsilon_end": 0.07,
        "epsilon_decay": 24_000,
        "buffer_capacity": 10_000,
        "total_steps": 120_000,
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
