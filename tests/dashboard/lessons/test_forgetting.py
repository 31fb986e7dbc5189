"""What students leave is gone after a day, by time alone."""

import asyncio
import time

import pytest

from dashboard.lessons.forgetting import forgetting
from dashboard.lessons.progress import Progress
from dashboard.lessons.rooms import Rooms
from dashboard.session.links import Link
from dashboard.session.session import Session
from dashboard.session.store import store
from dashboard.web.visitors import KEPT_SECONDS
from tests.core.small_runs import SMALL
from tests.dashboard.lessons.small_lessons import lesson
from tests.dashboard.session.ways import train


def test_what_was_left_for_a_day_goes_though_nobody_comes_and_not_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun = now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)
    rooms = Rooms(lambda: now)
    monkeypatch.setattr("dashboard.lessons.forgetting.rooms", lambda: rooms)
    student = Session(Link(config=SMALL), owner="a student")
    train(student, 40)
    room = rooms.open(lesson(), "")
    room.enter("a student", "Kim", Progress(), student)
    kept: dict[float, bool] = {}
    is_over = asyncio.Event()

    async def sleep(seconds: float) -> None:
        nonlocal now
        kept[now - begun] = bool(room.seats) and bool(store().runs("a student"))
        if now > begun + KEPT_SECONDS:
            is_over.set()
        now += seconds

    async def live() -> None:
        async with forgetting(None):
            await is_over.wait()

    monkeypatch.setattr("dashboard.lessons.forgetting.sleep", sleep)
    asyncio.run(live())
    assert all(is_kept == (passed <= KEPT_SECONDS) for passed, is_kept in kept.items())
    assert not room.seats
    assert not store().runs("a student")
