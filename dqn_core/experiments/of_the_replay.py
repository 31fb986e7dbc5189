"""Experiments on the replay: none, and a small one."""

from dqn_core.experiments.experiment import Answer, Arm, Drawing, Effect, Experiment, Measure
from dqn_core.experiments.plain import PLAIN

NO_REPLAY = Experiment(
    id="no-replay",
    title="No replay",
    question="Without a replay there is also nothing to make a batch of: one agent learns from a "
    "single transition in each update, out of the newest 16. Two agents keep the last 10,000. One "
    "of them draws 64 at random for a batch, the other takes 64 in a row. Who learns CartPole?",
    answers=(
        Answer("Only the agent that draws its batches at random."),
        Answer("All: CartPole is easy."),
        Answer("Both with a replay: that transitions come in a row does little harm here.", True),
    ),
    config=PLAIN,
    arms=(
        Arm("replay", "64 at random"),
        Arm("in-a-row", "64 in a row", {"sampling": "sequential"}),
        Arm(
            "none",
            "one, of the newest 16",
            {"sampling": "sequential", "batch_size": 1, "buffer_capacity": 16},
        ),
    ),
    measure=Measure("greedy return", metric="area"),
    effects=(Effect(more="replay", less="none"), Effect(more="in-a-row", less="none")),
    why="The replay does two things: it lets a transition be learnt many times, and it shuffles. "
    "Without one the network follows the few states of the last moments, and forgets the others. "
    "And it learns from one transition in each update where the others learn from 64. Which of the "
    "two costs how much shows in “A small replay forgets”: there the memory is small and the batch "
    "has 64, and the return falls by a third, not by nine tenths. 64 transitions in a row begin at "
    "a random place among 10,000, so the batches still come from all of the past. On CartPole "
    "their order alone costs little or nothing.",
)

FORGETTING = Experiment(
    id="forgetting",
    title="A small replay forgets",
    question="One agent keeps the last 10,000 transitions, the other only 64: less than one good "
    "episode. Both do an update after each step, with a batch of 64. How do they compare?",
    answers=(
        Answer("The small replay learns sooner and better: its data are fresh."),
        Answer("The small replay does worse: what it learnt in other states is lost.", True),
        Answer("Both are the same: 64 is a full batch."),
    ),
    config=PLAIN,
    arms=(
        Arm("large", "the last 10,000"),
        Arm("small", "the last 64", {"buffer_capacity": 64}),
    ),
    measure=Measure("greedy return", metric="area"),
    effects=(Effect(more="large", less="small"),),
    why="While the pole stands well, the last 64 transitions are all of a pole that stands well. "
    "The network adapts to them alone, and its values of falling poles drift. At the next "
    "disturbance it no longer knows what to do, the pole falls, and it learns that again: the "
    "curve rises and falls.",
    drawing=Drawing("small", 0.0, 500.0),
)

EXPERIMENTS = (NO_REPLAY, FORGETTING)
