"""What leaves the page: pictures of the charts, and the page on paper, in a real browser."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from dashboard.charts.panels import Takeaway
from tests.browser.chart_bench import PANELS, THEMES, Bench
from tests.browser.train_page import button, enter, resting_step, wait_for_step

CAPTION = "CartPole-v1 · seed 0 · Recommended with γ 0.9"


@pytest.fixture
def printed_bench(page: Page, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """On a page of its own: what is printed, or listens for printing, is the whole page."""
    return Bench(page, monkeypatch)


def darken(page: Page) -> None:
    page.evaluate(
        """(theme) => Object.entries(theme).forEach(([name, value]) =>
            document.querySelector("main").style.setProperty(`--st-${name}`, value))""",
        THEMES["dark"],
    )


def saved(bench: Bench, kind: str, folder: Path) -> Path:
    """The picture of the first chart."""
    with bench.page.expect_download() as download:
        bench.page.get_by_role("button", name=kind).first.click()
    path = folder / str(download.value.suggested_filename)
    download.value.save_as(path)
    return path


@pytest.fixture
def picture(bench: Bench, another_page: Page, tmp_path: Path) -> Page:
    """The first chart of a dark page, compared with many runs, as SVG in a page of its own."""
    names = [f"run {i} (γ 0.9, α 0.01 → 0.001, {i} more)" for i in range(1, 5)]
    behind = [
        replace(PANELS[0].traces[0], name=name, column="epsilon", behind=True) for name in names
    ]
    panel = replace(PANELS[0], traces=(*PANELS[0].traces, *behind))
    darken(bench.page)
    bench.refresh(300, panels=[panel], caption=CAPTION, filename="CartPole-v1_seed0")
    path = saved(bench, "SVG", tmp_path)
    assert path.name == "CartPole-v1_seed0_return.svg"
    another_page.set_content(path.read_text())
    return another_page


def boxes(texts: Locator) -> list[Any]:
    found = [text.bounding_box() for text in texts.all()]
    assert found
    return [box for box in found if box]


def meet(a: Any, b: Any) -> bool:
    return (
        a["x"] < b["x"] + b["width"]
        and b["x"] < a["x"] + a["width"]
        and a["y"] < b["y"] + b["height"]
        and b["y"] < a["y"] + a["height"]
    )


def test_a_picture_says_what_it_is_of_in_light_colours_and_no_name_in_it_is_covered_or_cut(
    picture: Page,
) -> None:
    title = picture.locator(".gtitle")
    for words in ("Return", CAPTION, "Faint: each value"):
        expect(title).to_contain_text(words)
    expect(picture.locator(".legendtext").first).to_have_text("training")
    ground = picture.locator("svg > rect").first
    expect(ground).to_have_css("fill", "rgb(255, 255, 255)")
    expect(picture.locator(".xtick text").first).to_have_css("fill", "rgb(0, 0, 0)")

    whole = boxes(picture.locator("svg").first)[0]
    names = boxes(picture.locator(".legendtext"))
    assert len(names) == 6
    others = boxes(picture.locator(".xtick text, .ytick text, .xtitle, .annotation text"))
    for i, name in enumerate(names):
        assert name["x"] + name["width"] <= whole["x"] + whole["width"]
        assert name["y"] + name["height"] <= whole["y"] + whole["height"]
        assert not any(meet(name, other) for other in [*names[:i], *others])


def test_a_picture_for_slides_is_large_enough_for_print(bench: Bench, tmp_path: Path) -> None:
    bench.refresh(100)
    header = saved(bench, "PNG", tmp_path).read_bytes()[:24]
    width, height = (int.from_bytes(header[at : at + 4]) for at in (16, 20))
    assert width == 3_200
    assert height >= 2_000


def test_a_picture_goes_to_the_last_point_of_what_is_compared(bench: Bench) -> None:
    behind = replace(PANELS[0].traces[0], name="run 1", behind=True)
    panel = replace(PANELS[0], traces=(PANELS[0].traces[1], behind), takeaway=Takeaway())
    bench.refresh(30, panels=[panel])  # greedy to step 2,500, before to 3,000
    assert bench.drawn("gd.layout.xaxis.range[1]") < 3_000
    bench.page.evaluate("""() => {
        const { downloadImage } = Plotly;
        Plotly.downloadImage = (picture) => {
            window.picture = picture;
            Plotly.downloadImage = downloadImage;
        };
    }""")
    bench.page.get_by_role("button", name="SVG").click()
    assert bench.page.evaluate("picture.layout.xaxis.range[1]") >= 3_000
    assert bench.page.evaluate("Math.max(...picture.data.flatMap(({ x }) => [...x]))") == 3_000
    assert bench.drawn("gd.layout.xaxis.range[1]") < 3_000, "the page stays as it is"


def test_what_can_be_done_with_a_chart_covers_none_of_it(bench: Bench) -> None:
    for width in (360, 1280):
        bench.page.set_viewport_size({"width": width, "height": 900})
        bench.refresh(100)
        for panel in bench.page.locator(".live-chart-panel").all():
            tools, frame, names = (
                panel.locator(name).bounding_box()
                for name in (".live-chart-tools", ".live-chart-frame", ".live-chart-names")
            )
            assert not meet(tools, frame)
            assert not meet(tools, names)


def test_every_chart_is_drawn_for_paper_in_light_colours_and_then_as_before(
    printed_bench: Bench,
) -> None:
    bench = printed_bench
    bench.page.set_viewport_size({"width": 1280, "height": 300})
    darken(bench.page)
    bench.refresh(100)
    hidden = len(PANELS) - 1
    assert bench.drawn("shown.length", panel=hidden) == 0, "out of sight"
    asked = len(bench.questions)
    bench.page.emulate_media(media="print")
    assert bench.drawn("shown[0].lines.bold.x.length", panel=hidden) == 100
    assert len(bench.questions) == asked + 1, "for what there is at that moment"
    for panel in range(len(PANELS)):
        assert bench.drawn("gd.layout.font.color", panel) == "black"
        assert bench.plot(panel).bounding_box()["width"] <= 700
    bench.page.emulate_media(media="screen")
    assert bench.drawn("gd.layout.font.color") == THEMES["dark"]["text-color"]


def test_a_printed_page_is_of_the_moment_and_has_every_value(tab: Page) -> None:
    enter(tab, "exact_gamma", "0.9")
    tab.wait_for_url("**gamma=0.9*")
    button(tab, "start").click()
    wait_for_step(tab, 50)
    enter(tab, "exact_batch_size", "32")
    button(tab, "pause").click()
    step = resting_step(tab)
    tab.emulate_media(media="print", color_scheme="dark")
    expect(tab.locator(".q-map-canvas")).to_have_attribute("data-drawn", str(step))
    expect(tab.locator(".health")).to_contain_text(f"{step:,} of 50,000")
    expect(tab.locator(".stSidebar")).to_be_hidden()
    expect(tab.locator(".live-chart-caption")).to_contain_text("γ 0.9")
    values = tab.locator(".paper-values")
    expect(values).to_contain_text("Batch size")
    sheet = tab.locator(".stMainBlockContainer").bounding_box()
    for plot in tab.locator(".live-chart-plot").all():
        box = plot.bounding_box()
        assert sheet is not None
        assert box is not None
        assert box["x"] + box["width"] <= sheet["x"] + sheet["width"]
    assert tab.pdf(format="A4").count(b"/Type /Page\n") <= 5


def test_a_presentation_has_the_curve_in_sight_of_the_last_row(tab: Page) -> None:
    tab.set_viewport_size({"width": 960, "height": 540})  # 1920 × 1080 at 200 %
    button(tab, "present").click()
    expect(tab.locator(".stSidebar")).to_be_hidden()
    expect(tab.locator(".live-chart-plot")).to_have_count(1)
    button(tab, "start").click()
    expect(tab.locator(".live-chart-plot")).to_have_attribute(
        "aria-label", re.compile(r"return \(smoothed .* of 500")
    )
    box = tab.locator(".live-chart-plot").bounding_box()
    assert box is not None
    assert box["height"] > 0.6 * 540
    assert box["y"] + box["height"] <= 540
    tick = tab.locator(".live-chart-plot .ytick text").first
    assert float(tick.evaluate("(node) => parseFloat(getComputedStyle(node).fontSize)")) >= 13
    tab.keyboard.press("Escape")
    expect(tab.locator(".live-chart-plot")).to_have_count(5)
    expect(tab).not_to_have_url(re.compile("view="))
