"""The Compare page in a real browser: chosen rows become curves, and a link shows them again."""

import contextlib
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from dqn_core.store.store import Store
from tests.browser.conftest import Serve
from tests.browser.waiting import until, until_idle
from tests.kept_runs import keep
from tests.servers import CHECKOUT

ROW = 35
"""Pixels of a table's row."""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Two groups of five seeds, the second one worse: the newest first in the list."""
    kept = Store(tmp_path_factory.mktemp("kept") / "runs")
    for seed in range(5):
        keep(kept, [seed], best=200, gamma=0.9)
    keep(kept, range(5))
    return kept


@pytest.fixture(scope="module")
def url(store: Store, serve: Serve) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DQN_LAB_RUNS", str(store.folder))
        yield serve(CHECKOUT / "app.py")


def open_page(page: Page, url: str, query: str = "") -> None:
    page.goto(f"{url}/compare{query}")
    expect(page.get_by_role("heading", name="Compare runs")).to_be_visible()
    expect(page.get_by_test_id("stDataFrame").first.locator("canvas").first).to_be_visible()
    until_idle(page)


def choose_row(page: Page, row: int) -> None:
    # Rows are drawn on a canvas: below the header, the boxes to tick are at the left.
    table = page.get_by_test_id("stDataFrame").first
    table.click(position={"x": 20, "y": (row + 1.5) * ROW})


def lines(page: Page) -> list[str]:
    """Names in the legend of the first chart, without the values beside them."""
    names = page.locator(".live-chart-panel").first.locator(".live-chart-entry span:nth-child(2)")
    return names.all_inner_texts()


def test_chosen_rows_are_drawn_over_each_other_their_link_shows_the_same_and_a_deletion_is_undone(
    page: Page, url: str, store: Store
) -> None:
    open_page(page, url)
    choose_row(page, 0)
    until(page, lambda: lines(page) == ["A: cartpole-6, 5 seeds"])
    choose_row(page, 1)
    until(page, lambda: lines(page) == ["A: γ 0.99, 5 seeds", "B: γ 0.9"])
    expect(page).to_have_url(re.compile(r"\?runs=cartpole-6,cartpole-5&"))
    page.goto(page.url)
    until(page, lambda: lines(page) == ["A: γ 0.99, 5 seeds", "B: γ 0.9"])
    until_idle(page)
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Deleted: cartpole-6, cartpole-5")).to_be_visible()
    assert len(store.runs()) == 4
    page.get_by_role("button", name="Undo").click()
    until(page, lambda: len(lines(page)) == 2)
    assert len(store.runs()) == 6


def test_groups_of_seeds_get_a_verdict_that_fits_a_phone_and_is_read_in_the_dark(
    page: Page, url: str
) -> None:
    open_page(page, url, "?runs=" + ",".join(f"cartpole-{n}" for n in range(1, 7)))
    until(page, lambda: lines(page) == ["A: γ 0.9, 5 seeds", "B: γ 0.99, 5 seeds"])
    expect(page.get_by_text("B came to more than A in 100 of 100 pairs of seeds")).to_be_visible()
    expect(page.get_by_role("heading", name="What differs")).to_be_visible()
    page.emulate_media(color_scheme="dark")
    chosen = page.locator(".stButtonGroup button[aria-checked='true'] p").first
    expect(chosen).to_have_css("color", "rgb(47, 151, 220)")  # not the primary one, too dark here
    page.emulate_media(color_scheme="light")

    page.set_viewport_size({"width": 360, "height": 800})
    page.wait_for_function("document.documentElement.scrollWidth <= 360")
    links = page.locator(".st-key-navigation a")
    tops = links.evaluate_all("nodes => nodes.map((node) => node.getBoundingClientRect().top)")
    assert len(tops) == 4
    assert len(set(tops)) == 1


def test_a_run_under_way_grows_and_its_end_is_seen(page: Page, url: str, store: Store) -> None:
    record = keep(store, [77], episodes=50, status="running", n_step=1)
    with contextlib.closing(Store(store.folder)) as beside:
        open_page(page, url, f"?runs={record.run}")
        plot = page.locator(".live-chart-plot").first
        expect(plot).to_have_attribute("aria-label", re.compile("average return"))
        before = plot.get_attribute("aria-label")
        longer = keep(beside, [77], episodes=100, status="finished", n_step=1)
        with beside.writing() as connection:
            for table in ("episodes", "evaluations"):
                connection.execute(f"DELETE FROM {table} WHERE run = ?", (record.run,))
                connection.execute(
                    f"UPDATE {table} SET run = ? WHERE run = ?", (record.run, longer.run)
                )
            connection.execute(
                "UPDATE runs SET status = 'finished', env_steps = 4000, updated = updated + 1 "
                "WHERE run = ?",
                (record.run,),
            )
        expect(plot).not_to_have_attribute("aria-label", str(before))
        expect(page.get_by_text("up to step 4,000")).to_be_visible()
        for run in (record.run, longer.run):
            beside.delete(run)
