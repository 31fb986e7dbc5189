"""Copying as in a class, where a page comes over plain http and has no `navigator.clipboard`."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.train_page import button, enter

WITHOUT_CLIPBOARD = """() => Object.defineProperty(
    navigator, "clipboard", { value: undefined, configurable: true })"""
REFUSED = "document.execCommand = () => false"
AS_BEFORE = "delete document.execCommand"


def test_the_link_is_copied_or_selected_and_once_it_has_changed_the_page_says_so(
    tab: Page,
) -> None:
    tab.evaluate(WITHOUT_CLIPBOARD)
    enter(tab, "exact_gamma", "0.9")
    button(tab, "open_lesson").click()
    shown = tab.get_by_label("link", exact=True)
    expect(shown).to_contain_text("gamma=0.9")
    link = shown.inner_text()
    copy = tab.get_by_role("button", name="Copy the link")
    tab.evaluate(REFUSED)
    copy.click()
    expect(tab.get_by_text("The text is selected")).to_be_visible()
    assert tab.evaluate("String(getSelection())").strip() == link
    tab.evaluate(AS_BEFORE)
    copy.click()
    expect(tab.get_by_text("Copied.")).to_be_visible()
    expect(copy).to_be_focused()
    text = tab.get_by_role("textbox", name="Text, question and check")
    text.press("ControlOrMeta+v")
    expect(text).to_have_value(link)
    copy.click()  # what was pasted comes after it
    expect(tab.get_by_text("The link has changed: copy it again.")).to_be_visible()


def test_the_picture_of_a_link_is_as_wide_as_its_dialog(tab: Page) -> None:
    button(tab, "open_copy").click()
    picture = tab.get_by_role("dialog").get_by_role("img", name="QR code of the link")
    expect(picture).to_be_visible()
    box = picture.bounding_box()
    assert box is not None
    assert box["width"] > 400
    assert box["height"] == pytest.approx(box["width"], abs=2)
