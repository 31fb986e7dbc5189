"""What somebody does with the live chart: zoom, pan, point, hide, save."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.chart_bench import PANELS, Bench
from tests.browser.waiting import until


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
