"""The language of a page: as its address says, as the visitor chose, or as the browser speaks."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from dashboard.web.streamlit_words import WORDS
from tests.browser.train_page import box


def expect_chinese(page: Page, is_chinese: bool = True) -> None:
    first = page.locator(".st-key-navigation a").first
    expect(first).to_contain_text("训练" if is_chinese else "Train")
    language = "zh-CN" if is_chinese else "en"
    expect(page.locator(f"html[lang={language}]")).to_have_count(1)


def test_the_switch_is_remembered_by_the_browser_and_the_address_comes_before_it(
    page: Page, app_url: str
) -> None:
    page.goto(app_url)
    expect_chinese(page, False)
    expect(page.locator(".live-chart-panel").first).to_be_visible()
    page.get_by_role("button", name="中文").click()
    expect_chinese(page)
    expect(page.locator(".live-chart-panel").first).to_be_visible()  # made anew, in its words
    chosen = {"control_preset": "推荐", "control_epsilon_schedule": "线性", "speed": "全速"}
    for name, word in chosen.items():
        expect(box(page, name)).to_have_value(word)
    assert "lang=" not in page.url  # who gets this address has a language of their own
    page.goto(f"{app_url}/compare")  # a page that is loaded sooner
    expect_chinese(page)
    page.goto(f"{app_url}/compare?lang=en")
    expect_chinese(page, False)
    expect(page).to_have_url(re.compile("lang=en"))


def written_over(page: Page, selector: str) -> str:
    """What the style of Chinese pages puts in place of Streamlit's own words there."""
    found = page.locator(selector).first
    expect(found).to_have_css("font-size", "0px")
    words = found.evaluate("it => getComputedStyle(it, '::after').content")
    assert isinstance(words, str)
    return words


def test_a_browser_that_speaks_chinese_is_answered_in_chinese_also_where_streamlit_says_something(
    new_page: Callable[..., Page], app_url: str
) -> None:
    """A later Streamlit may have other elements: its words would be English again."""
    page = new_page(locale="zh-CN")
    page.goto(f"{app_url}/learn?section=lessons")
    expect_chinese(page)
    by_word = {str(word): selector for selector, word in WORDS.items()}

    def says(word: str) -> str:
        return written_over(page, by_word[word])

    assert says("Choose a file") == '"选择文件"'
    assert says("or drop one here; at most {megabytes} MB") == '"或把文件拖到这里；最大 128 MB"'
    page.evaluate("document.body.append(document.createElement('div'))")
    page.evaluate("document.body.lastChild.innerHTML = '<p>Download as CSV</p>'")  # as a tooltip
    expect(page.get_by_text("下载为 CSV")).to_be_visible()
    page.get_by_test_id("stMainMenu").get_by_role("button").click()
    for word, chinese in (
        ("As the system", "跟随系统"),
        ("Light", "浅色"),
        ("Dark", "深色"),
        ("Print", "打印"),
        ("Record screen", "录制屏幕"),
    ):
        assert says(word) == f'"{chinese}"'
    page.keyboard.press("Escape")
    page.locator(".st-key-make_lesson button").click()
    page.get_by_test_id("stTextInput").get_by_role("textbox").first.fill("x")
    assert says("Press Enter to apply") == '"按 Enter 应用"'
    page.locator("textarea").fill("x")
    assert says("Press Ctrl+Enter to apply") == '"按 Ctrl+Enter 应用"'
    step = page.get_by_test_id("stSelectbox").get_by_role("combobox")
    step.click()
    step.fill("zzz")
    assert says("No results") == '"没有结果"'
