"""A run that is forked at the place of the pointer, with its parent in sight."""

import re

from playwright.sync_api import Page, expect

from tests.browser.train_page import (
    button,
    enter,
    env_step,
    resting_step,
    wait_for_step,
)


def test_a_run_is_forked_where_the_chart_is_pressed_and_its_parent_stays_in_sight(
    tab: Page,
) -> None:
    page = tab
    button(page, "start").click()
    wait_for_step(page, 20)
    enter(page, "exact_gamma", "0.9")  # the state before it is kept
    changes = page.locator(".st-key-changes")
    expect(changes).to_contain_text("Changes in this run (1)")
    wait_for_step(page, env_step(page) + 20)
    button(page, "pause").click()
    resting_step(page)
    panel = page.locator(".live-chart-panel").first
    tool = panel.get_by_role("button", name="Fork")
    plot = panel.locator(".live-chart-plot")
    plot.hover()
    tool.click()
    expect(tool).to_have_attribute("aria-pressed", "true")
    plot.click(position={"x": plot.evaluate("node => node.clientWidth") - 40, "y": 100})
    back = page.get_by_text("Back at step")
    forked = re.sub(r"^Back at step ([\d,]*\d).*", r"\1", back.inner_text(), flags=re.DOTALL)
    expect(changes).to_contain_text(re.compile(r"Forked from cartpole-\d+"))
    expect(panel.locator(".live-chart-legend")).to_contain_text("cartpole-")
    expect(page.get_by_text(f"Environment step {forked} of")).to_be_visible()
    button(page, "one_step").click()
    wait_for_step(page, int(forked.replace(",", "")))
    expect(panel.locator(".live-chart-legend")).to_contain_text("cartpole-")
