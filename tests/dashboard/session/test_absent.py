"""What is kept of those whose page went away: for a while, not too many, for its owner alone."""

import time

import pytest

import dashboard.session.absent
from dashboard.session.absent import MOST_KEPT, Absent


def test_what_is_kept_is_taken_once_and_by_its_name_alone() -> None:
    absent = Absent[str]()
    absent.keep("mine", "a run")
    assert absent.take("another") is None
    assert absent.take("mine") == "a run"
    assert absent.take("mine") is None


def test_of_too_many_the_one_longest_away_goes_first() -> None:
    absent = Absent[int]()
    for number in range(MOST_KEPT):
        absent.keep(str(number), number)
    absent.take("0")
    absent.keep("0", 0)  # away again, and now the newest
    absent.keep("one more", 99)
    assert absent.take("1") is None
    assert absent.take("0") == 0
    assert absent.take("2") == 2


def test_nothing_is_kept_longer_than_was_said_though_nobody_comes_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dashboard.session.absent, "KEPT_SECONDS", 0.5)
    absent = Absent[str]()
    absent.keep("mine", "a run")
    assert len(absent) == 1
    deadline = time.monotonic() + 120
    while len(absent) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(absent) == 0


def test_what_is_not_wanted_stays() -> None:
    absent = Absent[str]()
    absent.keep("mine", "a run")
    assert absent.take("mine", lambda run: run == "another") is None
    assert absent.take("mine", lambda run: run == "a run") == "a run"
