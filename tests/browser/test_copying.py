"""Copying as in a class, where a page comes over plain http and has no `navigator.clipboard`."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.train_page import open_app

WITHOUT_CLIPBOARD = 'Object.defineProperty(navigator, "clipboard", { value: undefined })'
REFUSED = "document.execCommand = () => false"


@pytest.fixture
def dialog(page: Page, app_url: str) -> Locator:
    page.add_init_script(WITHOUT_CLIPBOARD)
    open_app(page, app_url, "?gamma=0.9")
    page.locator(".st-key-open_lesson button").first.click()
    return page.get_by_role("dialog")


def test_the_link_is_in_the_clipboard_and_the_page_says_so(page: Page, dialog: Locator) -> None:
    link = dialog.get_by_label("link", exact=True).inner_text()
    assert "gamma=0.9" in link
    copy = dialog.get_by_role("button", name="Copy the link")
    copy.click()
    expect(dialog.get_by_text("Copied.")).to_be_visible()
    expect(copy).to_be_focused()
    task = dialog.get_by_role("textbox", name="Task")
    task.press("ControlOrMeta+v")
    expect(task).to_have_value(link)


def test_where_nothing_can_be_copied_the_text_is_selected_and_the_page_says_so(
    page: Page, dialog: Locator
) -> None:
    link = dialog.get_by_label("link", exact=True).inner_text()
    page.evaluate(REFUSED)
    dialog.get_by_role("button", name="Copy the link").click()
    expect(dialog.get_by_text("The text is selected")).to_be_visible()
    assert page.evaluate("String(getSelection())").strip() == link


def test_a_link_that_changes_after_it_was_copied_says_so(page: Page, dialog: Locator) -> None:
    dialog.get_by_role("textbox", name="Task").fill("Which γ?")
    dialog.get_by_role("button", name="Copy the link").click()  # what was typed comes after it
    expect(dialog.get_by_text("The link has changed: copy it again.")).to_be_visible()


def test_the_qr_code_of_the_link_is_as_wide_as_the_dialog(page: Page, dialog: Locator) -> None:
    picture = dialog.get_by_role("img", name="QR code of the link")
    expect(picture).to_be_visible()
    box = picture.bounding_box()
    assert box is not None
    assert box["width"] > 400
    assert box["height"] == pytest.approx(box["width"], abs=2)
