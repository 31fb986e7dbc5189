"""What students and visitors have left for a day is forgotten, also where nobody comes any more."""

from asyncio import create_task, sleep, to_thread
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from dashboard.lessons.rooms import rooms
from dashboard.session.store import forget_left
from dqn_core.base.errors import LabError

EVERY_SECONDS = 600.0
"""The time between two looks for what is to be forgotten."""


@asynccontextmanager
async def forgetting(_app: object) -> AsyncIterator[None]:
    """For as long as the server runs: when it begins, and every few minutes until its end."""
    task = create_task(_forget_by_time())
    try:
        yield
    finally:
        task.cancel()


async def _forget_by_time() -> None:
    while True:
        await to_thread(_forget)
        await sleep(EVERY_SECONDS)


def _forget() -> None:
    rooms().forget_unused()
    with suppress(LabError):  # whoever uses the store is told what is wrong with it
        forget_left()
