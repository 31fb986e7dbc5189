"""The map of Q-values and the health of a run in a real browser, while the run is trained."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.waiting import until

DEMO = Path(__file__).with_name("q_map_demo.py")
PIXELS = "(canvas) => canvas.toDataURL()"
# Red, green and blue at a place given as a share of the canvas's width and height.
COLOUR = """(canvas, [x, y]) => [...canvas.getContext("2d").getImageData(
    Math.round(x * canvas.width), Math.round(y * canvas.height), 1, 1).data].slice(0, 3)"""


@pytest.fixture(scope="module")
def demo(serve: Callable[..., str]) -> str:
    """The address of the page with both sections."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(DEMO.parents[2]))
        return serve(DEMO)


def opened(page: Page, address: str) -> Locator:
    """The canvas, once something is drawn on it."""
    page.goto(address)
    canvas = page.locator(".q-map-canvas")
    expect(canvas).to_have_attribute("data-drawn", re.compile(r"\d+"))
    return canvas


def drawn_step(canvas: Locator) -> int:
    return int(canvas.get_attribute("data-drawn") or 0)


def wait_for_step(page: Page, canvas: Locator, step: int) -> None:
    until(page, lambda: drawn_step(canvas) >= step)


def test_the_map_changes_while_the_agent_learns_keeps_its_node_and_health_is_said_in_words(
    page: Page, demo: str
) -> None:
    canvas = opened(page, f"{demo}/?steps=100")
    page.evaluate("window.kept = document.querySelector('.q-map-canvas')")
    page.evaluate("window.card = document.querySelector('.health-card')")
    sentence = page.locator(".q-map-takeaway").inner_text()
    wait_for_step(page, canvas, drawn_step(canvas) + 40)
    before = canvas.evaluate(PIXELS)
    wait_for_step(page, canvas, drawn_step(canvas) + 200)
    assert canvas.evaluate(PIXELS) != before
    assert page.evaluate("kept.isConnected && kept === document.querySelector('.q-map-canvas')")
    assert page.evaluate("card === document.querySelector('.health-card')")
    assert page.locator(".q-map-takeaway").inner_text() != sentence
    cards = page.locator(".health-card")
    expect(cards).to_have_count(8)
    expect(page.locator(".health-status").first).to_have_text("good")
    for card in cards.all():
        assert card.locator(".health-status").inner_text() in {"not yet", "good", "watch", "bad"}
        assert card.locator(".health-status svg").count() == 1
        assert card.locator(".health-sentence").inner_text().endswith(".")


@pytest.fixture(scope="module")
def resting_page(visitor: BrowserContext, demo: str) -> Iterator[Page]:
    page = visitor.new_page()
    opened(page, f"{demo}/?steps=0")
    yield page
    page.close()


@pytest.fixture
def resting(resting_page: Page, watch: Callable[[Page], None]) -> Page:
    """A run that rests, for the tests that only look at it."""
    watch(resting_page)
    return resting_page


def test_pointing_and_the_keyboard_read_values(resting: Page) -> None:
    page, canvas = resting, resting.locator(".q-map-canvas")
    reading = page.locator(".q-map-reading")
    expect(reading).to_contain_text("Dots")
    canvas.hover(position={"x": 200, "y": 100})
    expect(reading).to_contain_text(re.compile(r"pole angle .* rad, pole angular velocity .*max Q"))
    page.mouse.move(0, 0)
    expect(reading).to_contain_text("Dots")
    canvas.focus()
    page.keyboard.press("ArrowUp")
    expect(reading).to_contain_text("pole angle 0.000 rad, pole angular velocity 0.00 rad/s")
    page.keyboard.press("ArrowUp")
    expect(reading).to_contain_text("pole angle 0.000 rad, pole angular velocity 0.15 rad/s")
    page.keyboard.press("ArrowLeft")
    expect(reading).to_contain_text("pole angle −0.010 rad")


def test_each_quantity_has_its_legend(resting: Page) -> None:
    page, canvas = resting, resting.locator(".q-map-canvas")
    legend = page.locator(".q-map-legend")
    pictures = [canvas.evaluate(PIXELS)]
    expect(legend).to_contain_text("max Q")
    for name, text in (("advantage", "push left by"), ("greedy action", "%")):
        page.get_by_text(name, exact=True).click()
        expect(legend).to_contain_text(text)
        pictures.append(canvas.evaluate(PIXELS))
    assert len(set(pictures)) == 3
    page.get_by_text("max Q", exact=True).first.click()
    expect(legend).to_contain_text("max Q")


def test_another_axis_is_named_and_drawn(resting: Page) -> None:
    page, canvas = resting, resting.locator(".q-map-canvas")
    before = canvas.evaluate(PIXELS)
    page.get_by_role("combobox").first.click()
    page.get_by_role("option", name="cart position").click()
    canvas.hover(position={"x": 200, "y": 100})
    expect(page.locator(".q-map-reading")).to_contain_text("cart position")
    expect(page.get_by_text("pole angle fixed at")).to_be_visible()
    assert canvas.evaluate(PIXELS) != before
    page.get_by_role("combobox").first.click()
    page.get_by_role("option", name="pole angle", exact=True).click()
    expect(page.get_by_text("pole angle fixed at")).to_have_count(0)


def test_squares_have_the_theme_of_the_page_and_show_every_q_value_when_pointed_at(
    page: Page, demo: str
) -> None:
    address = f"{demo}/?env=FrozenLake-v1&steps=0"
    hole = [0.01, 0.95]  # the page's own grey
    assert sum(opened(page, address).evaluate(COLOUR, hole)) > 500
    page.emulate_media(color_scheme="dark")
    canvas = opened(page, address)
    assert sum(canvas.evaluate(COLOUR, hole)) < 300
    canvas.hover(position={"x": 20, "y": 20})
    expect(page.locator(".q-map-reading")).to_contain_text(
        re.compile(
            r"row 1, column 1: left .*, down .*, right .*, up .*; best: (left|down|right|up)"
        )
    )
    size = canvas.bounding_box()
    assert size
    canvas.hover(position={"x": 3.5 * (size["height"] - 2) / 4, "y": size["height"] - 10})
    expect(page.locator(".q-map-reading")).to_contain_text("the episode ends here")
    canvas.click(position={"x": 20, "y": 20})
    expect(page.locator(".q-map-reading")).to_contain_text("row 1, column 1")
    expect(page.locator(".q-map-returns")).to_be_hidden()  # only the mean is learnt


def test_a_click_shows_the_returns_of_each_action_there_until_the_next_click(
    page: Page, demo: str
) -> None:
    canvas = opened(page, f"{demo}/?steps=0&head=quantile")
    returns = page.locator(".q-map-returns")
    expect(page.locator(".q-map-reading")).to_contain_text("Click, or press Enter")
    expect(returns).to_be_hidden()
    canvas.click(position={"x": 200, "y": 100})
    expect(returns).to_contain_text("Chosen: pole angle")
    expect(returns.locator("path")).to_have_count(2)
    places = [returns.inner_text()]
    page.mouse.move(0, 0)
    canvas.focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(returns).to_contain_text("Chosen: pole angle 0.000 rad")
    places.append(returns.inner_text())
    assert places[0] != places[1]
    page.keyboard.press("Enter")
    expect(returns).to_be_hidden()


def is_narrow(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= 360"))


def test_a_phone_does_not_scroll_sideways(resting: Page, page: Page, demo: str) -> None:
    resting.set_viewport_size({"width": 360, "height": 780})
    until(resting, lambda: is_narrow(resting))
    resting.set_viewport_size({"width": 1280, "height": 900})
    page.set_viewport_size({"width": 360, "height": 780})
    opened(page, f"{demo}/?env=Taxi-v4&steps=0")
    assert is_narrow(page)
