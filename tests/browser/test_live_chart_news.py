"""The live chart's questions and the answers that come late, twice, or not at all."""

import time
from copy import deepcopy

import pytest
from playwright.sync_api import expect

from dashboard.charts.live_chart import News, held, live_charts
from tests.browser.chart_bench import PANELS, Bench, made_up
from tests.browser.waiting import until


def test_each_question_says_what_is_here_and_only_the_rest_is_asked_for(bench: Bench) -> None:
    bench.refresh(100)
    bench.refresh(150)
    nothing, hundred = bench.questions
    columns = bench.data["spec"]["columns"]
    assert nothing == {"columns": columns, "run": ""}
    assert hundred == {
        "columns": columns,
        "run": "a",
        "episodes": "100",
        "updates": "100",
        "evaluations": "4",
        "changes": "1",
    }
    assert bench.drawn("shown[0].lines.faint.x.length") == 150


def test_an_answer_that_got_lost_is_asked_for_again(bench: Bench) -> None:
    bench.refresh(100)
    bench.losing = True
    live_charts(
        PANELS, lambda: News(held(made_up(150)), "a"), x_axis="env_step", smoothing=0.9, key="chart"
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
        PANELS[1:],
        lambda: News(held(made_up(150)), "a"),
        x_axis="env_step",
        smoothing=0.9,
        key="chart",
    )
    with bench.answered():
        bench.page.evaluate("(data) => show(data)", drawn | {"view": 0})
    assert bench.drawn("shown[0].lines.faint.x.length") == 100


def test_curves_stay_while_only_the_words_of_the_panels_change(bench: Bench) -> None:
    """As after each change of a hyperparameter, which the legend tells."""
    bench.refresh(100)
    bench.losing = True
    spec = deepcopy(bench.data["spec"]) | {"id": "another"}
    spec["panels"][0]["traces"][0]["name"] = "training (γ 0.99 → 0.9)"
    bench.page.evaluate("(data) => show(data)", bench.data | {"view": 0, "spec": spec})
    expect(bench.page.get_by_text("training (γ 0.99 → 0.9)")).to_be_visible()
    until(bench.page, lambda: bench.drawn("shown[0].lines.faint.x.length") == 100)


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
    assert bench.questions[-1] == {"columns": bench.data["spec"]["columns"], "run": ""}
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


def test_nothing_is_left_behind(bench: Bench) -> None:
    bench.refresh(100)
    bench.page.evaluate("""() => {
        window.plots = [...document.querySelectorAll(".live-chart-plot")];
        unmount();
    }""")
    assert bench.page.locator(".live-chart").count() == 1, "a superseded call does not clean up"
    bench.page.evaluate("document.querySelector('main').replaceChildren(), unmount()")
    assert bench.page.evaluate("plots.every((plot) => !plot._fullLayout)")


def test_a_chart_that_leaves_the_page_raises_no_error_when_its_size_goes(bench: Bench) -> None:
    bench.refresh(20)
    bench.page.evaluate("document.querySelector('.live-chart').remove()")
    bench.page.wait_for_timeout(200)  # an error of the page would fail this test at its end
