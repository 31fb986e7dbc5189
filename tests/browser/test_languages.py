"""The language of a page: as its address says, as the visitor chose, or as the browser speaks."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect


def expect_chinese(page: Page, is_chinese: bool = True) -> None:
    first = page.locator(".st-key-navigation a").first
    expect(first).to_contain_text("训练" if is_chinese else "Train")
    language = "zh-CN" if is_chinese else "en"
    expect(page.locator(f"html[lang={language}]")).to_have_count(1)


def test_the_switch_is_remembered_by_the_browser_and_the_address_comes_before_it(
    new_page: Callable[..., Page], app_url: str
) -> None:
    page = new_page(locale="en-GB")
    page.goto(app_url)
    expect_chinese(page, False)
    expect(page.locator(".live-chart-panel").first).to_be_visible()
    page.get_by_role("button", name="中文").click()
    expect_chinese(page)
    expect(page.locator(".live-chart-panel").first).to_be_visible()  # made anew, in its words
    assert "lang=" not in page.url  # who gets this address has a language of their own
    page.reload()
    expect_chinese(page)
    page.goto(f"{app_url}/?lang=en")
    expect_chinese(page, False)
    expect(page).to_have_url(re.compile("lang=en.*preset="))


def test_a_browser_that_speaks_chinese_is_answered_in_chinese(
    new_page: Callable[..., Page], app_url: str
) -> None:
    page = new_page(locale="zh-CN")
    page.goto(f"{app_url}/compare")
    expect_chinese(page)
