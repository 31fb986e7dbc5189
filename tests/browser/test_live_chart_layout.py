"""The live chart's place on the page: widths, columns, colours."""

from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Locator

from dashboard.charts.panels import Takeaway, Trace
from tests.browser.chart_bench import PANELS, THEMES, Bench


def box_of(part: Locator) -> Any:
    box = part.bounding_box()
    assert box
    return box


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
        PANELS[1],
        traces=tuple(Trace("updates", "loss", name) for name in names),
        takeaway=Takeaway(),
    )
    bench.refresh(100, panels=[PANELS[0], long, PANELS[2]])
    captions = bench.page.locator("figcaption")
    assert box_of(captions.nth(1))["height"] > box_of(captions.nth(0))["height"]
    left, right = (bench.plot(panel).bounding_box() for panel in (1, 2))
    assert left["x"] < right["x"]
    assert left["y"] == right["y"]
