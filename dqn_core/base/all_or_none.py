"""Several things that have to be closed, of which one may fail to be made."""

from collections.abc import Iterable
from contextlib import ExitStack, closing
from typing import Protocol, TypeVar


class Closes(Protocol):
    """What holds something until it is closed."""

    def close(self) -> None: ...


T = TypeVar("T", bound=Closes)


def all_or_none(things: Iterable[T]) -> list[T]:
    """All of them; where one cannot be made, those before it are closed."""
    with ExitStack() as opened:
        made = [opened.enter_context(closing(thing)) for thing in things]
        opened.pop_all()
    return made
