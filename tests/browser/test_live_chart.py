"""The live chart in a real browser: what it draws of a run, and that it goes on drawing it."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from dashboard.charts.live_chart import News, held, live_charts
from dashboard.charts.panels import Panel, Takeaway, Trace
from dqn_core.base.numbers import number
from dqn_core.base.statistics import smooth
from tests.browser.chart_bench import PANELS, Bench, made_up
from tests.browser.waiting import until


def test_charts_are_made_once_and_extended(bench: Bench) -> None:
    bench.refresh(20)
    bench.page.evaluate(
        "window.nodes = [...document.querySelectorAll('.live-chart-plot, .main-svg')]"
    )
    rows = iter(range(21, 41))
    live_charts(
        PANELS,
        lambda: News(held(made_up(next(rows, 40))), "a"),
        x_axis="env_step",
        smoothing=0.9,
        key="chart",
        period=0.01,
    )
    bench.page.evaluate("(data) => show(data)", bench.data | {"view": 0})
    until(bench.page, lambda: len(bench.questions) > 20)
    until(bench.page, lambda: bench.drawn("shown[0].lines.bold.x.at(-1)") == 4_000)
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
    panel = replace(PANELS[0], traces=(PANELS[0].traces[1], behind), takeaway=Takeaway())
    bench.refresh(300, members=3, panels=[panel])
    assert bench.drawn("shown[0].name") == "run 1"
    lines = bench.drawn("Object.entries(shown[0].lines).map(([name, { x }]) => [name, x.length])")
    assert {name for name, points in lines if points} == {"bold"}


def test_runs_that_are_more_seeds_of_the_same_are_drawn_as_the_members_of_one_run(
    bench: Bench,
) -> None:
    whole = made_up(600, 3)["episodes"]
    tables = {f"run {p}": whole_of(whole, p) for p in range(3)}
    more = ("run 1", "run 2")
    lines: dict[str, Any] = {}
    for name, trace in (
        ("members", Trace("episodes", "return", "a", "average", 0)),
        ("runs", Trace("run 0", "return", "a", "average", 0, more=more, singles=False)),
    ):
        news = News(held(tables | {"episodes": whole}), name)
        live_charts(
            [Panel("return", "Return", (trace,))],
            lambda news=news: news,  # type: ignore[misc]
            x_axis="env_step",
            smoothing=0.9,
            key="chart",
        )
        with bench.answered():
            bench.page.evaluate("(data) => show(data)", bench.data | {"view": 0})
        lines[name] = bench.drawn("shown[0].lines")
    assert lines["runs"]["bold"] == lines["members"]["bold"]
    assert lines["runs"]["band"] == lines["members"]["band"]
    assert lines["members"]["faint"]["x"]
    assert not lines["runs"]["faint"]["x"]


def whole_of(table: dict[str, Any], member: int) -> dict[str, Any]:
    """The rows of one member, as the only one of a run."""
    own = {name: column[table["member"] == member] for name, column in table.items()}
    return own | {"member": np.zeros(len(own["member"]), int)}
