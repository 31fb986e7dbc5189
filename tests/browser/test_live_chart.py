"""The live chart in a real browser: its statistics against NumPy, and what survives a refresh."""

import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from dashboard.charts.live_chart import News, Panel, Trace, live_charts
from dqn_core.numbers import number
from dqn_core.statistics import smooth
from tests.browser.chart_bench import PANELS, THEMES, Bench, made_up
from tests.browser.waiting import until, until_idle

DEMO = Path(__file__).with_name("live_chart_demo.py")


def box_of(part: Locator) -> Any:
    box = part.bounding_box()
    assert box
    return box


def test_charts_are_made_once_and_extended(bench: Bench) -> None:
    bench.refresh(20)
    bench.page.evaluate(
        "window.nodes = [...document.querySelectorAll('.live-chart-plot, .main-svg')]"
    )
    rows = iter(range(21, 81))
    live_charts(
        PANELS,
        lambda: News(made_up(next(rows, 80)), "a"),
        x_axis="env_step",
        smoothing=0.9,
        key="chart",
        period=0.01,
    )
    bench.page.evaluate("(data) => show(data)", bench.data | {"view": 0})
    until(bench.page, lambda: len(bench.questions) > 60)
    until(bench.page, lambda: bench.drawn("shown[0].lines.bold.x.at(-1)") == 8_000)
    assert bench.page.evaluate("nodes.every((node) => node.isConnected)")


def test_average_is_drawn_over_all_rows(bench: Bench) -> None:
    bench.refresh(100)
    bench.refresh(300)
    mean, expected = 0.0, 0.0
    for t, value in enumerate(made_up(300)["episodes"]["return"].astype("f4").tolist(), 1):
        mean = 0.9 * mean + 0.1 * value
        expected = mean / (1 - 0.9**t)
    assert bench.drawn("shown[0].lines.bold.y.at(-1)") == pytest.approx(expected)
    bench.refresh(300, smoothing=0.0)
    last = made_up(300)["episodes"]["return"][-1]
    assert bench.drawn("shown[0].lines.bold.y.at(-1)") == pytest.approx(last)
    bench.refresh(300, x_axis="seconds")
    assert bench.drawn("shown[0].lines.bold.x.at(-1)") == pytest.approx(12)


def test_zoom_stays_and_is_shared_until_a_double_click(bench: Bench) -> None:
    bench.refresh(200)
    assert bench.drawn("gd.layout.xaxis.range[1]") == pytest.approx(20_480)
    expect(bench.follow).to_be_hidden()
    bench.drag()
    zoomed = bench.drawn("gd.layout.xaxis.range")
    assert 4_000 < zoomed[0] < zoomed[1] < 15_000
    assert bench.drawn("gd.layout.xaxis.range", panel=1) == zoomed
    bench.refresh(400)
    assert bench.drawn("gd.layout.xaxis.range") == zoomed
    expect(bench.follow).to_be_visible()
    bench.double_click(panel=2)
    assert bench.drawn("gd.layout.xaxis.range[1]") == pytest.approx(40_960)
    bench.refresh(500)
    assert bench.drawn("gd.layout.xaxis.range[1]") == pytest.approx(51_200)
    bench.drag()
    bench.follow.click()
    assert bench.drawn("gd.layout.xaxis.range[1]") == pytest.approx(51_200)


def test_a_refresh_does_not_break_a_drag(bench: Bench) -> None:
    bench.refresh(200)
    box = bench.plot().bounding_box()
    y = box["y"] + box["height"] / 2
    bench.page.mouse.move(box["x"] + 300, y)
    bench.page.mouse.down()
    bench.page.mouse.move(box["x"] + 400, y, steps=3)
    bench.refresh(400)
    bench.page.mouse.move(box["x"] + 500, y, steps=3)
    bench.page.mouse.up()
    expect(bench.follow).to_be_visible()
    low, high = bench.drawn("gd.layout.xaxis.range")
    assert 2_000 < low < high < 12_000


def test_a_hidden_trace_stays_hidden(bench: Bench) -> None:
    bench.refresh(200)
    entry = bench.page.get_by_role("button", name=re.compile("^training"))
    entry.click()
    expect(entry).to_have_attribute("aria-pressed", "false")
    bench.refresh(300)
    assert bench.drawn("shown.map(({ name }) => name)") == ["greedy"]
    entry.click()
    assert bench.drawn("shown.map(({ name }) => name)") == ["training", "greedy"]


def test_a_hidden_trace_stays_hidden_under_another_name(bench: Bench) -> None:
    bench.refresh(200)
    bench.page.get_by_role("button", name=re.compile("^training")).click()
    training, greedy = PANELS[0].traces
    renamed = replace(PANELS[0], traces=(greedy, replace(training, name="learning")))
    bench.refresh(300, panels=[renamed])
    entry = bench.page.get_by_role("button", name=re.compile("^learning"))
    expect(entry).to_have_attribute("aria-pressed", "false")
    assert bench.drawn("shown.map(({ name }) => name)") == ["greedy"]


def test_hover_is_shared_and_survives_a_refresh(bench: Bench) -> None:
    bench.refresh(200)
    box = bench.plot().bounding_box()
    bench.page.mouse.move(box["x"] + 54 + 0.199 * (box["width"] - 70), box["y"] + 100)
    rules = bench.page.locator(".live-chart-rule:visible")
    expect(rules).to_have_count(len(PANELS))
    # 0.2 of 20,480 is close to the change at 4,100: its label is read there
    expect(rules.first).to_have_text(re.compile(r"step 4,0\d\d · γ 0.99 → <b>0.9</b>"))
    value = bench.page.locator(".live-chart-entry output").first
    assert float(value.inner_text()) == pytest.approx(
        bench.drawn("shown[0].lines.bold.y[40]"), rel=0.01
    )
    bench.refresh(201)
    bench.page.wait_for_timeout(600)
    expect(rules).to_have_count(len(PANELS))
    bench.page.mouse.move(0, 0)
    expect(rules).to_have_count(0)


def test_before_its_first_value_a_curve_has_no_reading(bench: Bench) -> None:
    bench.refresh(200)
    box = bench.plot().bounding_box()
    bench.page.mouse.move(box["x"] + 54 + 0.05 * (box["width"] - 74), box["y"] + 100)
    values = bench.page.locator(".live-chart-entry output")
    expect(values.nth(1)).to_have_text("–")  # the first evaluation was at step 2,500
    expect(values.nth(0)).not_to_have_text("–")


def test_the_first_value_is_seen_though_it_is_no_line_yet(bench: Bench) -> None:
    bench.refresh(1)
    assert bench.drawn("shown[0].lines.bold.x.length") == 1
    assert bench.drawn("shown[0].style.marked")
    bench.refresh(2)
    assert not bench.drawn("shown[0].style.marked")


def test_what_each_seed_had_first_is_seen_before_there_is_a_line_of_all(bench: Bench) -> None:
    bench.refresh(50, members=2)
    assert bench.drawn("shown[1].lines.faint.y.filter(Number.isFinite).length") == 2
    assert bench.drawn("shown[1].style.apart")
    bench.refresh(200, members=2)
    assert not bench.drawn("shown[1].style.apart")


def test_charts_shrink_with_the_window(bench: Bench) -> None:
    bench.page.set_viewport_size({"width": 1280, "height": 900})
    bench.refresh(100)
    assert bench.drawn("gd.layout.width") > 700
    bench.page.set_viewport_size({"width": 500, "height": 900})
    assert bench.drawn("gd.layout.width") <= 500


def test_axes_that_only_grow_are_not_laid_out_anew(bench: Bench) -> None:
    bench.refresh(100)
    assert bench.drawn("gd.layout.xaxis.range[1]") == pytest.approx(10_240)
    bench.page.evaluate("""() => {
        window.calls = { react: 0, relayout: 0 };
        for (const name of Object.keys(calls)) {
            const original = Plotly[name];
            Plotly[name] = (...values) => { calls[name] += 1; return original(...values) };
        }
    }""")
    bench.refresh(200)
    assert bench.drawn("gd.layout.xaxis.range[1]") == pytest.approx(20_480)
    assert bench.page.evaluate("calls") == {"react": 0, "relayout": len(PANELS)}
    picture = """Array.from(gd.querySelectorAll(".main-svg :is(path, text)"), (node) =>
        [node.textContent, node.style.opacity, node.getAttribute("transform"),
            node.getAttribute("d")].join("|"))"""
    for panel in range(len(PANELS)):
        grown = set(bench.drawn(picture, panel))
        bench.plot(panel).evaluate("(gd) => Plotly.redraw(gd)")
        assert set(bench.drawn(picture, panel)) == grown, "as one that was laid out anew"
    bench.refresh(200)
    assert bench.page.evaluate("calls.react") == 0, "nobody has zoomed"


def test_each_question_says_what_is_here_and_only_the_rest_is_asked_for(bench: Bench) -> None:
    bench.refresh(100)
    bench.refresh(150)
    nothing, hundred = bench.questions
    spec = bench.data["spec"]["id"]
    assert nothing == {"spec": spec, "run": ""}
    assert hundred == {
        "spec": spec,
        "run": "a",
        "episodes": "100",
        "updates": "100",
        "evaluations": "4",
        "changes": "1",
    }
    assert bench.drawn("shown[0].lines.faint.x.length") == 150


def test_an_answer_that_got_lost_is_asked_for_again(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench(page, monkeypatch)
    bench.refresh(100)
    bench.losing = True
    live_charts(
        PANELS, lambda: News(made_up(150), "a"), x_axis="env_step", smoothing=0.9, key="chart"
    )
    with bench.page.expect_event("requestfailed"):
        bench.page.evaluate("(data) => show(data)", bench.data | {"view": 0})
    bench.losing = False
    until(bench.page, lambda: bench.drawn("shown[0].lines.faint.x.length") == 150)


def test_an_answer_with_rows_that_are_here_already_changes_nothing(bench: Bench) -> None:
    bench.refresh(100)
    bench.repeating = True
    bench.refresh(150)
    bench.refresh(150)
    assert bench.drawn("shown[0].lines.faint.x.length") == 150
    assert bench.drawn("shown[0].lines.bold.x.at(-1)") == 15_000


def test_an_answer_for_other_panels_is_left_alone(bench: Bench) -> None:
    bench.refresh(100)
    drawn = bench.data
    live_charts(
        PANELS[1:], lambda: News(made_up(150), "a"), x_axis="env_step", smoothing=0.9, key="chart"
    )
    with bench.answered():
        bench.page.evaluate("(data) => show(data)", drawn | {"view": 0})
    assert bench.drawn("shown[0].lines.faint.x.length") == 100


def test_news_of_another_state_have_the_page_drawn_anew_once(bench: Bench) -> None:
    bench.refresh(100, state="running", drawn="running")
    assert bench.page.evaluate("sent") == []
    began = time.monotonic()
    bench.refresh(100, state="paused", drawn="running", period=0.1)
    bench.page.wait_for_function("sent.length")
    bench.page.wait_for_timeout(300)
    bench.refresh(100, state="paused", drawn="paused")
    bench.page.wait_for_timeout(300)
    sent = bench.page.evaluate("sent")
    assert sent == len(sent) * [["redraw", "paused"]]
    assert len(sent) <= 1 + (time.monotonic() - began) / 3, "a page is given seconds to be drawn"


def test_an_answer_with_a_gap_before_it_is_left_alone(bench: Bench) -> None:
    """As when the panels were others and the same again while it was on its way."""
    bench.refresh(100)
    source = bench.source
    bench.page.evaluate("charts.get(document.querySelector('main div')).store.clear()")
    bench.source = lambda query: source({**query, "episodes": "100", "updates": "100"})
    with bench.answered():
        bench.page.evaluate("(data) => show(data)", bench.data | {"view": 0})
    bench.page.wait_for_timeout(100)
    bench.source = source
    bench.refresh(150)
    assert bench.drawn("shown[0].lines.faint.x.length") == 150


def test_another_server_than_drew_the_page_is_asked_to_draw_it(bench: Bench) -> None:
    bench.known = False
    bench.refresh(100)
    bench.page.wait_for_function("sent.length")
    # On a busy machine it may be time already to ask again.
    assert bench.page.evaluate("sent.slice(0, 1)") == [["redraw", "lost"]]


def test_a_new_element_gets_everything(bench: Bench) -> None:
    bench.refresh(100)
    bench.page.evaluate("document.querySelector('main').replaceChildren(), unmount()")
    bench.mount()
    bench.refresh(150)
    assert bench.questions[-1] == {"spec": bench.data["spec"]["id"], "run": ""}
    assert bench.drawn("shown[0].lines.faint.x.length") == 150


def test_another_run_clears_the_same_nodes(bench: Bench) -> None:
    bench.refresh(200)
    bench.drag()
    node = bench.plot().element_handle()
    bench.refresh(0, run_id="b")
    assert bench.drawn("shown[0].lines.faint.x.length") == 0
    expect(bench.page.locator(".live-chart-quiet").first).to_have_text(PANELS[0].empty)
    expect(bench.page.locator(".live-chart-quiet").first).to_be_visible()
    assert bench.drawn("gd.layout.shapes.length") == 2, "the reference lines are there"
    bench.refresh(50, run_id="b")
    assert bench.drawn("shown[0].lines.faint.x.length") == 50
    assert bench.drawn("gd.layout.xaxis.range[1]") == pytest.approx(5_120)
    expect(bench.page.locator(".live-chart-quiet").first).to_be_hidden()
    assert node.evaluate("(node) => node === document.querySelector('.live-chart-plot')")


def test_other_panels_get_the_columns_they_need(bench: Bench) -> None:
    bench.refresh(100, panels=PANELS[:1])
    node = bench.plot().element_handle()
    bench.refresh(150, panels=(PANELS[2], PANELS[0]))
    assert bench.drawn("shown[0].lines.bold.x.length") == 150
    expect(bench.page.get_by_role("heading")).to_have_text(["Exploration", "Return"])
    assert node.evaluate("(node) => node.isConnected")


def test_values_that_are_no_numbers_are_gaps(bench: Bench) -> None:
    bench.refresh(60)
    raw = made_up(60)["updates"]["loss"]
    drawn = np.array(bench.drawn("Array.from(shown[0].lines.faint.y)", panel=1), dtype=float)
    finite = np.isfinite(raw)
    np.testing.assert_array_equal(np.isfinite(drawn), finite)
    # zeros lie on the smallest positive value of a logarithmic axis
    smallest = raw[finite & (raw > 0)].min()
    assert drawn[finite].min() == pytest.approx(smallest, rel=1e-6)
    expect(bench.page.locator(".live-chart-entry output").nth(2)).not_to_have_text("NaN")


def test_the_picture_is_put_into_words(bench: Bench) -> None:
    bench.refresh(0)
    alternative = bench.page.get_by_role("img").first
    expect(alternative).to_have_attribute("aria-label", f"Return: {PANELS[0].empty}")
    bench.refresh(100)
    value = number(bench.drawn("shown[0].lines.bold.y.at(-1)"))
    expect(alternative).to_have_attribute(
        "aria-label",
        re.compile(rf"Return: average return {value} of 500, (rising|falling|steady)"),
    )
    expect(bench.page.get_by_role("heading")).to_have_text(["Return", "Loss", "Exploration"])


def test_members_are_shown_with_what_they_agree_on(bench: Bench) -> None:
    bench.refresh(1000, members=5)
    assert bench.drawn("shown[0].lines.faint.x.filter((x) => x === null).length") == 5
    x = bench.drawn("Array.from(shown[0].lines.bold.x)")
    assert x[-1] <= 20_000
    assert bench.drawn("shown[0].lines.band.x.length") == 2 * len(x) + 1, "the band's outline"
    expect(bench.plot()).to_have_attribute(
        "aria-label",
        re.compile(
            r"interquartile mean of 5 seeds, 95\s% bootstrap interval, with so few seeds hardly "
            "more "
            r"than their range: [\d.]+ to [\d.]+\)"
        ),
    )
    expect(bench.page.locator(".live-chart-note")).to_have_text(re.compile("interquartile"))


def test_a_member_that_stopped_is_drawn_to_its_end_and_is_in_no_statistic(bench: Bench) -> None:
    bench.refresh(1000, members=5)
    assert bench.drawn("shown[0].lines.faint.x.filter((x) => x === null).length") == 5
    bench.refresh(1000, members=5, stopped={1: 0}, run_id="without")
    without = bench.drawn("[shown[0].lines.bold, shown[0].lines.band]")
    bench.refresh(1000, members=5, stopped={1: 8_000}, run_id="with")
    assert bench.drawn("shown[0].lines.faint.x.filter((x) => x === null).length") == 5
    assert bench.drawn("[shown[0].lines.bold, shown[0].lines.band]") == without
    expect(bench.plot()).to_have_attribute(
        "aria-label", re.compile("interquartile mean of 4 seeds")
    )


def test_texts_are_not_markup(bench: Bench) -> None:
    bench.refresh(100)
    assert bench.drawn("gd.querySelector('.annotation-text').textContent") == "γ 0.99 → <b>0.9</b>"


@pytest.mark.parametrize("theme", THEMES)
def test_colours_follow_the_page(bench: Bench, theme: str) -> None:
    for name in ("light", theme):
        bench.page.evaluate(
            """(theme) => Object.entries(theme).forEach(([name, value]) =>
                document.documentElement.style.setProperty(`--st-${name}`, value))""",
            THEMES[name],
        )
        bench.refresh(100)
    text = {"light": "31,41,51", "dark": "230,234,238"}[theme]
    assert bench.drawn("gd.layout.xaxis.tickfont.color").replace(" ", "") == f"rgba({text},0.75)"
    assert bench.drawn("gd.layout.paper_bgcolor") == "rgba(0,0,0,0)"


@pytest.mark.parametrize(("width", "columns"), [(360, 1), (1280, 2)])
def test_panels_fit_the_page(bench: Bench, width: int, columns: int) -> None:
    bench.page.set_viewport_size({"width": width, "height": 900})
    bench.refresh(100)
    assert bench.drawn("gd.layout.width") <= width
    boxes = [box_of(panel) for panel in bench.page.locator(".live-chart-panel").all()]
    assert len({round(box["x"]) for box in boxes}) == columns
    assert boxes[0]["width"] > 0.9 * width
    assert bench.page.evaluate("document.documentElement.scrollWidth") <= width
    svg = bench.plot().locator(".main-svg").first.bounding_box()
    assert svg["width"] == pytest.approx(bench.plot().bounding_box()["width"], abs=1)


def test_charts_side_by_side_are_level_however_long_a_legend_is(bench: Bench) -> None:
    bench.page.set_viewport_size({"width": 900, "height": 800})
    names = [f"a name as long as need be to fill a line, number {i}" for i in range(3)]
    long = replace(
        PANELS[1], traces=tuple(Trace("updates", "loss", name) for name in names), takeaway=None
    )
    bench.refresh(100, panels=[PANELS[0], long, PANELS[2]])
    captions = bench.page.locator("figcaption")
    assert box_of(captions.nth(1))["height"] > box_of(captions.nth(0))["height"]
    left, right = (bench.plot(panel).bounding_box() for panel in (1, 2))
    assert left["x"] < right["x"]
    assert left["y"] == right["y"]


def test_panning_takes_the_curves_along(bench: Bench) -> None:
    bench.refresh(200)
    bench.drag()
    bench.page.get_by_role("button", name="Move").first.click()
    box = bench.plot().bounding_box()
    y = box["y"] + box["height"] / 2
    before = bench.drawn("shown[0].lines.bold.x[0]")
    bench.page.mouse.move(box["x"] + 300, y)
    bench.page.mouse.down()
    bench.page.mouse.move(box["x"] + 500, y, steps=3)
    until(bench.page, lambda: bench.drawn("shown[0].lines.bold.x[0]") < before - 500)
    bench.page.mouse.up()
    until(bench.page, lambda: bench.drawn("shown[0].lines.bold.x[0]", panel=1) < before - 500)


def test_a_panel_is_saved_as_a_picture(bench: Bench, tmp_path: Path) -> None:
    bench.refresh(100, filename="CartPole-v1_seed0")
    with bench.page.expect_download() as download:
        bench.page.get_by_role("button", name="PNG").first.click()
    assert download.value.suggested_filename == "CartPole-v1_seed0_return.png"
    picture = tmp_path / "return.png"
    download.value.save_as(picture)
    assert picture.stat().st_size > 10_000


def test_nothing_is_left_behind(bench: Bench) -> None:
    bench.refresh(100)
    bench.page.evaluate("""() => {
        window.plots = [...document.querySelectorAll(".live-chart-plot")];
        unmount();
    }""")
    assert bench.page.locator(".live-chart").count() == 1, "a superseded call does not clean up"
    bench.page.evaluate("document.querySelector('main').replaceChildren(), unmount()")
    assert bench.page.evaluate("plots.every((plot) => !plot._fullLayout)")


def test_in_streamlit(serve: Callable[[Path], str], page: Page) -> None:
    """Few bytes a refresh late in a run, and back after leaving."""
    sizes: list[int] = []
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(f"{serve(DEMO)}/?episodes=20000&grow=40&wait=0.5")
    plot = page.locator(".live-chart-plot").first
    expect(plot).to_have_attribute("aria-label", re.compile("average return"))
    node = plot.element_handle()
    until_idle(page)

    sizes.clear()
    until(page, lambda: len(sizes) >= 4)
    sizes.pop(0)  # may be the last of what the page was loaded with
    assert np.mean(sizes) <= 5_000
    assert node.evaluate("(node) => node === document.querySelector('.live-chart-plot')")

    def end() -> float:
        return float(plot.evaluate("(gd) => gd.layout.xaxis.range[1]"))

    until(page, lambda: end() > 4_000_000)  # 20,000 episodes of 200 steps
    grown = end()
    page.get_by_text("Show", exact=True).click()
    expect(plot).to_have_count(0)
    until_idle(page)
    page.wait_for_timeout(500)
    sizes.clear()
    page.wait_for_timeout(1200)
    assert not sizes, "nothing is asked for what is not on the page"
    page.get_by_text("Show", exact=True).click()
    expect(plot).to_have_attribute("aria-label", re.compile("average return"))
    until(page, lambda: end() >= grown)
    page.get_by_role("button", name="New run").click()
    until(page, lambda: end() < grown / 2)


def test_a_chart_that_leaves_the_page_raises_no_error_when_its_size_goes(bench: Bench) -> None:
    bench.refresh(20)
    bench.page.evaluate("document.querySelector('.live-chart').remove()")
    bench.page.wait_for_timeout(200)  # an error of the page would fail this test at its end


def test_what_is_compared_with_is_behind_and_goes_as_far_as_the_rest(bench: Bench) -> None:
    panel = Panel(
        "return",
        "Return",
        (
            Trace("evaluations", "mean_return", "greedy", "markers"),
            Trace("episodes", "return", "run 1 (γ 0.9)", "average", behind=True),
        ),
        empty="Nothing yet.",
    )
    bench.refresh(0, panels=[panel])
    expect(bench.page.get_by_text("Nothing yet.")).to_be_visible()
    bench.refresh(20, panels=[panel])  # no greedy evaluation yet: all of what was before
    expect(bench.page.get_by_text("Nothing yet.")).to_be_hidden()
    assert bench.drawn("Math.max(...shown[0].lines.bold.x)") == 2_000
    assert bench.drawn("gd.layout.xaxis.range")[1] >= 2_000
    bench.refresh(100, panels=[panel])
    bench.refresh(30, panels=[panel], run_id="b")  # greedy to step 2,500, before to 3,000
    expect(bench.page.get_by_text("Nothing yet.")).to_be_hidden()
    assert bench.drawn("shown.map(({ name }) => name)") == ["run 1 (γ 0.9)", "greedy"]
    assert bench.drawn("gd.layout.xaxis.range")[1] < 2_700
    assert bench.drawn("shown[0].lines.faint.x.length") == 0
    assert 2_000 < bench.drawn("Math.max(...shown[0].lines.bold.x)") <= 2_700
    value = bench.page.get_by_role("button", name="run 1 (γ 0.9)").locator("output")
    average = smooth(made_up(30)["episodes"]["return"][:25], 0.9)[-1]
    expect(value).to_have_text(f"{average:.1f}")  # where greedy is, not at its own end
    assert bench.drawn("shown[0].style.color !== shown[1].style.color")
    undone = replace(panel, traces=(panel.traces[0], replace(panel.traces[1], whole=True)))
    bench.refresh(30, panels=[undone], run_id="c")
    assert bench.drawn("Math.max(...shown[0].lines.bold.x)") == 3_000
    assert bench.drawn("gd.layout.xaxis.range")[1] >= 3_000


def test_of_several_members_behind_only_what_they_agree_on_is_drawn(bench: Bench) -> None:
    behind = replace(PANELS[0].traces[0], name="run 1", behind=True)
    panel = replace(PANELS[0], traces=(PANELS[0].traces[1], behind), takeaway=None)
    bench.refresh(300, members=3, panels=[panel])
    assert bench.drawn("shown[0].name") == "run 1"
    lines = bench.drawn("Object.entries(shown[0].lines).map(([name, { x }]) => [name, x.length])")
    assert {name for name, points in lines if points} == {"bold"}
