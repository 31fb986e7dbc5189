"""The pages on a phone, in a real browser."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.train_page import LONG, box, button, go_to, wait_for_step
from tests.browser.waiting import until, until_idle

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


def open_sidebar_below(page: Page, shown: str) -> None:
    """It leaves in sight what it changes, and is as wide as the page."""
    picture = page.locator(shown).first
    expect(picture).to_be_visible()
    until_idle(page)  # what comes later would move the picture away again
    sidebar = page.get_by_test_id("stSidebar")
    expect(sidebar).not_to_be_in_viewport()
    page.get_by_test_id("stExpandSidebarButton").tap()
    expect(sidebar).to_have_css("position", "fixed")
    expect(picture).to_be_in_viewport()

    def is_in_sight() -> bool:  # once the sidebar has come
        above, below = picture.bounding_box(), sidebar.bounding_box()
        assert above is not None
        assert below is not None
        return above["y"] > 0 and above["y"] + above["height"] <= below["y"]

    until(page, is_in_sight)
    expect_no_scrolling_sideways(page, "[data-testid=stSidebarContent]")


def expect_no_scrolling_sideways(page: Page, part: str) -> None:
    page.wait_for_function(  # while the sidebar slides in, the page is wider
        "part => [document.documentElement, document.querySelector(part)]"
        ".every(e => e.scrollWidth <= e.clientWidth)",
        arg=part,
        polling=100,
    )


def test_the_sidebar_leaves_what_it_changes_and_the_ways_in_sight_and_no_page_scrolls_sideways(
    new_page: Callable[..., Page], app_url: str
) -> None:
    page = new_page(**PHONE)
    page.goto(f"{app_url}/{LONG}&gamma=0.9")  # beside which there is a way back
    open_sidebar_below(page, ".live-chart-plot")
    expect(box(page, "exact_gamma")).to_be_attached()
    page.get_by_test_id("stSidebarCollapseButton").get_by_role("button").tap()
    expect(page.locator(".st-key-start kbd:visible")).to_have_count(0)  # there is no keyboard
    button(page, "one_step").tap()
    wait_for_step(page, 0)
    expect_no_scrolling_sideways(page, "body")
    go_to(page, "Test", "Watch and test an agent")
    expect(page.locator(".player .stage")).to_be_visible()
    until_idle(page)
    expect_no_scrolling_sideways(page, "body")
    open_sidebar_below(page, ".stage")
