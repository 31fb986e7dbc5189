"""A race from the first click to the Compare page, as a person goes through it."""

import re

from playwright.sync_api import Page, expect

from tests.browser.train_page import LONG, button, env_step, go_to, open_app, wait_for_step

TINY = (
    f"{LONG}&hidden_dims=8,8&batch_size=8&learning_starts=50&buffer_capacity=500"
    "&evaluation_period=300&evaluation_episodes=1&max_episode_steps=60"
)


def test_a_race_is_started_thinned_out_won_and_compared(page: Page, app_url: str) -> None:
    open_app(page, app_url, TINY)
    button(page, "race_popover").click()
    page.get_by_role("textbox", name="Values").fill("0.5, 0.9, 0.99")
    page.get_by_role("textbox", name="Values").press("Enter")
    seeds = page.get_by_role("spinbutton", name="Seeds of each value")
    seeds.fill("2")
    button(page, "start_race").click()
    panel = page.locator(".live-chart-panel").first
    legend = panel.locator(".live-chart-entry")
    expect(legend).to_have_text([re.compile(rf"^γ {value}\d") for value in ("0.5", "0.9", "0.99")])
    expect(panel.locator(".live-chart-plot")).to_have_attribute(
        "aria-label", re.compile(r"γ 0.5: average return")
    )
    expect(seeds).to_have_count(0)
    race = page.locator(".st-key-race")
    expect(race).to_contain_text("leads with")
    expect(race).to_contain_text("seeds prove nothing yet")
    button(page, "race_stop_0").click()
    expect(race).to_contain_text(re.compile(r"γ 0.5: Cancelled at step [\d,]+"))
    wait_for_step(page, env_step(page))
    button(page, "pause").click()
    expect(page.get_by_text("paused", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile("race=gamma"))
    page.reload()
    expect(race).to_contain_text("γ 0.5: Cancelled at step")
    button(page, "race_take").click()
    expect(page.get_by_text("no race", exact=False)).to_be_visible()
    go_to(page, "Compare", "Compare runs")
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
