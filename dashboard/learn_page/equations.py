"""An update's equations with its numbers in them, as pieces of which each may be a symbol."""

from typing import TypeAlias

from dashboard.web.language import _
from dqn_core.base.numbers import MINUS, UNKNOWN, percent
from dqn_core.configuration.config import DQNConfig
from dqn_core.microscope.update import Update

Piece: TypeAlias = tuple[str, str]
"""A text and the id of the symbol that it is, or whose number; "" for what is neither."""

Equation: TypeAlias = list[Piece]

SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
MOST_REWARDS = 3
"""Terms of a sum of rewards that are written out."""

ROUNDING = 1e-6
"""How exact float32 has an expectation, as a share of the width of its distribution."""


def exact(value: float) -> str:
    """A float32 to its sixth digit, so that a sum on paper comes out: ``43.7708``, ``1.2e−7``."""
    if value != value or value in (float("inf"), float("-inf")):
        return UNKNOWN
    digits, *power = f"{value:.6g}".split("e")
    return (digits + "".join(f"e{int(p)}" for p in power)).replace("-", MINUS)


def _operand(value: float) -> str:
    """What follows an operator: a negative number in brackets."""
    return f"({exact(value)})" if value < 0 else exact(value)


def equations(update: Update, i: int, config: DQNConfig) -> list[Equation]:
    """What became of transition ``i`` of the batch, from its rewards to its Q after the update."""
    return [
        *_rewards(update, i, config),
        *_target(update, i, config),
        _error(update, i),
        _loss(update, i, config),
        *_after(update, i),
    ]


def _rewards(update: Update, i: int, config: DQNConfig) -> list[Equation]:
    """The sum of an n-step return; nothing of a single reward."""
    n = int(update.returns.n_steps[i])
    if n == 1:
        return []
    terms: Equation = []
    for k, reward in enumerate(update.returns.rewards[i, :n].tolist()):
        if k == MOST_REWARDS and n > MOST_REWARDS + 1:
            terms += [(" + …", "")]
            break
        terms += [(" + ", "")] if k else []
        terms += [(_power(config.gamma, k), "gamma"), (" · ", "")] if k else []
        terms += [(_operand(reward) if k else exact(reward), "r")]
    return [[("r", "r"), (" = ", ""), *terms, (" = ", ""), (exact(update.rewards[i]), "r")]]


def _power(gamma: float, k: int) -> str:
    return exact(gamma) + (str(k).translate(SUPERSCRIPTS) if k > 1 else "")


def _target(update: Update, i: int, config: DQNConfig) -> list[Equation]:
    y: Equation = [("y", "y"), (" = ", "")]
    value = (exact(update.targets[i]), "y")
    if config.munchausen:
        return [[*y, *_munchausen(update, i)], [*y, *_its_numbers(update, i, config), value]]
    clipped = _clipped(update, i) if config.head == "categorical" else []
    if update.returns.terminated[i]:
        r, ended = ("r", "r"), (_in_brackets(_("terminated: nothing follows")), "d")
        if clipped:
            return [[r, (" = ", ""), (exact(update.rewards[i]), "r"), ended], [*y, value, *clipped]]
        return [[*y, r, (" = ", ""), value, ended]]
    formula, numbers = [*y, *_formula(update, i, config)], _numbers(update, i)
    if clipped:
        return [formula, [*numbers, (exact(_unclipped(update, i)), "")], [*y, value, *clipped]]
    return [formula, [*y, *numbers, value]]


def _in_brackets(words: str) -> str:
    return f"  ({words})"


def _gamma(update: Update, i: int) -> Piece:
    n = int(update.returns.n_steps[i])
    return ("γ" + (str(n).translate(SUPERSCRIPTS) if n > 1 else ""), "gamma")


def _munchausen(update: Update, i: int) -> Equation:
    return [
        ("r", "r"),
        (" + α", "munchausen"),
        (" [τ log π(a|s)] + ", "munchausen"),
        _gamma(update, i),
        (" · Σ π (", "munchausen"),
        ("Q⁻(s′, ·)", "next_q"),
        (" − τ log π)", "munchausen"),
    ]


def _its_numbers(update: Update, i: int, config: DQNConfig) -> Equation:
    assert update.certainty is not None
    assert update.soft_value is not None
    return [
        (exact(update.rewards[i]), "r"),
        (" + ", ""),
        (exact(config.munchausen_share), "munchausen"),
        (" · ", ""),
        (_operand(update.certainty[i]), "munchausen"),
        (" + ", ""),
        (exact(update.discounts[i]), "gamma"),
        (" · ", ""),
        (_operand(update.soft_value[i]), "next_q"),
        (" = ", ""),
    ]


def _formula(update: Update, i: int, config: DQNConfig) -> Equation:
    following: Equation = [("max", "max"), (" ", ""), ("Q⁻(s′, ·)", "next_q")]
    if update.choosing_q is not None:
        following = [("Q⁻(s′, ", "next_q"), ("argmax Q(s′, ·)", "argmax"), (")", "next_q")]
    if config.head != "scalar":
        words = _("the expectation of a whole distribution")
        following.append((_in_brackets(words), "distribution"))
    return [("r", "r"), (" + ", ""), _gamma(update, i), (" · ", ""), *following]


def _numbers(update: Update, i: int) -> Equation:
    return [
        (exact(update.rewards[i]), "r"),
        (" + ", ""),
        (exact(update.discounts[i]), "gamma"),
        (" · ", ""),
        (_operand(update.next_q[i, update.best[i]]), "next_q"),
        (" = ", ""),
    ]


def _unclipped(update: Update, i: int) -> float:
    """What the target would be if a categorical distribution had no ends."""
    following = float(update.next_q[i, update.best[i]])
    return float(update.rewards[i]) + float(update.discounts[i]) * following


def _clipped(update: Update, i: int) -> Equation:
    """What the ends of a categorical distribution changed in the target; nothing if they did not.

    The projection keeps the expectation of all that lies between them.
    """
    assert update.aimed_at is not None
    low, high = map(float, update.aimed_at[0][i, [0, -1]])
    change = float(update.targets[i]) - _unclipped(update, i)
    if abs(change) < ROUNDING * (high - low):
        return []
    words = _(
        "returns end at {low} and {high}: what went beyond was moved to the ends, which changed y "
        "by {change}",
        low=exact(low),
        high=exact(high),
        change=exact(change),
    )
    return [(_in_brackets(words), "distribution")]


def _error(update: Update, i: int) -> Equation:
    return [
        ("δ", "delta"),
        (" = ", ""),
        ("Q(s, a)", "q"),
        (" − ", ""),
        ("y", "y"),
        (" = ", ""),
        (exact(update.q[i, update.actions[i]]), "q"),
        (" − ", ""),
        (_operand(update.targets[i]), "y"),
        (" = ", ""),
        (exact(update.td_errors[i]), "delta"),
    ]


def _loss(update: Update, i: int, config: DQNConfig) -> Equation:
    name = (
        "D(y ‖ Z)" if config.head == "categorical" else "ρ(δ)" if config.head == "quantile" else ""
    )
    error = abs(float(update.td_errors[i]))
    huber = "½ δ²" if error <= 1 else "|δ| − ½"
    formula = name or ("δ²" if config.loss == "mse" else huber)
    share = percent(float(update.shares[i]))
    weight: Equation = []
    if update.weights is not None:
        weight = [("   w = ", "w"), (exact(update.weights[i]), "w")]
    return [
        ("L", "loss"),
        (" = ", ""),
        (formula, "loss"),
        (" = ", ""),
        (exact(update.losses[i]), "loss"),
        *weight,
        ("   ", ""),
        (_("share of the batch's loss: {share}", share=share), "share"),
    ]


def _after(update: Update, i: int) -> list[Equation]:
    is_clipped = update.clipped_norm < 0.999 * update.gradient_norm
    clipped: Equation = (
        [(" → ", "clip"), (exact(update.clipped_norm), "clip")] if is_clipped else []
    )
    gradient: Equation = [
        ("‖∇L‖", "gradient"),
        (" = ", ""),
        (exact(update.gradient_norm), "gradient"),
        *clipped,
        ("   ", ""),
        ("α", "alpha"),
        (" = ", ""),
        (exact(update.learning_rate), "alpha"),
    ]
    if update.q_after is None:
        return [gradient]
    action = update.actions[i]
    return [
        gradient,
        [
            ("Q(s, a)", "q"),
            (f" {_('before:')} ", ""),
            (exact(update.q[i, action]), "q"),
            (f"   {_('after:')} ", ""),
            (exact(update.q_after[i, action]), "q"),
            (f"   {_('aim:')} ", ""),
            (exact(update.targets[i]), "y"),
        ],
    ]
