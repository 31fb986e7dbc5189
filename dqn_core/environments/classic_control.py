"""Dynamics of Gymnasium's classic control, where a state is a few numbers and a step equations."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, ClassVar, Self

import numpy as np


class ClassicControl:
    """What these `Dynamics` have in common: states `(NUMBERS, P)`, and the constants of the step.

    ``CONSTANTS`` names the variables of an environment that its step reads.
    """

    CONSTANTS: ClassVar[tuple[str, ...]]
    NUMBERS: ClassVar[int] = 4

    xp: Any = np
    draws_of_step, draws_of_begin = 0, 4

    def __init__(self, count: int, constants: SimpleNamespace) -> None:
        self._state: Any = np.zeros((self.NUMBERS, count))
        self._c = constants

    @classmethod
    def of(cls, inners: Sequence[Any]) -> Self | None:
        """None where the environments differ in a constant, or their step has other equations."""
        constants, *others = (
            SimpleNamespace(**{name: getattr(inner, name) for name in cls.CONSTANTS})
            for inner in inners
        )
        are_alike = all(other == constants for other in others)
        return cls(len(inners), constants) if are_alike and cls.fits(constants) else None

    @staticmethod
    def fits(constants: SimpleNamespace) -> bool:
        """Whether environments with these constants step by the equations that are here."""
        return True

    def read(self, p: int, inner: Any) -> None:
        self._state[:, p] = inner.state

    def write(self, p: int, inner: Any) -> None:
        inner.state = self._state[:, p].copy()
