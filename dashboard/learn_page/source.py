"""Algorithm 1 in the project's own source, and which symbols each of its lines makes."""

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dashboard.learn_page.excerpt import Excerpt
from dashboard.web.language import _
from dqn_core.config import DQNConfig
from dqn_core.distributional import Categorical, Quantile
from dqn_core.exploration import EpsilonGreedy
from dqn_core.heads import Scalar
from dqn_core.learner import Learner, bellman_target
from dqn_core.munchausen import munchausen_target, munchausen_terms
from dqn_core.replay import ReplayBuffer
from dqn_core.samplers import SAMPLERS, Sequential, Uniform
from dqn_core.trainer import Trainer

HEADS: dict[str, type] = {"scalar": Scalar, "categorical": Categorical, "quantile": Quantile}


@dataclass(frozen=True)
class Function:
    """One of the project, what it is for, and which symbols its lines make.

    ``landmarks`` are pieces of these lines, by the symbol.
    """

    title: str
    function: Callable[..., Any]
    landmarks: tuple[tuple[str, str], ...]


def passages(config: DQNConfig) -> list[Function]:
    """Algorithm 1 in the order of the loop, as a run of this configuration goes through it."""
    head, sampler = HEADS[config.head], SAMPLERS[config.sampling]
    drawn = "order =" if sampler is Uniform else "starts =" if sampler is Sequential else "slots ="
    weights = () if sampler in (Uniform, Sequential) else (("w", "np.float_power"),)
    is_scalar = head is Scalar
    error = "q_taken - targets" if is_scalar else "td_errors ="
    slope = "slopes =" if is_scalar else "return _into("
    target = [
        Function("Target", munchausen_target, (("munchausen", "share * certainty"),)),
        Function(
            "Its terms",
            munchausen_terms,
            (("munchausen", "certainty = here.gather"), ("next_q", "outputs = target.forward")),
        ),
    ]
    if not config.munchausen:
        target = [
            Function(
                "Target",
                bellman_target,
                (
                    ("next_q", "following = target.forward"),
                    ("argmax", "best = q_values.argmax"),
                    ("argmax", "chosen = head.of(following, best)"),
                    ("max", "chosen = head.of_greedy(following, allowed)"),
                ),
            )
        ]
    return [
        Function(
            "Choose an action",
            EpsilonGreedy.choose,
            (
                ("u", "uniforms = self._stream.take"),
                ("epsilon", "exploring = explores"),
                ("a", "greedy = q_values.argmax"),
            ),
        ),
        Function(
            "Act, and store the transition",
            Trainer._interact,
            (
                ("s", "transitions = self.interaction.step"),
                ("s2", "transitions = self.interaction.step"),
                ("replay", "self.replay.push"),
            ),
        ),
        Function("Draw a batch", sampler.draw, (("batch", drawn), *weights)),
        Function(
            "Read it",
            ReplayBuffer.batch,
            (("r", "self._tensor(rewards)"), ("d", "(discounts * (1 - last[..., -2])")),
        ),
        *target,
        Function(
            "Add what follows",
            head.targets,  # type: ignore[attr-defined]
            (("y", "rewards"), ("gamma", "discounts"))
            if is_scalar
            else (("y", "return"), ("gamma", "discounts"), ("distribution", "return")),
        ),
        Function(
            "Error, and its slope",
            head.gradient,  # type: ignore[attr-defined]
            (("delta", error), ("q", error), ("loss", slope), ("share", slope)),
        ),
        Function(
            "The whole update",
            Learner.update,
            (("gradient", "online.backward"), ("w", "batch.weights.unsqueeze")),
        ),
        Function(
            "Clip the gradient",
            Learner._clip,
            (("gradient", "norm = self.gradient_norm"), ("clip", "gradient.mul_")),
        ),
        Function(
            "Step of the weights",
            Learner._adam,
            (("theta", "torch._fused_adam_"), ("alpha", "lr=")),
        ),
        Function(
            "Target copy",
            Learner.update_target,
            (("theta2", "target.lerp_"), ("tau", "target.lerp_")),
        ),
    ]


def code(config: DQNConfig) -> list[dict[str, Any]]:
    """The lines of each passage without its docstring, and the symbols that each line makes."""
    return [_shown(passage) for passage in passages(config)]


def _shown(passage: Function) -> dict[str, Any]:
    source = Excerpt(passage.function)
    lines = source.text.splitlines()
    ends = _docstring(lines)
    kept = [(n, line) for n, line in enumerate(lines) if n not in ends]
    return {
        "title": _(passage.title),
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
