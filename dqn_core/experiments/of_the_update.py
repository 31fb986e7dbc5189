"""Experiments on the update: the target, the loss, the step."""

from dqn_core.experiments.defects.aliased_target import aliased_target
from dqn_core.experiments.defects.broadcasting_loss import broadcasting_loss
from dqn_core.experiments.defects.truncation_as_failure import truncation_as_failure
from dqn_core.experiments.experiment import Answer, Arm, Drawing, Effect, Experiment, Measure
from dqn_core.experiments.plain import PLAIN

NO_TARGET = Experiment(
    id="no-target",
    title="No target network",
    question="In the notebook both networks are one object: `model.to(device)` is called twice on "
    "the same model. So the target moves with every update. What happens on CartPole?",
    answers=(
        Answer("The agent learns nothing: its return stays at that of a random policy."),
        Answer("The agent plays, but its Q-values promise more than it can ever get.", True),
        Answer("Nothing changes: Q-values and returns are those of DQN."),
    ),
    config=PLAIN,
    arms=(
        Arm("sound", "with a target network"),
        Arm("aliased", "one network under two names", defect=aliased_target),
    ),
    measure=Measure("predicted by the agent − obtained", "predicted", minus="obtained"),
    effects=(Effect(more="aliased", less="sound"),),
    why="An update that raises Q(s, a) also raises Q(s′, a′) of similar states, and so its own "
    "next target. With a copy that stays fixed for 200 steps this circle is cut; with one network "
    "Q grows past 1 / (1 − γ) = 100, the largest discounted return there is. CartPole forgives it: "
    "which action is better can stay right while all values are wrong, so the return alone does "
    "not show it. The other agent still expects too little: with each copy its values can look one "
    "step further, and in 8,000 steps there are only 38 of them.",
    drawing=Drawing("aliased", -100.0, 150.0),
)

BROADCASTING = Experiment(
    id="broadcasting",
    title="The loss that broadcasts",
    question="The notebook computes `MSELoss()(q_values, expected.unsqueeze(1))`. The shapes are "
    "(B,) and (B, 1), and PyTorch makes both (B, B). There is a warning, but no error. What does "
    "the agent learn?",
    answers=(
        Answer("The same, only more slowly: the right pairs are among all pairs."),
        Answer("Nothing: every Q-value is pulled to the mean of all targets.", True),
        Answer("Even more: each transition learns from B targets."),
    ),
    config=PLAIN,
    arms=(
        Arm("sound", "loss of equal shapes"),
        Arm("broadcasting", "loss of (B,) and (B, 1)", defect=broadcasting_loss),
    ),
    measure=Measure("greedy return", metric="area"),
    effects=(Effect(more="sound", less="broadcasting"),),
    why="The mean over all pairs (qᵢ − yⱼ)² is smallest where each qᵢ is the mean of all targets. "
    "So states and actions all get the same value, no action is better than another, and the "
    "greedy policy is hardly better than always choosing one action: about 9 steps. The loss does "
    "not tell: it stays finite and grows slowly, as that of an agent that learns does.",
)

TRUNCATION = Experiment(
    id="truncation",
    title="A time limit learnt as failure",
    question="CartPole, cut after 50 steps. The notebook stores `done` for both ends of an "
    "episode, so a pole that stands when time is up counts as one that fell. What does the agent "
    "believe of a pole that stands well?",
    answers=(
        Answer("That it is worth too little: it may fall at any moment.", True),
        Answer("That it is worth too much."),
        Answer("What it is worth: every episode ends some time."),
    ),
    config=PLAIN.replace(gamma=0.95, max_episode_steps=50, target_update_period=50),
    arms=(
        Arm("sound", "truncation bootstraps"),
        Arm("failure", "truncation is failure", defect=truncation_as_failure),
    ),
    measure=Measure("predicted by the agent", "predicted"),
    effects=(Effect(more="sound", less="failure"),),
    why="A pole that never falls is worth 1 / (1 − γ) = 20. The step counter is not in the "
    "observation. So the same good state is followed by the "
    "next state most of the time, and now and then by “the end”, where the target is the reward "
    "alone. The mean of both is what is learnt. Where the task goes on behind the limit, the "
    "target has to go on too: only `terminated` cuts it.",
)

DOUBLE = Experiment(
    id="double",
    title="Overestimation, and Double DQN",
    question="On the slippery FrozenLake nobody knows where a step leads. The target takes the "
    "maximum over Q-values that are all somewhat wrong. How does what the agent predicts at the "
    "start compare with what it gets?",
    answers=(
        Answer("It is right on average: errors up and down cancel."),
        Answer("It is too high with DQN, and lower with Double DQN.", True),
        Answer("It is too high with Double DQN, which has two networks to be wrong."),
    ),
    config=PLAIN.replace(
        env_id="FrozenLake-v1",
        epsilon_end=0.3,
        epsilon_decay=5_000,
        target_update_period=20,
        evaluation_period=1_000,
        evaluation_episodes=50,
    ),
    arms=(
        Arm("dqn", "DQN"),
        Arm("double", "Double DQN", {"double_dqn": True}),
    ),
    measure=Measure(
        "predicted by the agent − obtained", "predicted", minus="obtained", metric="area"
    ),
    effects=(Effect(more="dqn", less="double"),),
    why="The maximum of several noisy estimates is on average above the largest true value: it "
    "picks the action whose error is the most in its favour. With Double DQN the online network "
    "picks the action, and the target network, whose errors are others, says what it is worth (van "
    "Hasselt et al. 2016).",
    drawing=Drawing("dqn", -0.5, 0.75),
)

LEARNING_RATE = Experiment(
    id="learning-rate",
    title="The two cliffs of the learning rate",
    question="Three learning rates, each a hundred times the one before: 0.00001, 0.001, 0.1. "
    "Which learns CartPole best within 8,000 steps?",
    answers=(
        Answer("The smallest: small steps are safe."),
        Answer("The middle one: on both sides it gets much worse.", True),
        Answer("The largest: there is little time."),
    ),
    config=PLAIN,
    arms=(
        Arm("small", "α = 0.00001", {"learning_rate": 1e-5, "learning_rate_end": 1e-5}),
        Arm("middle", "α = 0.001"),
        Arm("large", "α = 0.1", {"learning_rate": 0.1, "learning_rate_end": 0.1}),
    ),
    measure=Measure("greedy return", metric="area"),
    effects=(Effect(more="middle", less="small"), Effect(more="middle", less="large")),
    why="Adam moves every weight by about α in each update. With 0.00001 the 7,500 updates move "
    "hardly any weight by more than 0.1: the network is still nearly the first one. With 0.1 a "
    "single update moves all weights by as much as they are large: what was learnt is overwritten "
    "before the target has followed.",
)

EXPERIMENTS = (NO_TARGET, BROADCASTING, TRUNCATION, DOUBLE, LEARNING_RATE)
