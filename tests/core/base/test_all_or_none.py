from collections.abc import Iterator

import pytest

from dqn_core.base.all_or_none import all_or_none


class Opened:
    is_closed = False

    def close(self) -> None:
        self.is_closed = True


def test_where_one_cannot_be_made_those_before_it_are_closed() -> None:
    made = [Opened(), Opened()]

    def failing() -> Iterator[Opened]:
        yield from made
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        all_or_none(failing())
    assert all(one.is_closed for one in made)


def test_what_is_made_whole_stays_open() -> None:
    made = all_or_none(Opened() for _ in range(2))
    assert len(made) == 2
    assert not any(one.is_closed for one in made)
