"""The player in a real browser: what it shows, its clock, and that it leaves the server alone."""

import re
import runpy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import profile
from tests.browser.waiting import take_the_clock, until, until_idle

DEMO = Path(__file__).with_name("player_demo.py")
FRAMES_PER_SECOND = 50

COUNT_BITMAPS = """
window.bitmaps = { open: 0, most: 0 }
const create = window.createImageBitmap
window.createImageBitmap = async (...args) => {
  const bitmap = await create(...args)
  window.bitmaps.most = Math.max(window.bitmaps.most, ++window.bitmaps.open)
  return bitmap
}
const close = ImageBitmap.prototype.close
ImageBitmap.prototype.close = function () { window.bitmaps.open--; close.call(this) }
"""
PICTURE = """(canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
  return data.reduce((sum, value, i) => (sum * 31 + value * (i % 97)) % 1000000007, 7)
}"""


class Desk:
    """A page with the player on it, and what a test does there."""

    def __init__(self, page: Any, url: str) -> None:
        self.page = page
        self.messages = 0
        page.on("websocket", self._count)
        page.add_init_script(COUNT_BITMAPS)
        self.url = url

    def _count(self, socket: Any) -> None:
        def count(_: object) -> None:
            self.messages += 1

        socket.on("framesent", count)
        socket.on("framereceived", count)

    def open(self, case: str, steps: int) -> "Desk":
        """Open the demo and wait until all `steps` of the films are there."""
        self.page.goto(f"{self.url}/?case={case}")
        self.wait_for(steps)
        return self

    def wait_for(self, steps: int) -> None:
        expect(self[".readout"].first).to_have_text(re.compile(rf" {steps}$"))

    def leave(self) -> None:
        """Have the page drawn without the player."""
        self.page.get_by_text("Player", exact=True).last.click()
        expect(self.page.get_by_test_id("stBidiComponentRegular")).to_have_count(0)

    def come_back(self) -> None:
        self.page.get_by_text("Player", exact=True).last.click()

    def __getitem__(self, selector: str) -> Any:
        return self.page.locator(f".player {selector}")

    @property
    def step(self) -> int:
        return int(self[".slider"].input_value())

    def pause_at(self, t: int) -> None:
        """In one go: between two a film may begin, end or go on."""
        self[".slider"].evaluate(
            """(slider, t) => {
              slider.getRootNode().querySelector("[aria-label=Pause]")?.click()
              slider.value = t
              slider.dispatchEvent(new Event("input"))
            }""",
            t,
        )
        assert self.step == t

    def numbers(self, selector: str) -> list[float]:
        return [float(text.replace("−", "-")) for text in self[selector].all_inner_texts()]


@pytest.fixture(scope="module")
def demo_url(serve: Callable[[Path], str]) -> str:
    return serve(DEMO)


@pytest.fixture
def desk(page: Any, demo_url: str) -> Desk:
    return Desk(page, demo_url)


@pytest.fixture(scope="module")
def one_desk(visitor: Any, demo_url: str) -> Iterator[Desk]:
    page = visitor.new_page()
    yield Desk(page, demo_url).open("explores", 200)
    page.close()


@pytest.fixture
def explored(one_desk: Desk, watch: Callable[[Any], None]) -> Desk:
    """A film that several tests look at: where it stands is up to each."""
    watch(one_desk.page)
    return one_desk


@pytest.fixture(scope="module")
def one_timed_desk(browser: Any, demo_url: str) -> Iterator[Desk]:
    context = profile(browser)
    desk = Desk(context.new_page(), demo_url).open("explores", 200)
    desk.pause_at(0)
    until_idle(desk.page)
    take_the_clock(desk.page)
    yield desk
    context.close()


@pytest.fixture
def timed_desk(one_timed_desk: Desk, watch: Callable[[Any], None]) -> Desk:
    """A film whose time passes when a test says so; where it stands is up to each."""
    watch(one_timed_desk.page)
    return one_timed_desk


@pytest.fixture(scope="module")
def one_line(visitor: Any, demo_url: str) -> Iterator["Line"]:
    page = visitor.new_page()
    yield Line(Desk(page, demo_url).open("short", 60))
    page.close()


@pytest.fixture
def line(one_line: "Line", watch: Callable[[Any], None]) -> "Line":
    """A page with a short film that is whole; each test records further ones."""
    watch(one_line.desk.page)
    return one_line


@pytest.fixture(scope="module")
def demo() -> dict[str, Any]:
    return runpy.run_path(str(DEMO))


def test_numbers_and_picture_follow_the_scrubber(explored: Desk, demo: dict[str, Any]) -> None:
    desk = explored
    moments = list(demo["cart_pole"](200, greedy=False))
    q_values = np.stack([moment.q_values for moment in moments])
    low, high = min(q_values.min(), 0), max(q_values.max(), 0)
    pictures = set()
    for t in (0, 3, 77, 199):
        desk.pause_at(t)
        moment = moments[t]
        assert desk.numbers(".action .value") == pytest.approx(moment.q_values, abs=0.005)
        assert desk.numbers(".row:not(.action):not(.axis) .value") == pytest.approx(
            moment.observation, abs=0.005
        )
        assert desk[".taken .name"].inner_text() == ("left", "right")[moment.action]
        assert ("not greedy" in desk[".choice"].inner_text()) == (t % 7 == 3)
        assert desk[".facts dd"].first.inner_text() == str(t)
        bars = desk[".bar"].evaluate_all("bars => bars.map((bar) => bar.offsetWidth)")
        width = desk[".action .track"].first.evaluate("track => track.clientWidth")
        assert bars == pytest.approx(np.abs(moment.q_values) / (high - low) * width, abs=1)
        expect(desk["canvas.picture"]).to_have_attribute("data-drawn", str(t))
        pictures.add(desk["canvas.picture"].evaluate(PICTURE))
    assert len(pictures) == 4


def test_steps_keys_and_jumps(timed_desk: Desk) -> None:
    desk = timed_desk
    desk.pause_at(50)
    desk["[aria-label='One step forward']"].click()
    assert desk.step == 51
    desk["[aria-label='One step back']"].click(click_count=2)
    assert desk.step == 49
    desk[".slider"].focus()
    for key, step in (("ArrowRight", 50), ("ArrowLeft", 49), ("End", 200), ("Home", 0)):
        desk.page.keyboard.press(key)
        assert desk.step == step
    desk["[aria-label=Play]"].evaluate("button => button.blur()")
    desk[".readout"].hover()
    desk.page.keyboard.press("Space")
    desk.page.clock.run_for(600)
    desk.page.keyboard.press("Space")
    moved = desk.step
    assert moved == pytest.approx(0.6 * FRAMES_PER_SECOND, abs=1)
    desk.page.clock.run_for(600)
    assert desk.step == moved
    assert f"step {moved} of 200" in desk[".summary"].inner_text()
    area = desk[".area"].bounding_box()
    desk.page.mouse.click(area["x"] + area["width"] / 2, area["y"] + 10)
    assert abs(desk.step - 100) <= 1


def test_jumps_to_the_telling_moments(explored: Desk, demo: dict[str, Any]) -> None:
    desk = explored
    moments = list(demo["cart_pole"](200, greedy=False))
    limits = np.array([2.4, np.inf, 0.2095, np.inf])
    distance = np.min(
        [(limits - np.abs(m.observation))[[0, 2]] / limits[[0, 2]] for m in moments[:-1]], axis=1
    )
    desk["[aria-label*='nearest to failure']"].click()
    assert desk.step == distance.argmin()

    best = np.array([m.q_values.max() for m in moments], float)
    left = np.arange(200, -1, -1)  # steps to the time limit, which cut the episode
    predicted = best - 0.99**left * best[-1]  # what it expects before the cut alone
    obtained = (1 - 0.99**left) / (1 - 0.99)
    desk["[aria-label*='largest gap']"].click()
    assert desk.step == np.abs(predicted - obtained)[:-1].argmax()


def test_what_was_obtained_is_the_discounted_rewards_of_the_film_alone(explored: Desk) -> None:
    desk = explored
    for step, weight in ((0, "13"), (150, "61"), (200, "100")):
        desk.pause_at(step)
        facts = dict(zip(desk["dt"].all_inner_texts(), desk["dd"].all_inner_texts(), strict=True))
        rewards = sum(0.99**k for k in range(200 - step))
        assert float(facts["obtained (discounted, γ 0.99)"]) == pytest.approx(rewards, abs=0.01)
        cut = desk[".cut"].inner_text()
        assert f"their weight is at most γ^{200 - step} = {weight}" in cut


def test_plays_at_the_rate_of_the_environment_without_the_server(timed_desk: Desk) -> None:
    desk = timed_desk
    desk.pause_at(0)
    before = desk.messages
    desk["[aria-label=Play]"].click()
    desk.page.clock.run_for(3_000)
    assert desk.step == pytest.approx(3 * FRAMES_PER_SECOND, abs=1)
    for t in (190, 10, 150):
        desk.pause_at(t)
    desk["[aria-label='Speed 4×']"].click()
    desk["[aria-label='Play in a loop']"].click()
    desk["[aria-label=Play]"].click()
    desk.page.clock.run_for(500)
    assert desk.step < 150
    assert desk["[aria-label=Pause]"].count() == 1  # went on from the end to the beginning
    assert desk.messages == before
    bitmaps = desk.page.evaluate("window.bitmaps")
    assert bitmaps["open"] <= 48
    assert bitmaps["most"] <= 49


def test_a_new_film_frees_the_old_one_and_plays(line: "Line") -> None:
    desk = line.desk
    desk.page.emulate_media(reduced_motion="no-preference")
    line.record()
    line.wait_for_film()
    until(desk.page, lambda: desk.step > 0)  # it plays
    assert desk.page.evaluate("window.bitmaps.open") <= 48
    desk.page.emulate_media(reduced_motion="reduce")


class Line:
    """The way from the player to the server and back; answers can be lost, held and repeated."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.films = 1
        self.questions: list[str] = []
        self.lost = 0
        self.held: list[Any] | None = None
        desk.page.route("**/live/*/player*", self._answer)

    def _answer(self, route: Any) -> None:
        self.questions.append(route.request.url)
        if self.held is not None:
            self.held.append((route, route.fetch()))
        elif self.lost:
            self.lost -= 1
            route.fetch()
            route.abort()
        else:
            route.continue_()

    def record(self) -> None:
        self.films += 1
        self.desk.page.get_by_role("button", name="Record").click()

    def wait_for_film(self) -> None:
        self.desk.wait_for(59 + self.films)


def test_an_answer_that_is_lost_is_asked_for_again(line: Line) -> None:
    line.lost = 2
    line.record()
    line.wait_for_film()
    assert line.lost == 0
    assert line.desk["canvas.picture"].is_visible()


def test_an_answer_that_comes_twice_is_taken_once(desk: Desk) -> None:
    """As where the page is printed while an answer is on its way: it is asked for at once."""
    line = Line(desk)
    line.held = []
    desk.page.goto(f"{desk.url}/?case=text")
    until(desk.page, lambda: line.held)
    ((route, answer),) = line.held
    line.held = None
    desk.page.emulate_media(media="print")
    desk.wait_for(6)
    desk.page.emulate_media(media="screen")
    route.fulfill(response=answer)
    desk.page.wait_for_timeout(300)
    assert desk[".readout"].inner_text().endswith(" 6")


def test_the_answer_about_an_earlier_film_does_not_keep_the_new_one_from_coming(
    line: Line,
) -> None:
    desk = line.desk
    line.held = []
    desk.leave()
    desk.come_back()
    until(desk.page, lambda: line.held)
    line.record()
    desk.page.get_by_text(f"Recordings: {line.films}").wait_for()
    ((route, answer),) = line.held
    line.held = None
    route.fulfill(response=answer)
    line.wait_for_film()
    questions = len(line.questions)
    desk.page.wait_for_timeout(500)
    assert len(line.questions) == questions, "the new film is whole"


def test_a_film_that_was_left_is_asked_about_no_more(line: Line) -> None:
    desk = line.desk
    line.held = []
    line.record()
    until(desk.page, lambda: line.held)
    desk.leave()
    asked = len(line.questions)
    line.held = None
    desk.page.wait_for_timeout(500)
    assert len(line.questions) == asked
    desk.come_back()


def test_comes_back_whole_after_it_was_away(explored: Desk) -> None:
    desk = explored
    desk.leave()
    desk.page.wait_for_function("window.bitmaps.open === 0")
    desk.come_back()
    desk.wait_for(200)
    desk.pause_at(150)
    assert desk.step == 150


def test_two_films_share_a_clock_and_a_scale_and_stand_below_each_other_where_a_page_is_narrow(
    desk: Desk,
) -> None:
    desk.page.emulate_media(color_scheme="dark")
    desk.page.set_viewport_size({"width": 360, "height": 800})
    desk.open("two", 200)
    assert desk.step == 0  # reduced motion: nothing plays by itself
    assert desk.page.evaluate("document.documentElement.scrollWidth") <= 360
    widest = desk["*"].evaluate_all(
        "nodes => Math.max(...nodes.map((node) => node.getBoundingClientRect().right))"
    )
    assert widest <= 360
    first, second = (desk[".stage"].nth(i).bounding_box() for i in (0, 1))
    assert second["y"] > first["y"] + first["height"]
    assert_is_dark(desk)

    desk.page.set_viewport_size({"width": 1280, "height": 900})
    desk.pause_at(180)
    assert desk.numbers(".panel > .facts div:first-child dd") == [150, 180]
    assert desk[".badge"].all_inner_texts() == ["ended at step 150", ""]
    lows = desk[".ticks .low"].all_inner_texts()
    assert lows[0] == lows[1]
    assert desk[".film h3"].all_inner_texts() == ["Before", "After"]
    first, second = (desk[".stage"].nth(i).bounding_box() for i in (0, 1))
    assert first["y"] == second["y"]
    assert first["x"] < second["x"]


def assert_is_dark(desk: Desk) -> None:
    red, green, blue = (
        int(part)
        for part in desk[".readout"].evaluate(
            "node => getComputedStyle(node).color.match(/\\d+/g).slice(0, 3)"
        )
    )
    assert min(red, green, blue) > 180
    # A film on white is no white block between dark bars.
    expect(desk["canvas.picture"].first).to_have_class(re.compile("inverted"))


def test_text_is_shown_as_text(desk: Desk) -> None:
    desk.open("text", 6)
    assert desk[".cut"].inner_text() == "", "its episode has ended by itself"
    desk.pause_at(0)
    assert desk["canvas.picture"].is_hidden()
    assert "SFFF" in desk["pre.text"].inner_text()
    assert "<b>&" in desk["pre.text"].inner_text()
    assert "\x1b" not in desk["pre.text"].inner_text()
    assert desk["pre.text [data-ground=red]"].inner_text() == "S"
    assert desk[".active"].inner_text() == "tile 0 = 1"


@pytest.mark.parametrize(("case", "drawn"), [("partly drawn", 10), ("never drawn", 0)])
def test_no_picture_is_shown_of_a_moment_that_could_not_be_drawn_and_it_is_said_why(
    desk: Desk, case: str, drawn: int
) -> None:
    desk.open(case, 20)
    for t in (2, 15):
        desk.pause_at(t)
        assert desk["canvas.picture"].is_visible() == (t < drawn)
        assert desk[".facts dd"].first.inner_text() == str(t)
        assert desk[".unseen"].inner_text() == "It cannot be drawn."
