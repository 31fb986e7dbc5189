"""The Test page in a real browser: what it shows is what the agent does."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from dqn_core import load_agent, record, save_agent
from tests.balancing import balancing_agent
from tests.browser.waiting import until_idle, until_it_stands


def open_test_page(page: Page, url: str) -> None:
    page.goto(f"{url}/test")
    page.locator(".duel .start").wait_for()
    # The whole of the first film is there: nothing of it is on its way that a click would cross.
    expect(page.locator(".player .readout")).to_have_text(re.compile(r"/ \d+$"))


def wait_for_film(page: Page, steps: int) -> None:
    expect(page.locator(".player .readout")).to_have_text(re.compile(rf"/ {steps}$"))


def pause_at(page: Page, step: int) -> None:
    # In one go: the film may come to its end by itself at any moment.
    page.locator(".player .play").evaluate("node => node.ariaLabel === 'Pause' && node.click()")
    page.locator(".player .slider").evaluate(
        "(slider, t) => { slider.value = t; slider.dispatchEvent(new Event('input')) }", step
    )


def numbers(page: Page, selector: str) -> list[float]:
    texts = page.locator(f".player {selector}").all_inner_texts()
    return [float(text.replace("−", "-")) for text in texts]


def caption_of_seed(page: Page, seed: int) -> None:
    expect(page.get_by_text(f"Episode from seed {seed}", exact=True)).to_be_visible()


@pytest.fixture(scope="module")
def balancer_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("agents") / "balancer.safetensors"
    save_agent(path, balancing_agent(max_episode_steps=120))
    return path


@pytest.fixture(scope="module")
def page_with_balancer(
    visitor: BrowserContext, app_url: str, balancer_file: Path
) -> Iterator[Page]:
    page = visitor.new_page()
    open_test_page(page, app_url)
    page.locator("input[type=file]").set_input_files(balancer_file)
    wait_for_film(page, 120)
    yield page
    page.close()


@pytest.fixture
def balancer(page_with_balancer: Page, watch: Callable[[Page], None]) -> Page:
    """A page that shows an uploaded agent, for the tests that leave that as it is."""
    watch(page_with_balancer)
    return page_with_balancer


def test_the_bars_are_what_the_agent_computes_and_gauges_end_where_the_episode_does(
    balancer: Page, balancer_file: Path
) -> None:
    page = balancer
    titles = page.locator(".player .gauge").evaluate_all("nodes => nodes.map((n) => n.title)")
    assert titles[0] == "-2.4 to 2.4"
    assert titles[2].startswith("-0.2094")
    assert titles[1] == titles[3] == "without limits: the range seen so far"
    agent = load_agent(balancer_file)
    episode = record(agent, 1000)
    highest = float(np.abs(episode.q_values).max())
    for step in (0, 40, 119):
        pause_at(page, step)
        expected = agent.q_values(episode.observations[step][None])[0]
        assert numbers(page, ".action .value") == pytest.approx(expected, abs=0.001)
        track = page.locator(".player .action .track").first.evaluate("track => track.clientWidth")
        bars = page.locator(".player .bar").evaluate_all("bars => bars.map((b) => b.offsetWidth)")
        assert bars == pytest.approx(np.abs(expected) / (2 * highest) * track, abs=1)
        taken = page.locator(".player .taken .name").inner_text()
        assert taken == episode.spec.action_labels[int(episode.actions[step])]
        shown = numbers(page, ".row:not(.action):not(.axis) .value")
        assert shown == pytest.approx(episode.observations[step], abs=0.005)


def test_refused_uploads_leave_the_page_as_it_was(
    balancer: Page, balancer_file: Path, tmp_path: Path
) -> None:
    page = balancer
    agent = page.get_by_role("combobox", name="Agent", exact=True)
    expect(agent).to_have_value("Uploaded: balancer.safetensors")
    wait_for_film(page, 120)
    bad = {
        "cut.safetensors": balancer_file.read_bytes()[:-20],
        "renamed.safetensors": b"\x80\x04cos\nsystem\n(S'true'\ntR." * 20,
    }
    for name, content in bad.items():
        (tmp_path / name).write_bytes(content)
        page.locator("input[type=file]").set_input_files(tmp_path / name)
        alert = page.get_by_test_id("stAlert")
        expect(alert).to_contain_text(f"{name} was not loaded.")
        assert alert.count() == 1
        expect(agent).to_have_value("Uploaded: balancer.safetensors")
    wait_for_film(page, 120)
    assert page.get_by_test_id("stException").count() == 0


def test_an_agent_beside_is_shown_and_sent_away_again(balancer: Page) -> None:
    page = balancer
    beside = page.get_by_role("combobox", name="Compare with")
    expect(beside).to_have_value("no other agent")
    for name, pictures in (("Trained CartPole-v1 agent", 2), ("no other agent", 1)):
        beside.click()
        page.get_by_role("option", name=name).click()
        expect(page.locator(".player canvas.picture")).to_have_count(pictures)
        expect(beside).to_have_value(name)


def test_the_film_of_the_episode_is_saved(balancer: Page, tmp_path: Path) -> None:
    page = balancer
    wait_for_film(page, 120)
    page.get_by_text("Download", exact=True).click()
    page.get_by_role("radio", name="GIF").click()
    page.get_by_role("button", name="Film of this episode").click()
    save = page.get_by_role("button", name=re.compile("Save episode.gif"))
    save.wait_for()
    with page.expect_download() as download:
        save.click()
    download.value.save_as(tmp_path / "episode.gif")
    assert (tmp_path / "episode.gif").read_bytes().startswith(b"GIF89a")


def test_a_chosen_row_plays_its_episode(balancer: Page) -> None:
    page = balancer
    caption_of_seed(page, 1000)
    page.get_by_role("button", name="Test 20 episodes").click()
    page.get_by_text("All episodes").click()
    table = page.get_by_test_id("stDataFrame")
    table.wait_for()
    table.scroll_into_view_if_needed()
    # The rows are drawn on a canvas: below the header, the boxes to tick are at the left.
    expect(table.locator("canvas").first).to_be_visible()
    expect(page.get_by_role("figure", name=re.compile("^Returns of 20 test"))).to_be_visible()
    until_idle(page)
    until_it_stands(table)
    row_height = 35
    table.click(position={"x": 20, "y": 3.5 * row_height})
    caption_of_seed(page, 1002)
    wait_for_film(page, 120)
    expect(page.locator(".player .stage")).to_be_in_viewport()
