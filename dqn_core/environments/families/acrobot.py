"""Acrobot: two links, of which a torque between them has to swing the lower one up."""

from dqn_core.environments.family import Action, Component, Family, RandomReturn

ACROBOT = Family(
    name="Acrobot",
    entry_point="gymnasium.envs.classic_control.acrobot:AcrobotEnv",
    # A cosine at rest is 1: with 0 there would be no such angle beside a sine of 0.
    components=(
        Component("cos θ₁", rest=1.0),
        Component("sin θ₁"),
        Component("cos θ₂", rest=1.0),
        Component("sin θ₂"),
        Component("angular velocity 1", "rad/s"),
        Component("angular velocity 2", "rad/s"),
    ),
    actions=(
        Action("torque −1", "ArrowLeft"),
        Action("no torque"),
        Action("torque +1", "ArrowRight"),
    ),
    idle=1,
    recommended={},
    return_range=lambda time_limit: (-float(time_limit), 0.0),
    random_returns={("Acrobot-v1", 500): RandomReturn(-498.92, 0.31)},
    telling_pair=(4, 5),
)
