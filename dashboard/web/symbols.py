"""The symbols of deep Q-learning: the sign of each, and a sentence that says what it means."""

from collections.abc import Mapping
from typing import NamedTuple

from dashboard.web.language import _


class Symbol(NamedTuple):
    """A symbol that is explained, in English; ``sign`` may be a word."""

    sign: str
    meaning: str


SYMBOLS: Mapping[str, Symbol] = {
    "s": Symbol("s", "s, the state: what the agent sees before it acts."),
    "u": Symbol("u", "u, a random number from 0 to 1. Below ε the action is random."),
    "epsilon": Symbol("ε", "ε, exploration: the share of actions that are chosen at random."),
    "a": Symbol("a", "a, the action that was taken."),
    "r": Symbol("r", "r, the reward. With n-step returns it is the discounted sum of n rewards."),
    "s2": Symbol("s′", "s′, the state that followed; with n-step returns, the one n steps later."),
    "d": Symbol(
        "terminated",
        "Terminated: the task is over, so no value follows. A time limit only truncates: the "
        "state goes on in principle, and its value counts.",
    ),
    "replay": Symbol("D", "D, the replay memory: the newest transitions (s, a, r, s′)."),
    "batch": Symbol(
        "batch", "The batch: transitions that were drawn from the memory for this update."
    ),
    "q": Symbol("Q", "Q(s, a): the return that is expected after action a in state s."),
    "next_q": Symbol("Q⁻", "Q⁻(s′, ·): what the target network, an older copy, expects in s′."),
    "max": Symbol("max", "max: the value of the best action in s′, as the target network sees it."),
    "argmax": Symbol(
        "argmax",
        "argmax: with Double DQN the online network chooses the action, and the target network "
        "says what it is worth.",
    ),
    "gamma": Symbol("γ", "γ, the discount: what the next step's return is worth now."),
    "y": Symbol("y", "y, the target: what Q(s, a) should have been."),
    "delta": Symbol("δ", "δ, the TD error: Q(s, a) minus its target."),
    "loss": Symbol("L", "L, the loss: what the error costs."),
    "share": Symbol("share", "The part of the batch's whole loss that comes from this transition."),
    "w": Symbol("w", "w, the weight of prioritised replay: what is drawn too often counts less."),
    "distribution": Symbol(
        "Z", "Z(s, a): not one number but the distribution of the return. Q is its mean."
    ),
    "munchausen": Symbol(
        "log π",
        "Munchausen: the logarithm of the policy is part of the reward, and the mean over the "
        "policy takes the place of the maximum.",
    ),
    "gradient": Symbol(
        "∇L",
        "∇L, the gradient: how each weight changes the mean loss of the batch; ‖∇L‖ is its length.",
    ),
    "clip": Symbol("clip", "Clipping: a gradient that is too long is made shorter."),
    "alpha": Symbol("α", "α, the learning rate: how large a step an update makes."),
    "theta": Symbol("θ", "θ, the weights of the online network: an update changes them."),
    "theta2": Symbol("θ⁻", "θ⁻, the weights of the target network: only a target copy moves them."),
    "tau": Symbol(
        "τ", "τ: the share of the way to θ that a target copy goes. With 1 it is a whole copy."
    ),
    "beta": Symbol("β", "β: how much prioritised replay makes up for what it draws too often."),
    "omega": Symbol("ω", "ω: how much prioritised replay goes by the TD error."),
    "sigma": Symbol("σ", "σ, the size of the noise on the weights."),
}
"""By id, in the order of Algorithm 1."""

EVERYWHERE = (
    "gamma",
    "epsilon",
    "alpha",
    "tau",
    "delta",
    "theta",
    "theta2",
    "beta",
    "omega",
    "sigma",
    "q",
)
"""Those that mean the same on every page, and are no word."""


def glossary() -> dict[str, str]:
    """What is explained wherever it stands on a page: sentences by the sign."""
    words = {SYMBOLS[name].sign: _(SYMBOLS[name].meaning) for name in EVERYWHERE}
    return {**words, _("Q-values"): words["Q"]}


def symbols() -> list[tuple[str, str, str]]:
    """The id, the sign and the sentence of each symbol."""
    return [(name, _(sign), _(meaning)) for name, (sign, meaning) in SYMBOLS.items()]
