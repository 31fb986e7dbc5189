"""Numbers as a person reads them: the same value is written alike wherever it is shown.

`assets/shared/numbers.js` has the same rules for what the browser writes.
"""

import math
from decimal import Decimal

from dqn_core.base.phrases import Phrase

UNKNOWN = "–"
MINUS = "−"
PERCENT = "\u202f%"
"""The sign after a narrow space at which no line breaks."""


def number(value: float) -> str:
    """A measured value: one decimal from 1 on, below that three digits: ``12,345.6``, ``0.0123``.

    Zeros at the end are left out. Below 0.000001 and from 10¹⁵ on there is a power of ten:
    ``1.23e−7``.
    """
    if not math.isfinite(value):
        return UNKNOWN
    size = abs(value)
    if 0.9995 <= size < 1e15:
        text = f"{value:,.1f}".removesuffix(".0")
    elif 1e-6 <= size < 1 or not value:
        text = f"{Decimal(f'{value + 0.0:.3g}'):f}"  # + 0.0: no minus before a zero
    else:
        digits, power = f"{value:.2e}".split("e")
        text = f"{digits.rstrip('0').rstrip('.')}e{int(power)}"
    return text.replace("-", MINUS)


def percent(share: float) -> str:
    """A share from 0 to 1: whole percents from 10 on, below that two digits: ``73 %``, ``0.67 %``.

    What is not all is never written as 100 %.
    """
    if not math.isfinite(share):
        return UNKNOWN
    if 0 < share < 1e-4:
        return Phrase("under {share}", share=f"0.01{PERCENT}")
    if 0.995 <= share < 1:
        return f"{math.floor(1_000 * share) / 10:g}{PERCENT}"
    text = f"{100 * share:.0f}" if share >= 0.0995 else f"{100 * share:.2g}"
    return f"{text}{PERCENT}"


def setting(value: float) -> str:
    """A value that somebody has set, to its last digit and without powers of ten: ``0.00001``."""
    return f"{Decimal(repr(value)):,f}".removesuffix(".0").replace("-", MINUS)
