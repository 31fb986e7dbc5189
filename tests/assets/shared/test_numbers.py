"""What the browser writes is what Python would."""

import random
from collections.abc import Callable
from typing import Any

from dqn_core.base.numbers import number, percent

WRITTEN = """
    const { number, percent } = await import("./shared/numbers.js");
    return [...given.values.map(number), ...given.shares.map(percent)];
"""


def test_the_browser_writes_numbers_as_python_does(in_node: Callable[[str, Any], Any]) -> None:
    chance = random.Random(0)
    values = [0.0, 1.0, 0.99951, 0.0009999, 0.995, 0.9949, 1e-4, 475.0, 9e14, 1e15, -3.21e17, 1e20]
    values += [chance.choice([-1, 1]) * 10 ** chance.uniform(-9, 9) for _ in range(1_000)]
    shares = [abs(value) % 1 for value in values] + [1.0]
    written = in_node(WRITTEN, {"values": values, "shares": shares})
    assert written == [number(value) for value in values] + [percent(share) for share in shares]
