"""The equations of an update: every number in them is the learner's, and every piece is known."""

import math
import re
from typing import Any

import numpy as np
import pytest

from dashboard.learn_page.equations import Equation, equations, exact
from dashboard.web.symbols import SYMBOLS
from dqn_core.base.numbers import MINUS
from dqn_core.microscope.specimen import Specimen
from dqn_core.microscope.update import Update
from tests.core.small_runs import trained

KINDS: dict[str, dict[str, Any]] = {
    "plain": {"double_dqn": False},
    "double, n-step, prioritised": {"double_dqn": True, "n_step": 3, "sampling": "prioritised"},
    "squared error": {"loss": "mse", "gradient_clipping": "norm", "gradient_clip": 0.01},
    "categorical": {"head": "categorical"},
    "quantile": {"head": "quantile"},
    "munchausen": {"munchausen": True},
    "noisy": {"noisy": True},
}


def looked_at(**values: Any) -> tuple[Update, Any]:
    specimen = Specimen(trained(60, **values).state_without_history())
    specimen.advance("update")
    assert specimen.update is not None
    return specimen.update, specimen.trainer.config


def text(line: Equation) -> str:
    return "".join(piece for piece, _ in line)


def numbers(lines: list[Equation], symbol: str) -> set[float]:
    """Those that stand for a symbol."""
    pieces = [piece.strip("()") for line in lines for piece, its in line if its == symbol]
    found = [piece.replace(MINUS, "-") for piece in pieces]
    return {float(piece) for piece in found if re.fullmatch(r"-?[\d.]+(e-?\d+)?", piece)}


@pytest.mark.parametrize("values", list(KINDS.values()), ids=list(KINDS))
def test_every_number_is_the_learners_to_the_last_digit_shown(values: dict[str, Any]) -> None:
    update, config = looked_at(**values)
    for i, action in enumerate(update.actions):
        lines = equations(update, i, config)
        shown = {
            "y": {update.targets[i]},
            "delta": {update.td_errors[i]},
            "loss": {update.losses[i]},
            "gradient": {update.gradient_norm},
            "q": {update.q[i, action]}
            | (set() if update.q_after is None else {update.q_after[i, action]}),
        }
        for symbol, learners in shown.items():
            assert numbers(lines, symbol) == {float(f"{value:.6g}") for value in learners}, symbol


@pytest.mark.parametrize("values", list(KINDS.values()), ids=list(KINDS))
def test_every_piece_that_can_be_pointed_at_has_a_meaning(values: dict[str, Any]) -> None:
    update, config = looked_at(**values)
    lines = equations(update, 0, config)
    assert {symbol for line in lines for _, symbol in line if symbol} <= SYMBOLS.keys()


def test_where_the_episode_terminated_nothing_follows() -> None:
    update, config = looked_at(batch_size=60, double_dqn=False)
    (i, *_) = update.returns.terminated.nonzero()[0]
    lines = [text(line) for line in equations(update, int(i), config)]
    assert lines[0] == "y = r = 1  (terminated: nothing follows)"
    (i, *_) = (~update.returns.terminated).nonzero()[0]
    lines = [text(line) for line in equations(update, int(i), config)]
    assert lines[0] == "y = r + γ · max Q⁻(s′, ·)"
    assert lines[1].startswith("y = 1 + 0.99 · ")


def test_double_dqn_and_n_steps_change_the_equation() -> None:
    update, config = looked_at(double_dqn=True, n_step=3)
    (i, *_) = ((update.returns.n_steps == 3) & ~update.returns.terminated).nonzero()[0]
    lines = [text(line) for line in equations(update, int(i), config)]
    assert lines[0] == "r = 1 + 0.99 · 1 + 0.99² · 1 = 2.9701"
    assert lines[1] == "y = r + γ³ · Q⁻(s′, argmax Q(s′, ·))"
    assert "0.970299" in lines[2]


@pytest.mark.parametrize("head", ["scalar", "quantile"])
def test_the_numbers_of_a_munchausen_target_add_up_to_it(head: str) -> None:
    update, config = looked_at(munchausen=True, head=head, batch_size=60)
    for i in range(60):
        terms, y = text(equations(update, i, config)[1]).replace(MINUS, "-").split(" = ")[1:]
        products = [map(float, re.findall(r"-?[\d.e-]+", term)) for term in terms.split(" + ")]
        assert sum(map(math.prod, products)) == pytest.approx(float(y), abs=1e-5)


def test_what_the_ends_of_a_distribution_change_in_the_target_is_told() -> None:
    update, config = looked_at(head="categorical", value_low=0.0, value_high=2.0, batch_size=60)
    (i, *_) = (~update.returns.terminated).nonzero()[0]
    lines = [text(line).replace(MINUS, "-") for line in equations(update, int(i), config)]
    told = r"y = ([\d.]+)  \(returns end at 0 and 2: .* changed y by (-[\d.]+)\)"
    ended = re.fullmatch(told, lines[2])
    assert ended
    y, change = map(float, ended.groups())
    following = update.next_q[i, update.best[i]]
    total = update.rewards[i] + update.discounts[i] * following
    assert lines[1] == f"{exact(update.rewards[i])} + 0.99 · {exact(following)} = {exact(total)}"
    assert y == pytest.approx(total + change, abs=1e-5)
    assert y == pytest.approx(update.targets[i], abs=1e-5)


def test_a_terminal_reward_beyond_the_ends_of_a_distribution_is_told_too() -> None:
    update, config = looked_at(head="categorical", value_low=0.0, value_high=0.5, batch_size=60)
    (i, *_) = update.returns.terminated.nonzero()[0]
    lines = [text(line).replace(MINUS, "-") for line in equations(update, int(i), config)]
    assert lines[0] == "r = 1  (terminated: nothing follows)"
    assert lines[1].startswith("y = 0.5  (returns end at 0 and 0.5: ")
    assert lines[1].endswith("changed y by -0.5)")


def test_a_long_sum_of_rewards_is_cut_short() -> None:
    update, config = looked_at(n_step=10)
    (i, *_) = (update.returns.n_steps == 10).nonzero()[0]
    assert "0.99² · 1 + … = 9.56" in text(equations(update, int(i), config)[0])


def test_numbers_are_written_with_six_digits() -> None:
    assert exact(float(np.float32(43.770812))) == "43.7708"
    assert exact(-1.2e-7) == "−1.2e−7"
    assert exact(float("nan")) == "–"
