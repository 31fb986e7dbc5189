"""The pages on a phone, in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.waiting import until, until_idle

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.mark.parametrize(("page_name", "shown"), [("", ".live-chart-plot"), ("test", ".stage")])
def test_the_sidebar_leaves_what_it_changes_in_sight_and_no_key_is_named_without_a_keyboard(
    new_page: Callable[..., Page], app_url: str, page_name: str, shown: str
) -> None:
    page = new_page(**PHONE)
    page.goto(f"{app_url}/{page_name}")
    picture = page.locator(shown).first
    expect(picture).to_be_visible()
    expect(page.locator(".st-key-start kbd:visible")).to_have_count(0)
    until_idle(page)  # what comes later would move the picture away again
    page.get_by_test_id("stExpandSidebarButton").tap()
    sidebar = page.locator(".stSidebar")
    expect(sidebar).to_have_css("position", "fixed")
    expect(picture).to_be_in_viewport()

    def is_in_sight() -> bool:  # once the sidebar has come
        above, below = picture.bounding_box(), sidebar.bounding_box()
        assert above is not None
        assert below is not None
        return above["y"] > 0 and above["y"] + above["height"] <= below["y"]

    until(page, is_in_sight)
