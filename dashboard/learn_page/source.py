"""Algorithm 1 in the project's own source, and which symbols each of its lines makes."""

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias, TypedDict

from dashboard.learn_page.excerpt import Excerpt
from dashboard.web.language import _
from dqn_core.base.parsing import PARSER
from dqn_core.configuration.config import DQNConfig
from dqn_core.distributional import Categorical, Quantile
from dqn_core.exploration import EpsilonGreedy
from dqn_core.heads import Head, Scalar
from dqn_core.learner import Learner, bellman_target
from dqn_core.munchausen import munchausen_target, munchausen_terms
from dqn_core.replay import ReplayBuffer
from dqn_core.samplers import SAMPLERS, Sampler, Sequential, Uniform
from dqn_core.trainer import Trainer

Landmarks: TypeAlias = tuple[tuple[str, str], ...]
HEADS: dict[str, type[Head]] = {"scalar": Scalar, "categorical": Categorical, "quantile": Quantile}


class FunctionShown(TypedDict):
    """A function of the project's own source, each line with the symbols that it makes."""

    title: str
    place: str
    lines: list[tuple[str, list[str]]]


@dataclass(frozen=True)
class Function:
    """A function of the project under a title; ``landmarks`` are pieces of its lines, each with the
    symbol that such a line makes."""

    title: str
    function: Callable[..., Any]
    landmarks: Landmarks


CHOOSE = Function(
    "Choose an action",
    EpsilonGreedy.choose,
    (
        ("u", "uniforms = self._stream.take"),
        ("epsilon", "exploring = uniforms"),
        ("a", "greedy = q_values.argmax"),
    ),
)
ACT = Function(
    "Act, and store the transition",
    Trainer._interact,
    (
        ("s", "transitions = self.interaction.step"),
        ("s2", "transitions = self.interaction.step"),
        ("replay", "self.replay.push"),
    ),
)
READ = Function(
    "Read it",
    ReplayBuffer.batch,
    (("r", "self._tensor(rewards)"), ("d", "(discounts * (1 - last[..., -2])")),
)
BELLMAN = (
    Function(
        "Target",
        bellman_target,
        (
            ("next_q", "following = target.forward"),
            ("argmax", "best = q_values.argmax"),
            ("argmax", "chosen = head.of(following, best)"),
            ("max", "chosen = head.of_greedy(following, allowed)"),
        ),
    ),
)
MUNCHAUSEN = (
    Function("Target", munchausen_target, (("munchausen", "share * certainty"),)),
    Function(
        "Its terms",
        munchausen_terms,
        (("munchausen", "certainty = here.gather"), ("next_q", "outputs = target.forward")),
    ),
)
UPDATE = (
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
        "Step of the weights", Learner._adam, (("theta", "torch._fused_adam_"), ("alpha", "lr="))
    ),
    Function(
        "Target copy",
        Learner.update_target,
        (("theta2", "target.lerp_"), ("tau", "target.lerp_")),
    ),
)


def functions(config: DQNConfig) -> list[Function]:
    """Algorithm 1 in the order of the loop, as a run of this configuration goes through it."""
    target = MUNCHAUSEN if config.munchausen else BELLMAN
    loss = _loss(HEADS[config.head])
    return [CHOOSE, ACT, _drawing(SAMPLERS[config.sampling]), READ, *target, *loss, *UPDATE]


def _drawing(sampler: type[Sampler]) -> Function:
    """The draw of a batch; where all transitions are as likely, they have no weights."""
    drawn = {Uniform: "order =", Sequential: "starts ="}.get(sampler)
    if drawn:
        return Function("Draw a batch", sampler.draw, (("batch", drawn),))
    return Function("Draw a batch", sampler.draw, (("batch", "slots ="), ("w", "np.float_power")))


def _loss(head: type[Head]) -> list[Function]:
    """What a head makes of the next states, and of the error."""
    if head is Scalar:
        following: Landmarks = (("y", "rewards"), ("gamma", "discounts"))
        error, slope = "q_taken - targets", "slopes ="
    else:
        following = (("y", "return"), ("gamma", "discounts"), ("distribution", "return"))
        error, slope = "td_errors =", "return _into("
    return [
        Function("Add what follows", head.targets, following),
        Function(
            "Error, and its slope",
            head.gradient,
            (("delta", error), ("q", error), ("loss", slope), ("share", slope)),
        ),
    ]


def code(config: DQNConfig) -> list[FunctionShown]:
    """The lines of each function without its docstring, and the symbols that each line makes."""
    return [_shown(function) for function in functions(config)]


def _shown(function: Function) -> FunctionShown:
    source = Excerpt(function.function)
    lines = source.text.splitlines()
    ends = _docstring(lines)
    kept = [(n, line) for n, line in enumerate(lines) if n not in ends]
    return {
        "title": _(function.title),
        "place": source.place,
        "lines": [
            (line, [symbol for symbol, mark in function.landmarks if n and mark in line])
            for n, line in kept
        ],
    }


def _docstring(lines: list[str]) -> range:
    """Which lines are the function's docstring."""
    with PARSER:
        (function,) = ast.parse("\n".join(lines)).body
    assert isinstance(function, ast.FunctionDef)
    first = function.body[0]
    is_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return range(first.lineno - 1, first.end_lineno or 0) if is_text else range(0)
