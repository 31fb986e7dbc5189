"""What a newcomer does, in a real browser: start, watch, pause, test, come back."""

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from statistics import mean

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.browser.conftest import RESTED
from tests.browser.train_page import (
    LONG,
    box,
    button,
    choose_speed,
    env_step,
    go_to,
    open_app,
    resting_step,
    wait_for_step,
)
from tests.browser.waiting import until_idle

APP = Path(__file__).parents[2] / "app.py"


def test_a_newcomer_with_a_small_laptop_sees_the_chart_grow_pauses_and_goes_on(tab: Page) -> None:
    tab.set_viewport_size({"width": 1366, "height": 768})
    chart = tab.locator(".live-chart-plot").first
    expect(chart).to_be_in_viewport(ratio=1)
    assert env_step(tab) == 0
    button(tab, "start").click()
    expect(button(tab, "pause")).to_be_visible()
    wait_for_step(tab, 300)
    curve = tab.get_by_role("img", name=re.compile(r"return \(smoothed 0.9\) [\d.]+ of 500"))
    expect(curve.first).to_be_visible()
    first = curve.first.get_attribute("aria-label")
    expect(curve.first).not_to_have_attribute("aria-label", str(first))
    expect(chart).to_be_in_viewport(ratio=1)

    button(tab, "pause").click()
    expect(tab.get_by_text("paused", exact=True)).to_be_visible()
    paused_at = resting_step(tab)
    tab.wait_for_timeout(1_000)  # two refreshes
    assert env_step(tab) == paused_at
    button(tab, "start").click()
    wait_for_step(tab, paused_at)


# In what order a browser loads Streamlit's scripts the first time is Streamlit's matter.
@pytest.mark.usefixtures("open_tab")
def test_the_time_controls_are_at_once_where_they_stay(page: Page, app_url: str) -> None:
    """A click that was begun while the page came would land beside its button."""
    late: list[bytes] = []

    def pass_on(browser: WebSocketRoute, message: str | bytes) -> None:
        assert isinstance(message, bytes)
        delta = ForwardMsg.FromString(message)
        in_sidebar = delta.WhichOneof("type") == "delta" and delta.metadata.delta_path[0] == 1
        if in_sidebar and delta.delta.new_element.WhichOneof("type") != "empty" and not late:
            late.append(message)
            time.sleep(3)  # the main part is drawn meanwhile
        browser.send(message)

    def connect(browser: WebSocketRoute) -> None:
        server = browser.connect_to_server()
        browser.on_message(server.send)
        server.on_message(lambda message: pass_on(browser, message))

    page.route_web_socket("**/_stcore/stream", connect)
    network = page.context.new_cdp_session(page)
    network.send("Emulation.setCPUThrottlingRate", {"rate": 3})
    page.add_init_script("""
        window.places = new Set();
        const look = () => {
            const start = document.querySelector(".st-key-start button")?.getBoundingClientRect();
            if (start) places.add([start.left, start.top].map(Math.round).join());
            requestAnimationFrame(look);
        };
        look();
    """)
    open_app(page, app_url, LONG)
    assert late
    expect(button(page, "open_copy")).to_be_visible()
    assert len(page.evaluate("[...places]")) == 1


def test_a_refresh_has_few_parts_of_the_page_styled_anew(tab: Page) -> None:
    button(tab, "start").click()
    wait_for_step(tab, 100)
    until_idle(tab)
    browser = tab.context.browser
    assert browser is not None
    browser.start_tracing(page=tab, categories=["devtools.timeline"])
    wait_for_step(tab, env_step(tab) + 500)
    events = json.loads(browser.stop_tracing())["traceEvents"]
    styled = [
        event["args"].get("elementCount", 0)
        for event in events
        if event["name"] == "UpdateLayoutTree"
    ]
    assert len(styled) > 3
    assert mean(styled) < tab.locator("*").count() / 10


def reopen_sidebar(page: Page) -> None:
    """Beside the ways to the pages, once it is out of sight."""
    sidebar = page.get_by_test_id("stSidebar")
    expect(sidebar).not_to_be_in_viewport()
    go_to(page, "Compare", "Compare runs")
    go_to(page, "Train", "Train a deep Q-network")
    page.get_by_test_id("stExpandSidebarButton").click()
    expect(sidebar).to_be_in_viewport()


def test_the_ways_to_pages_and_sidebar_do_not_cover_each_other(tab: Page) -> None:
    tab.get_by_test_id("stSidebar").hover()
    tab.get_by_test_id("stSidebarCollapseButton").get_by_role("button").click()
    reopen_sidebar(tab)


def test_on_a_phone_no_page_scrolls_sideways_and_the_sidebar_fits_and_covers_no_way_to_a_page(
    page: Page, app_url: str
) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    # The sidebar as on a first visit: where another test has left it open, a click closes it.
    page.add_init_script("localStorage.clear()")
    open_app(page, app_url, f"{LONG}&gamma=0.9")  # beside which there is a way back
    button(page, "start").click()
    wait_for_step(page, 100)
    for name, heading in (
        ("Test", "Watch and test an agent"),
        ("Train", "Train a deep Q-network"),
    ):
        go_to(page, name, heading)
        until_idle(page)
        page.wait_for_timeout(500)
        widths = page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert widths[0] <= widths[1]
    reopen_sidebar(page)
    expect(box(page, "exact_gamma")).to_be_attached()
    page.wait_for_function(  # while the sidebar slides in, the page is wider
        "() => [document.documentElement, document.querySelector('[data-testid=stSidebarContent]')]"
        ".every(e => e.scrollWidth <= e.clientWidth)"
    )


def test_single_steps_and_episodes(tab: Page) -> None:
    button(tab, "one_step").click()
    expect(tab.get_by_text("Environment step 1 of")).to_be_visible()
    button(tab, "one_step").click()
    expect(tab.get_by_text("Environment step 2 of")).to_be_visible()
    button(tab, "one_episode").click()
    wait_for_step(tab, 7)
    expect(tab.get_by_text("paused", exact=True)).to_be_visible()


def test_slow_motion_shows_the_environment_and_a_step_moves_it(tab: Page) -> None:
    picture = tab.locator(".scene-picture")
    expect(picture).to_be_hidden()
    choose_speed(tab, "10 steps/s")
    expect(picture).to_have_attribute("aria-label", "CartPole-v1 at step 0 of the episode")
    button(tab, "one_step").click()
    expect(picture).to_have_attribute("aria-label", "CartPole-v1 at step 1 of the episode")
    before = picture.evaluate("canvas => canvas.toDataURL()")
    button(tab, "start").click()
    tab.wait_for_function(
        "before => document.querySelector('.scene-picture').toDataURL() !== before",
        arg=before,
        polling=100,
    )
    choose_speed(tab, "full speed")
    expect(picture).to_be_hidden()


def test_nothing_below_the_time_controls_moves_when_they_change(tab: Page) -> None:
    tab.evaluate("""() => {
        window.tops = new Set();
        const look = () => {
            const view = document.querySelector(".st-key-view");
            if (view) tops.add(view.getBoundingClientRect().top);
            window.looking = requestAnimationFrame(look);
        };
        look();
    }""")
    for _ in range(2):
        button(tab, "start").click()
        expect(button(tab, "pause")).to_be_visible()
        tab.wait_for_timeout(300)
        button(tab, "pause").click()
        expect(button(tab, "start")).to_be_visible()
        tab.wait_for_timeout(300)
    tab.evaluate("cancelAnimationFrame(looking)")  # or the tab would draw each frame ever after
    assert len(tab.evaluate("[...tops]")) == 1


def test_two_windows_are_two_runs_and_one_that_is_saved_is_opened_in_the_other(
    tab: Page, another_page: Page, app_url: str, tmp_path: Path
) -> None:
    page, other = tab, another_page
    open_app(other, app_url, "?seed=9")
    button(page, "start").click()
    wait_for_step(page, 300)
    button(page, "pause").click()
    expect(page.get_by_text("paused", exact=True)).to_be_visible()
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
    button(other, "start").click()
    wait_for_step(other, at)


def test_a_second_visitor_waits_for_a_place_and_gets_it_when_the_first_tab_closes(
    page: Page, another_page: Page, serve: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DQN_LAB_TRAINING_SLOTS", "1")
    url = serve(APP, starter=RESTED)
    first, second = another_page, page
    open_app(first, url, LONG)
    open_app(second, url, LONG)
    button(first, "start").click()
    wait_for_step(first, 100)
    button(second, "start").click()
    expect(second.get_by_text("waiting", exact=True)).to_be_visible()
    expect(second.get_by_text("Waiting: 1 run is ahead of you.")).to_be_visible()
    assert env_step(second) == 0
    first.close()
    wait_for_step(second, 100)


def test_the_test_page_plays_the_agent_whose_training_goes_on_meanwhile(tab: Page) -> None:
    button(tab, "start").click()
    left_at = wait_for_step(tab, 1_000)
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
    go_to(tab, "Train", "Train a deep Q-network")
    expect(button(tab, "pause")).to_be_visible()
    wait_for_step(tab, left_at + 100)


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
