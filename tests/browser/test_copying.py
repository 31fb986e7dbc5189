"""Copying as in a class, where a page comes over plain http and has no `navigator.clipboard`."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.train_page import button, enter

WITHOUT_CLIPBOARD = """() => Object.defineProperty(
    navigator, "clipboard", { value: undefined, configurable: true })"""
REFUSED = "document.execCommand = () => false"
AS_BEFORE = "delete document.execCommand"


@pytest.fixture
def dialog(tab: Page) -> Locator:
    tab.evaluate(WITHOUT_CLIPBOARD)
    enter(tab, "exact_gamma", "0.9")
    button(tab, "open_lesson").click()
    found = tab.get_by_role("dialog")
    expect(found.get_by_label("link", exact=True)).to_contain_text("gamma=0.9")
    return found


def test_the_link_is_copied_or_selected_and_once_it_has_changed_the_page_says_so(
    tab: Page, dialog: Locator
) -> None:
    link = dialog.get_by_label("link", exact=True).inner_text()
    copy = dialog.get_by_role("button", name="Copy the link")
    tab.evaluate(REFUSED)
    copy.click()
    expect(dialog.get_by_text("The text is selected")).to_be_visible()
    assert tab.evaluate("String(getSelection())").strip() == link
    tab.evaluate(AS_BEFORE)
    copy.click()
    expect(dialog.get_by_text("Copied.")).to_be_visible()
    expect(copy).to_be_focused()
    task = dialog.get_by_role("textbox", name="Task")
    task.press("ControlOrMeta+v")
    expect(task).to_have_value(link)
    copy.click()  # what was pasted comes after it
    expect(dialog.get_by_text("The link has changed: copy it again.")).to_be_visible()
    picture = dialog.get_by_role("img", name="QR code of the link")
    expect(picture).to_be_visible()
    box = picture.bounding_box()
    assert box is not None
    assert box["width"] > 400, "as wide as the dialog"
    assert box["height"] == pytest.approx(box["width"], abs=2)
