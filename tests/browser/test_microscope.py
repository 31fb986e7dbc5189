"""The microscope in a real browser: a step, an update read as an equation, and back again."""

import re

from playwright.sync_api import Page, expect

QUERY = "?section=microscope&learning_starts=100&batch_size=16&n_step=1&double_dqn=off&seed=3"


def test_an_update_is_read_as_an_equation_and_taken_back(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/learn{QUERY}")
    about, lines = page.locator(".ms-about"), page.locator(".ms-lines")
    expect(about).to_contain_text("gradient update 1. This is a copy: the run on the Train page is")
    page.get_by_role("button", name="Back one").click()
    expect(about).to_contain_text("Environment step 0,")
    page.get_by_role("button", name="Make one environment step").click()
    expect(about).to_contain_text("Environment step 1,")
    expect(page.locator(".ms-world")).to_contain_text("u = ")

    page.get_by_role("button", name="Go on to the next gradient update").click()
    expect(about).to_contain_text("gradient update 1.")
    expect(lines).to_contain_text(re.compile(r"y = r (\+ γ · max Q⁻|= 1)"))
    first = lines.inner_text()
    page.get_by_role("listbox", name="Transitions of the batch").press("ArrowRight")
    expect(lines).not_to_have_text(first, use_inner_text=True)
    chosen = lines.inner_text()

    page.locator(".ms-line [data-symbol=delta]").first.hover()
    lit = page.locator(".ms-source code.ms-lit")
    expect(lit).to_contain_text("td_errors = q_taken - targets")
    expect(page.locator(".ms-meaning")).to_contain_text("the TD error")

    page.get_by_role("button", name="Back one").click()
    expect(about).to_contain_text("Environment step 1,")
    expect(page.locator(".ms-networks")).to_contain_text("from the first update on")
    page.get_by_role("button", name="Forward again").click()
    expect(lines).to_have_text(chosen, use_inner_text=True)
