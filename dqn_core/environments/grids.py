"""The squares of a small discrete environment, as a map is drawn of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

Move: TypeAlias = tuple[int, int]
"""Rows and columns that an action moves by."""

LEFT, DOWN, RIGHT, UP = (0, -1), (1, 0), (0, 1), (-1, 0)


@dataclass(frozen=True)
class GridWorld:
    """The squares of a small discrete environment.

    ``choices`` are the parts of the state besides the square, each with the names of its values;
    the state of a square is ``square · stride + Σ value · stride of the choice``.
    """

    letters: tuple[tuple[str, ...], ...]  # rows of columns, "" for an ordinary square
    ended: np.ndarray  # (rows, columns) bool: no action is ever taken there
    walls: np.ndarray  # (rows, columns) bool: a wall on the right side of the square
    stride: int = 1
    choices: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def shape(self) -> tuple[int, int]:
        return self.ended.shape

    def states(self, chosen: Mapping[str, int] | None = None) -> np.ndarray:
        """Index of the state of every square, `(rows, columns)` int64; ``chosen`` is 0 if absent.

        The first of ``choices`` counts in the largest steps, as in a number.
        """
        chosen = chosen or {}
        offset = 0
        for name, values in self.choices:
            offset = offset * len(values) + chosen.get(name, 0)
        return np.arange(self.ended.size).reshape(self.shape) * self.stride + offset

    def square(self, state: np.ndarray) -> np.ndarray:
        """The squares, numbered row by row, that the states ``state`` are on."""
        return state // self.stride


def open_grid(letters: np.ndarray, ended: str) -> GridWorld:
    """Squares without walls between them; those of the letters ``ended`` end an episode."""
    return GridWorld(
        letters=tuple(map(tuple, letters.tolist())),
        ended=np.isin(letters, list(ended)),
        walls=np.zeros(letters.shape, dtype=bool),
    )


def self_described(inner: Any, n_states: int) -> GridWorld | None:
    """The grid of an environment that describes it as FrozenLake or CliffWalking does."""
    drawn: Any = getattr(inner, "desc", None)
    if np.ndim(drawn) == 2 and np.size(drawn) == n_states:
        letters = np.asarray(drawn).astype(str)
        return open_grid(np.where(letters == "F", "", letters), ended="HG")
    cliff: Any = getattr(inner, "_cliff", None)
    if np.ndim(cliff) == 2 and np.size(cliff) == n_states:
        letters = np.where(cliff, "C", "")
        letters[-1, 0], letters[-1, -1] = "S", "G"
        return open_grid(letters, ended="CG")
    return None
