"""Lines of the project's own source, to be shown beside what they put right."""

import inspect
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from dqn_core.base.parsing import PARSER

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Excerpt:
    """Lines of a function or class, from the one that has ``first`` to the one that has ``last``.

    Without these marks it is all of it. Raises `ValueError` where a mark is not in the source.
    """

    of: Any
    first: str = ""
    last: str = ""

    @property
    def text(self) -> str:
        """The lines, without what all are indented by."""
        lines, _, end = self._found()
        return textwrap.dedent("".join(lines[self._begin(lines) : end])).rstrip()

    @property
    def place(self) -> str:
        """``dqn_core/learner.py:81``, where the first line stands."""
        lines, number, _ = self._found()
        file = Path(inspect.getsourcefile(self.of) or "").relative_to(ROOT)
        return f"{file.as_posix()}:{number + self._begin(lines)}"

    def _begin(self, lines: Sequence[str]) -> int:
        return _line_with(self.first, lines, 0)

    def _found(self) -> tuple[Sequence[str], int, int]:
        lines, number = _lines_of(self.of)
        last = _line_with(self.last, lines, self._begin(lines)) if self.last else len(lines) - 1
        return lines, number, last + 1


@cache
def _lines_of(source: Any) -> tuple[Sequence[str], int]:
    """All lines of a function or class, and the number of the first."""
    with PARSER:
        return inspect.getsourcelines(source)


def _line_with(mark: str, lines: Sequence[str], start: int) -> int:
    for at in range(start, len(lines)):
        if mark in lines[at]:
            return at
    raise ValueError(f"no line has {mark!r}")
