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
    return_range=lambda time_limit: (-float(time_limit), 0.0),
    random_returns={("MountainCar-v0", 200): RandomReturn(-200.0)},
    physics={
        "force": PhysicsParameter("Engine force", "", 0.001, 0.0002, 0.003),
        "gravity": PhysicsParameter("Gravity", "", 0.0025, 0.0005, 0.005),
    },
    push=Pushable(1, "velocity", 0.05),
)
