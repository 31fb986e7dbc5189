"""The Train page as the browser's tests use it."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.waiting import until_idle

Open = Callable[..., Page]

LONG = "?total_steps=10000000"  # trains to the end of any test
LASTING = f"{LONG}&lock=total_steps"  # also where all values are put back


def open_app(page: Page, url: str, query: str = "") -> None:
    page.goto(f"{url}/{query}")
    expect(page.get_by_role("heading", name="Train a deep Q-network")).to_be_visible()
    expect(button(page, "start")).to_be_visible()
    # Its style is there, which comes a moment later where nothing was loaded before.
    expect(page.locator(".st-key-navigation")).to_have_css("position", "fixed")
    until_idle(page)  # what is typed into a page that is still drawn may be forgotten


def put_back(page: Page) -> None:
    """From anywhere, without loading it again: `LASTING`'s values, and a run that has not begun."""
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(media="screen", color_scheme="light")
    page.mouse.move(0, 0)
    if page.get_by_test_id("stDialog").count():
        close_dialog(page)
    else:
        page.keyboard.press("Escape")  # a popover
    to_lessons = page.locator(".st-key-to_lessons button")
    if to_lessons.count():  # else the next lesson would be this one
        to_lessons.click()
        expect(to_lessons).to_have_count(0)
    if page.get_by_role("heading", name="Train a deep Q-network").count() == 0:
        go_to(page, "Train", "Train a deep Q-network")
    until_idle(page)
    ready = page.get_by_text("ready", exact=True)
    if not ready.is_visible():
        button(page, "reset").click()
        expect(ready).to_be_visible()
        expect(page.get_by_text("Environment step 0 of")).to_be_visible()
    if page.locator(".st-key-back_all").count():
        button(page, "back_all").click()
        expect(page.locator(".st-key-back_all")).to_have_count(0)
    if box(page, "control_seed").input_value() != "0":
        enter(page, "control_seed", "0")
    until_idle(page)


def close_dialog(page: Page) -> None:
    """By its button: Escape is lost while what was pressed in a dialog is drawn anew."""
    dialog = page.get_by_test_id("stDialog")
    dialog.get_by_role("button", name="Close", exact=True).click()
    expect(dialog).to_have_count(0)


def button(page: Page, key: str) -> Locator:
    # There may be a second one: its help, or itself without one, hidden where a screen is wide.
    return page.locator(f".st-key-{key} button").locator("visible=true").first


def box(page: Page, key: str) -> Locator:
    """A control's field; a control that was given another value has a number in its class."""
    return page.locator(f".st-key-{key} input, [class*='st-key-{key}-'] input").last


def enter(page: Page, key: str, value: str) -> None:
    box(page, key).fill(value)
    expect(box(page, key)).to_have_value(value)
    box(page, key).press("Enter")


def choose_speed(page: Page, name: str) -> None:
    page.locator(".st-key-speed input, [class*='st-key-speed-'] input").last.click()
    page.get_by_role("option", name=name).click()


def env_step(page: Page) -> int:
    text = page.get_by_text(re.compile(r"Environment step [\d,]+ of")).inner_text()
    match = re.search(r"step ([\d,]+) of", text)
    assert match is not None
    return int(match[1].replace(",", ""))


def wait_for_step(page: Page, beyond: int) -> int:
    page.wait_for_function(
        """(beyond) => {
            const where = document.querySelector(".figures p")?.textContent ?? "";
            const step = where.match(/Environment step ([\\d,]+) of/)?.[1].replaceAll(",", "");
            return Number(step) > beyond;
        }""",
        arg=beyond,
        polling=100,  # by itself it would have each frame drawn
    )
    return env_step(page)


def resting_step(page: Page) -> int:
    """The step of a paused run: the figures come after the badge."""
    expect(page.locator(".figures")).to_have_attribute("data-status", "paused")
    return env_step(page)


def go_to(page: Page, name: str, heading: str) -> None:
    page.locator(".st-key-navigation").get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
