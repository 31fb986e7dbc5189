"""What a newcomer does, in a real browser: start, watch, pause, test, come back."""

import json
import re
from pathlib import Path
from statistics import mean

from playwright.sync_api import Page, Request, expect

from tests.browser.train_page import (
    button,
    choose_speed,
    env_step,
    go_to,
    open_app,
    resting_step,
    wait_for_step,
)
from tests.browser.waiting import until_idle

LOOK_BELOW_THE_TIME_CONTROLS = """() => {
    window.tops = new Set();
    const look = () => {
        const view = document.querySelector(".st-key-view");
        if (view) tops.add(view.getBoundingClientRect().top);
        window.looking = requestAnimationFrame(look);
    };
    look();
}"""


def test_a_newcomer_with_a_small_laptop_sees_the_chart_grow_pauses_and_goes_on_and_nothing_moves(
    tab: Page,
) -> None:
    tab.set_viewport_size({"width": 1366, "height": 768})
    chart = tab.locator(".live-chart-plot").first
    expect(chart).to_be_in_viewport(ratio=1)
    node = chart.element_handle()
    assert env_step(tab) == 0
    button(tab, "start").click()
    expect(button(tab, "pause")).to_be_visible()
    curve = tab.get_by_role("img", name=re.compile(r"return \(smoothed 0.9\) [\d.]+ of 500"))
    expect(curve.first).to_be_visible()
    first = curve.first.get_attribute("aria-label")
    expect(curve.first).not_to_have_attribute("aria-label", str(first))
    expect(chart).to_be_in_viewport(ratio=1)

    tab.evaluate(LOOK_BELOW_THE_TIME_CONTROLS)
    button(tab, "pause").click()
    expect(tab.get_by_text("paused", exact=True)).to_be_visible()
    paused_at = resting_step(tab)
    tab.wait_for_timeout(1_000)  # two refreshes
    assert env_step(tab) == paused_at
    button(tab, "start").click()
    wait_for_step(tab, paused_at)
    tab.evaluate("cancelAnimationFrame(looking)")  # or the tab would draw each frame ever after
    assert len(tab.evaluate("[...tops]")) == 1, "below the time controls"
    assert node.evaluate("node => node.isConnected"), "it is made once"


def test_a_refresh_has_few_parts_of_the_page_styled_anew(tab: Page) -> None:
    button(tab, "start").click()
    wait_for_step(tab, 0)
    until_idle(tab)
    browser = tab.context.browser
    assert browser is not None
    browser.start_tracing(page=tab, categories=["devtools.timeline"])
    for _ in range(4):
        wait_for_step(tab, env_step(tab))
    events = json.loads(browser.stop_tracing())["traceEvents"]
    styled = [
        event["args"].get("elementCount", 0)
        for event in events
        if event["name"] == "UpdateLayoutTree"
    ]
    assert len(styled) > 3
    assert mean(styled) < tab.locator("*").count() / 10


def test_slow_motion_shows_the_environment_which_single_steps_and_episodes_move(tab: Page) -> None:
    picture = tab.locator(".scene-picture")
    expect(picture).to_be_hidden()
    choose_speed(tab, "10 steps/s")
    expect(picture).to_have_attribute("aria-label", "CartPole-v1 at step 0 of the episode")
    button(tab, "one_step").click()
    expect(picture).to_have_attribute("aria-label", "CartPole-v1 at step 1 of the episode")
    expect(tab.get_by_text("Environment step 1 of")).to_be_visible()
    before = picture.evaluate("canvas => canvas.toDataURL()")
    button(tab, "start").click()
    tab.wait_for_function(
        "before => document.querySelector('.scene-picture').toDataURL() !== before",
        arg=before,
        polling=100,
    )
    button(tab, "pause").click()
    choose_speed(tab, "full speed")
    expect(picture).to_be_hidden()
    at = resting_step(tab)
    button(tab, "one_episode").click()
    wait_for_step(tab, at)
    expect(tab.get_by_text("paused", exact=True)).to_be_visible()


def test_two_windows_are_two_runs_and_one_that_is_saved_is_opened_in_the_other(
    tab: Page, another_page: Page, app_url: str, tmp_path: Path
) -> None:
    page, other = tab, another_page
    open_app(other, app_url, "?seed=9")
    button(page, "start").click()
    wait_for_step(page, 20)
    button(page, "pause").click()
    at = resting_step(page)
    button(page, "open_files").click()
    with page.expect_download() as download:
        button(page, "save_run").click()
    saved = tmp_path / "run.safetensors"
    download.value.save_as(saved)

    assert env_step(other) == 0
    expect(button(other, "start")).to_be_visible()
    button(other, "open_files").click()
    other.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(saved)
    button(other, "use_opened").click()
    expect(other.get_by_text(f"Opened run.safetensors at step {at:,}.")).to_be_visible()
    expect(other.get_by_text(f"Environment step {at:,} of")).to_be_visible()
    expect(other).to_have_url(re.compile("seed=0"))
    button(other, "one_step").click()
    wait_for_step(other, at)


def test_the_test_page_plays_the_agent_that_trains_on_and_no_sidebar_covers_the_way_there(
    tab: Page,
) -> None:
    tab.get_by_test_id("stSidebar").hover()
    tab.get_by_test_id("stSidebarCollapseButton").get_by_role("button").click()
    button(tab, "start").click()
    left_at = wait_for_step(tab, 20)
    sidebar = tab.get_by_test_id("stSidebar")
    expect(sidebar).not_to_be_in_viewport()
    go_to(tab, "Test", "Watch and test an agent")
    slider, canvas = tab.locator(".player .slider"), tab.locator(".player canvas").first
    expect(canvas).to_be_visible()
    expect(tab.locator(".player .readout")).to_have_text(re.compile(r"/ \d+$"))  # to its end
    pictures = []
    for key in ("Home", "End"):
        slider.press(key)
        expect(canvas).to_have_attribute("data-drawn", slider.input_value())
        pictures.append(canvas.screenshot())
    assert pictures[0] != pictures[1]
    over = re.compile("terminated at step|reached its time limit")
    expect(tab.get_by_text(over)).to_be_visible()
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    tab.on("request", note)
    tab.wait_for_timeout(1_000)  # two refreshes
    tab.remove_listener("request", note)
    assert not [address for address in asked if "/curves" in address], "that has left the page"
    go_to(tab, "Train", "Train a deep Q-network")
    expect(button(tab, "pause")).to_be_visible()
    wait_for_step(tab, left_at)
    curve = tab.get_by_role("img", name=re.compile(r"return \(smoothed 0.9\) [\d.]+ of 500"))
    expect(curve.first).to_be_visible()
    tab.get_by_test_id("stExpandSidebarButton").click()
    expect(sidebar).to_be_in_viewport()


def test_the_numbers_above_the_charts_are_those_of_their_legends(page: Page, app_url: str) -> None:
    open_app(page, app_url, "?members=4&smoothing=0.5&total_steps=1200&evaluation_period=500")
    button(page, "start").click()
    expect(page.get_by_text("finished", exact=True)).to_be_visible()
    above = page.locator(".figures > dl > div")
    texts = [text.split("\n") for text in above.all_inner_texts()]
    legend = page.locator(".live-chart-entry")
    shown = dict(texts)
    for name, trace in (("Return (smoothed 0.5)", "training"), ("Greedy return", "greedy")):
        expect(legend.filter(has_text=trace).first.locator("output")).to_have_text(shown[name])
    remark = page.locator(".live-chart-remark:visible")
    expect(remark).to_contain_text("Predicted above obtained")
    panel = page.locator(".live-chart-panel", has=remark)
    sizes = [panel.locator(part).bounding_box() for part in (".live-chart-plot", "canvas")]
    assert sizes[0] == sizes[1], "the curves lie on their axes also where a remark stands below"
    note = page.locator(".live-chart-note")
    expect(note).to_contain_text("Bold: the interquartile mean of 4 seeds.")
    expect(page.locator(".figures")).to_contain_text(
        "returns are the interquartile mean of 4 seeds"
    )
