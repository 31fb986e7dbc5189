"""Experiments on the Learn page, from the prediction to the arms that train."""

import re

from playwright.sync_api import Page, expect

from tests.browser.train_page import button


def test_a_curve_is_drawn_an_answer_chosen_and_the_arms_train_beside_it(
    page: Page, app_url: str
) -> None:
    page.goto(f"{app_url}/learn?section=experiments&experiment=forgetting")
    axes = page.locator(".drawn-curve svg")
    axes.scroll_into_view_if_needed()
    expect(button(page, "experiment_start")).to_be_disabled()

    box = axes.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.1 * box["width"], box["y"] + 0.8 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + 0.2 * box["height"], steps=3)
    page.mouse.up()
    expect(page.locator(".drawn-curve .reading")).to_have_text(
        "Your curve. Draw over it to change it."
    )
    axes.focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator(".drawn-curve .reading")).to_have_text(re.compile(r"^[\d,]+: \d+"))
    circle = page.get_by_test_id("stRadioOption").first.locator("> div > div").first
    # of the text's colour: more than 3 to 1 on both backgrounds
    expect(circle).to_have_css("border-top-color", re.compile(r" / 0\.55\)$"))
    page.keyboard.press("Shift+Tab")
    answer = page.locator(".stRadio label:has(input:focus)")
    expect(answer).to_have_css("outline-style", "solid")
    page.get_by_text("The small replay does worse").click()

    expect(button(page, "experiment_start")).to_be_enabled()
    button(page, "experiment_start").click()
    expect(button(page, "experiment_pause")).to_be_visible()
    expect(page.get_by_text("your prediction", exact=True)).to_be_visible()
    page.get_by_text("5 seeds of each arm").wait_for()
    button(page, "experiment_pause").click()
    expect(button(page, "experiment_resume")).to_be_visible()
    button(page, "experiment_anew").click()
    expect(button(page, "experiment_start")).to_be_disabled()
    expect(page.locator(".drawn-curve .reading")).to_have_text(
        "Draw with the mouse or a finger, or with the arrow keys."
    )
