"""Experiments on what depends on the task: how far to look ahead, how long to try things out."""

from dqn_core.experiments.experiment import Answer, Arm, Effect, Experiment, Measure
from dqn_core.experiments.plain import PLAIN
from dqn_core.recommendation import recommended

SHORT_SIGHTED = Experiment(
    id="short-sighted",
    title="γ too short for the task",
    question="CliffWalking: each step costs 1, the cliff costs 100, and the goal is 13 steps away. "
    "Reaching it only ends the costs. What does an agent with γ = 0.5 do after 10,000 steps?",
    answers=(
        Answer("It finds the way: the order of the Q-values is the same."),
        Answer("It stays away from the cliff, and does not find the goal.", True),
        Answer("It jumps into the cliff: a later cost counts little."),
    ),
    config=PLAIN.replace(
        env_id="CliffWalking-v1",
        max_episode_steps=100,
        epsilon_end=0.1,
        epsilon_decay=6_000,
        train_frequency=2,
        loss="huber",
        learning_rate=3e-3,
        target_update_period=1,
        target_update_unit="gradient_updates",
        tau=0.02,
        total_steps=10_000,
        evaluation_period=1_000,
        evaluation_episodes=1,
    ),
    arms=(Arm("far", "γ = 0.99"), Arm("short", "γ = 0.5", {"gamma": 0.5})),
    measure=Measure("greedy return"),
    effects=(Effect(more="far", less="short"),),
    why="With γ = 0.5 the way to the goal is worth −1.9998 at the start and walking about for ever "
    "is worth −2. The difference of 0.0002 is in exact arithmetic enough, but a network is never "
    "that exact. The cliff is near and stays visible: −100 now. The horizon 1 / (1 − γ) is 2 "
    "steps, and the task needs 13.",
)

EPSILON_LAKE = Experiment(
    id="epsilon-lake",
    title="ε falls too fast",
    question="FrozenLake without slipping: the only reward is 1 at the goal. One agent explores "
    "less and less over 4,000 steps, the other is greedy after 100. What becomes of the second?",
    answers=(
        Answer("It is faster: it does not waste steps."),
        Answer("It hardly ever finds the goal, and has nothing to learn from.", True),
        Answer("It takes longer, and comes to the same."),
    ),
    config=PLAIN.replace(
        env_id="FrozenLake-v1",
        env_kwargs="is_slippery=False",
        epsilon_decay=4_000,
        train_frequency=2,
        total_steps=6_000,
        evaluation_episodes=1,
    ),
    arms=(
        Arm("slow", "ε falls over 4,000 steps"),
        Arm("fast", "ε falls over 100 steps", {"epsilon_decay": 100, "epsilon_end": 0.01}),
    ),
    measure=Measure("greedy return", metric="area"),
    effects=(Effect(more="slow", less="fast"),),
    why="Until the goal is reached once every reward is 0. So the targets lead all Q-values to 0, "
    "and no action is better than another. Random walks reach the goal now and "
    "then, but only while ε is large. An agent that is greedy before the first reward repeats "
    "what the first weights happen to say.",
)

EPSILON_MOUNTAIN = Experiment(
    id="epsilon-mountain",
    title="ε falls fast, and it does no harm",
    question="MountainCar: every step costs 1 until the car reaches the flag, which random actions "
    "practically never do. Again ε falls over 10,000 steps, or over 100. Who learns sooner?",
    answers=(
        Answer("The slow one: without exploration nobody finds the flag."),
        Answer("The fast one: it is the Q-values that explore.", True),
        Answer("Nobody learns anything in 30,000 steps."),
    ),
    config=recommended("MountainCar-v0").replace(
        epsilon_decay=10_000, total_steps=30_000, evaluation_episodes=5
    ),
    arms=(
        Arm("slow", "ε falls over 10,000 steps"),
        Arm("fast", "ε falls over 100 steps", {"epsilon_decay": 100, "epsilon_end": 0.0}),
    ),
    measure=Measure("greedy return", metric="area"),
    effects=(Effect(more="fast", less="slow"),),
    why="Q-values begin near 0, but every true value is negative. So whatever is tried sinks, and "
    "the greedy action is one that was tried less: the agent is optimistic, and explores on its "
    "own. Random actions only disturb the swing that climbs the hill. Compare FrozenLake, where "
    "the first values are not too high: there ε is all there is.",
)

RISKY_MAP = 'desc=["SFFFFF", "HFHFHF", "FFFFFF", "FFFFFG"]'
"""A small map on which hurrying is dangerous. By value iteration the best policy with γ = 0.97
reaches the goal in 59.0 % of the episodes and has the value 0.268 at the start; with γ = 0.995
these are 86.5 % and 0.753."""

FAR_GOAL = Experiment(
    id="far-goal",
    title="A lake that γ = 0.97 does not pass",
    question="FrozenLake on a small map, slippery: solved is to reach the goal in 70 of 100 "
    "episodes. One agent has γ = 0.97, the other γ = 0.995. Both train until their values are "
    "settled. Which one passes?",
    answers=(
        Answer("γ = 0.97: what is near is learnt more easily."),
        Answer("γ = 0.995: with 0.97 it pays to hurry, and to risk the holes.", True),
        Answer("Both: there is one best way, whatever the discount is."),
    ),
    config=PLAIN.replace(
        env_id="FrozenLake-v1",
        env_kwargs=RISKY_MAP,
        epsilon_end=0.2,
        epsilon_decay=6_000,
        buffer_capacity=20_000,
        batch_size=128,
        train_frequency=2,
        learning_rate=2e-3,
        learning_rate_end=1e-5,
        target_update_period=1,
        target_update_unit="gradient_updates",
        tau=0.02,
        total_steps=16_000,
        evaluation_period=2_000,
        evaluation_episodes=100,
    ),
    arms=(
        Arm("near", "γ = 0.97", {"gamma": 0.97}),
        Arm("far", "γ = 0.995", {"gamma": 0.995}),
    ),
    measure=Measure("share of episodes that reach the goal"),
    effects=(Effect(more="far", less="near"),),
    why="A goal that is reached 40 steps later is worth 0.30 with γ = 0.97, and 0.82 with 0.995. "
    "So with 0.97 the best policy by its own measure takes the short way past the holes: it "
    "reaches the goal in 59 of 100 episodes (by value iteration), which is too few to pass, and "
    "with 0.995 in 86. More training does not help: the agent maximises what it was asked for. Its "
    "values are right, about 0.27 at the start.",
)

EXPERIMENTS = (SHORT_SIGHTED, EPSILON_LAKE, EPSILON_MOUNTAIN, FAR_GOAL)
