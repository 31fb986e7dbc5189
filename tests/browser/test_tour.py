"""The tour of the Train page in a real browser: on the first visit, and later only if asked for."""

import re

from playwright.sync_api import expect

from tests.browser.train_page import LONG, Open, button, open_app


def test_a_new_visitor_is_shown_around_once_and_can_do_anything_meanwhile(
    new_page: Open, app_url: str
) -> None:
    page = new_page(is_new=True)
    open_app(page, app_url, LONG)
    card = page.get_by_role("region", name="Tour of the page")
    expect(card).to_contain_text("Let an agent learn")
    button(page, "one_step").click()
    expect(page.get_by_text("Environment step 1 of")).to_be_visible()
    expect(card).to_contain_text("1 of 10")  # all is drawn
    for _ in range(9):
        card.get_by_role("button", name="Next").click()
    expect(card).to_contain_text("10 of 10")
    card.get_by_role("button", name="Done").click()
    expect(card).to_be_hidden()
    page.reload()
    tour = page.get_by_role("button", name="Tour of this page")
    expect(tour).to_be_visible()
    expect(page.locator(".live-chart-plot").first).to_be_visible()
    expect(card).to_be_hidden()
    tour.click()
    expect(card).to_contain_text("1 of 10")
    skip = card.get_by_text("Skip")
    expect(skip).to_have_accessible_name(re.compile("^Skip"))
    skip.click()
    expect(card).to_be_hidden()
    tour.click()
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    tour.click()
    button(page, "one_step").focus()  # one that began by itself has no focus
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
