"""Waiting for the thing itself, however long a busy machine takes for it."""

import time
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

PATIENCE = 240_000
"""Milliseconds that something may take: a busy machine's pauses are no failures."""


def until(page: Page, happened: Callable[[], object]) -> None:
    """Let the page go on until it has ``happened``; a test in which it never does fails."""
    deadline = time.monotonic() + PATIENCE / 1000
    while not happened():
        assert time.monotonic() < deadline, "It did not happen."
        page.wait_for_timeout(50)


def take_the_clock(page: Page) -> None:
    """From here on the page's time passes when the test says so: `page.clock.run_for`.

    So does that of all pages of its profile, and there is no way back.
    """
    assert page.context.pages == [page], "a page of `new_page`"
    page.clock.install()
    # Far enough ahead, however long it takes until it stands.
    page.clock.pause_at(page.evaluate("Date.now() + 60_000"))


def until_it_stands(part: Locator) -> None:
    """Until what is above it has come, with its styles: nothing pushes it any more."""

    def stands() -> bool:
        before = part.bounding_box()
        part.page.wait_for_timeout(500)
        return part.bounding_box() == before

    until(part.page, stands)


def until_idle(page: Page) -> None:
    """Until the page's script has run to its end: nothing of it is on its way."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
