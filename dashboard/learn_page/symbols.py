"""The symbols of Algorithm 1: what each means, and the line of the source where it is made."""

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dashboard.learn_page.excerpt import Excerpt
from dqn_core.config import DQNConfig
from dqn_core.distributional import Categorical, Quantile
from dqn_core.exploration import EpsilonGreedy
from dqn_core.heads import Scalar
from dqn_core.learner import Learner, bellman_target
from dqn_core.munchausen import munchausen_target
from dqn_core.replay import ReplayBuffer
from dqn_core.samplers import SAMPLERS, Sequential, Uniform
from dqn_core.trainer import Trainer

HEADS: dict[str, type] = {"scalar": Scalar, "categorical": Categorical, "quantile": Quantile}

MEANINGS = {
    "s": "s, the state: what the agent sees before it acts.",
    "a": "a, the action that was taken.",
    "r": "r, the reward. With n-step returns it is the discounted sum of n rewards.",
    "s2": "s′, the state that followed; with n-step returns, the one n steps later.",
    "d": "Terminated: the task is over, so no value follows. A time limit only truncates: the "
    "state goes on in principle, and its value counts.",
    "epsilon": "ε, the share of actions that are chosen at random.",
    "u": "u, a random number from 0 to 1. Below ε the action is random.",
    "replay": "D, the replay memory: the newest transitions (s, a, r, s′).",
    "batch": "The batch: transitions that were drawn from the memory for this update.",
    "q": "Q(s, a): the return that the online network expects of action a.",
    "next_q": "Q⁻(s′, ·): what the target network, an older copy, expects in s′.",
    "max": "max: the value of the best action in s′, as the target network sees it.",
    "argmax": "argmax: with Double DQN the online network chooses the action, and the target "
    "network says what it is worth.",
    "gamma": "γ, the discount: what the next step's return is worth now.",
    "y": "y, the target: what Q(s, a) should have been.",
    "delta": "δ, the TD error: Q(s, a) minus its target.",
    "loss": "L, the loss: what the error costs.",
    "share": "The part of the batch's whole loss that comes from this transition.",
    "w": "w, the weight of prioritised replay: what is drawn too often counts less.",
    "gradient": "∇L, the gradient: how each weight changes the mean loss of the batch; ‖∇L‖ is its "
    "length.",
    "clip": "Clipping: a gradient that is too long is made shorter.",
    "alpha": "α, the learning rate: how large Adam's step is.",
    "theta": "θ, the weights of the online network: the update changes them.",
    "theta2": "θ⁻, the weights of the target network: only a target copy moves them.",
    "tau": "τ: the share of the way to θ that a target copy goes. With 1 it is a whole copy.",
    "distribution": "Z(s, a): not one number but the distribution of the return. Q is its mean.",
    "munchausen": "Munchausen: the logarithm of the policy is part of the reward, and the mean "
    "over the policy takes the place of the maximum.",
}
"""A sentence for each symbol, by its id."""


@dataclass(frozen=True)
class Passage:
    """A function of the project, and which symbols its lines make.

    ``landmarks`` are pieces of these lines, by the symbol.
    """

    title: str
    function: Callable[..., Any]
    landmarks: tuple[tuple[str, str], ...]


def passages(config: DQNConfig) -> list[Passage]:
    """Algorithm 1 in the order of the loop, as a run of this configuration goes through it."""
    head, sampler = HEADS[config.head], SAMPLERS[config.sampling]
    drawn = "order =" if sampler is Uniform else "starts =" if sampler is Sequential else "slots ="
    weights = () if sampler in (Uniform, Sequential) else (("w", "np.float_power"),)
    is_scalar = head is Scalar
    error = "q_taken - targets" if is_scalar else "td_errors ="
    slope = "slopes =" if is_scalar else "return _into("
    target = Passage(
        "Target",
        munchausen_target,
        (("munchausen", "rewards = batch.rewards"), ("next_q", "outputs = target.forward")),
    )
    if not config.munchausen:
        target = Passage(
            "Target",
            bellman_target,
            (
                ("next_q", "following = target.forward"),
                ("argmax", "best = q_values.argmax"),
                ("argmax", "chosen = head.of(following, best)"),
                ("max", "chosen = head.of_greedy(following, allowed)"),
            ),
        )
    return [
        Passage(
            "Choose an action",
            EpsilonGreedy.choose,
            (
                ("u", "uniforms = self._stream.take"),
                ("epsilon", "exploring = explores"),
                ("a", "greedy = q_values.argmax"),
            ),
        ),
        Passage(
            "Act, and store the transition",
            Trainer._interact,
            (
                ("s", "transitions = self.interaction.step"),
                ("s2", "transitions = self.interaction.step"),
                ("replay", "self.replay.push"),
            ),
        ),
        Passage("Draw a batch", sampler.draw, (("batch", drawn), *weights)),
        Passage(
            "Read it",
            ReplayBuffer.batch,
            (("r", "self._tensor(rewards)"), ("d", "(discounts * (1 - last[..., -2])")),
        ),
        target,
        Passage(
            "Add what follows",
            head.targets,  # type: ignore[attr-defined]
            (("y", "rewards"), ("gamma", "discounts"))
            if is_scalar
            else (("y", "return"), ("gamma", "discounts"), ("distribution", "return")),
        ),
        Passage(
            "Error, and its slope",
            head.gradient,  # type: ignore[attr-defined]
            (("delta", error), ("q", error), ("loss", slope), ("share", slope)),
        ),
        Passage(
            "The whole update",
            Learner.update,
            (("gradient", "online.backward"), ("w", "batch.weights.unsqueeze")),
        ),
        Passage(
            "Clip the gradient",
            Learner._clip,
            (("gradient", "norm = self.gradient_norm"), ("clip", "gradient.mul_")),
        ),
        Passage(
            "Step of the weights",
            Learner._adam,
            (("theta", "torch._fused_adam_"), ("alpha", "lr=")),
        ),
        Passage(
            "Target copy",
            Learner.update_target,
            (("theta2", "target.lerp_"), ("tau", "target.lerp_")),
        ),
    ]


def code(config: DQNConfig) -> list[dict[str, Any]]:
    """The lines of each passage without its docstring, and the symbols that each line makes."""
    return [_shown(passage) for passage in passages(config)]


def _shown(passage: Passage) -> dict[str, Any]:
    source = Excerpt(passage.function)
    lines = source.text.splitlines()
    ends = _docstring(lines)
    kept = [(n, line) for n, line in enumerate(lines) if n not in ends]
    return {
        "title": passage.title,
        "place": source.place,
        "lines": [
            [line, [symbol for symbol, mark in passage.landmarks if n and mark in line]]
            for n, line in kept
        ],
    }


def _docstring(lines: list[str]) -> range:
    """Which lines are the function's docstring."""
    (function,) = ast.parse("\n".join(lines)).body
    assert isinstance(function, ast.FunctionDef)
    first = function.body[0]
    is_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return range(first.lineno - 1, first.end_lineno or 0) if is_text else range(0)
