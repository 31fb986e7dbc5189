"""What a newcomer does, in a real browser: start, watch, pause, test, come back."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, WebSocket, WebSocketRoute, expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

APP = Path(__file__).parents[2] / "app.py"
Open = Callable[..., Page]


LONG = "?total_steps=10000000"  # trains to the end of any test


def open_app(page: Page, url: str, query: str = LONG) -> None:
    page.goto(f"{url}/{query}")
    expect(page.get_by_role("heading", name="Train a deep Q-network")).to_be_visible()
    expect(button(page, "start")).to_be_visible()


def button(page: Page, key: str) -> Locator:
    return page.locator(f".st-key-{key} button").first  # a second one may be its help


def env_step(page: Page) -> int:
    text = page.get_by_text(re.compile(r"Environment step [\d,]+ of")).inner_text()
    match = re.search(r"step ([\d,]+) of", text)
    assert match is not None
    return int(match[1].replace(",", ""))


def wait_for_step(page: Page, beyond: int) -> int:
    for _ in range(600):
        if (step := env_step(page)) > beyond:
            return step
        page.wait_for_timeout(100)
    raise AssertionError(f"step {env_step(page)} never got beyond {beyond}")


def resting_step(page: Page) -> int:
    """The step of a paused run: the figures come after the badge."""
    shown = -1
    for _ in range(60):
        if (step := env_step(page)) == shown:
            return step
        shown = step
        page.wait_for_timeout(1_000)
    raise AssertionError(f"step {shown} is not the last one")


def go_to(page: Page, name: str, heading: str) -> None:
    page.locator(".st-key-navigation").get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", name=heading)).to_be_visible()


def test_a_newcomer_trains_pauses_and_goes_on(page: Page, app_url: str) -> None:
    open_app(page, app_url)
    assert env_step(page) == 0
    button(page, "start").click()
    expect(button(page, "pause")).to_be_visible()
    wait_for_step(page, 300)
    curve = page.get_by_role("img", name=re.compile("average return", re.IGNORECASE))
    expect(curve.first).to_be_visible()
    first = curve.first.get_attribute("aria-label")
    wait_for_step(page, 1_200)
    expect(curve.first).not_to_have_attribute("aria-label", str(first))

    button(page, "pause").click()
    expect(page.get_by_text("paused", exact=True)).to_be_visible()
    paused_at = resting_step(page)
    page.wait_for_timeout(1_500)
    assert env_step(page) == paused_at
    button(page, "start").click()
    wait_for_step(page, paused_at)


def test_the_time_controls_are_at_once_where_they_stay(page: Page, app_url: str) -> None:
    """A click that was begun while the page came would land beside its button."""

    late: list[bytes] = []

    def pass_on(browser: WebSocketRoute, message: bytes) -> None:
        delta = ForwardMsg.FromString(message)
        in_sidebar = delta.WhichOneof("type") == "delta" and delta.metadata.delta_path[0] == 1
        if in_sidebar and delta.delta.new_element.WhichOneof("type") != "empty" and not late:
            late.append(message)
            time.sleep(3)  # the main part is drawn meanwhile
        browser.send(message)

    def connect(browser: WebSocketRoute) -> None:
        server = browser.connect_to_server()
        browser.on_message(server.send)
        server.on_message(lambda message: pass_on(browser, bytes(message)))

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
    open_app(page, app_url)
    assert late
    expect(button(page, "open_copy")).to_be_visible()
    assert len(page.evaluate("[...places]")) == 1


def test_a_refresh_runs_no_script_and_sends_nothing_through_streamlit(
    page: Page, app_url: str
) -> None:
    frames: list[bytes] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: frames.append(frame))
        socket.on("framereceived", lambda frame: frames.append(frame))

    page.on("websocket", listen)
    open_app(page, app_url)
    button(page, "start").click()
    wait_for_step(page, 100)
    assert frames
    for _ in range(20):  # until the page has been drawn as one that trains
        frames.clear()
        page.wait_for_timeout(2_000)
        if not frames:
            break
    step = env_step(page)
    page.wait_for_timeout(2_000)
    wait_for_step(page, step)
    assert not frames


def test_the_answer_to_pause_comes_before_the_sidebar(page: Page, app_url: str) -> None:
    frames: list[bytes] = []
    page.on(
        "websocket",
        lambda socket: socket.on("framereceived", lambda frame: frames.append(frame)),
    )
    open_app(page, app_url)
    button(page, "start").click()
    wait_for_step(page, 100)
    frames.clear()
    button(page, "pause").click()
    expect(button(page, "start")).to_be_visible()
    page.wait_for_timeout(1_000)

    def first(content: bytes) -> int:
        return next(number for number, frame in enumerate(frames) if content in frame)

    assert first(b"-start") < first(b"control_gamma")


def test_training_goes_on_while_another_page_is_looked_at(page: Page, app_url: str) -> None:
    open_app(page, app_url)
    button(page, "start").click()
    left_at = wait_for_step(page, 100)
    go_to(page, "Test", "Watch and test an agent")
    page.wait_for_timeout(2_000)
    go_to(page, "Train", "Train a deep Q-network")
    expect(button(page, "pause")).to_be_visible()
    assert wait_for_step(page, left_at + 100) > left_at + 100
    button(page, "pause").click()


class Uplink:
    """What a page sends to the server; it can be held back."""

    def __init__(self, page: Page) -> None:
        self.messages: list[bytes] = []
        self.holds = False
        page.route_web_socket("**/_stcore/stream", self._connect)

    def _connect(self, browser: WebSocketRoute) -> None:
        self._browser, self._server = browser, browser.connect_to_server()
        browser.on_message(self._take)

    def _take(self, message: str | bytes) -> None:
        assert isinstance(message, bytes)
        self.messages.append(message)
        if not self.holds:
            self._server.send(message)

    def send(self, messages: list[bytes]) -> None:
        for message in messages:
            self._server.send(message)

    def drop(self) -> None:
        """Lose the connection at both ends; the browser makes another one."""
        self._browser.close()
        self._server.close()

    def of_components(self) -> list[bytes]:
        reruns = ((BackMsg.FromString(message).rerun_script, message) for message in self.messages)
        return [
            m for run, m in reruns if any(w.json_trigger_value for w in run.widget_states.widgets)
        ]


def test_training_goes_on_after_a_lost_connection(page: Page, app_url: str) -> None:
    uplink = Uplink(page)
    open_app(page, app_url)
    button(page, "start").click()
    wait_for_step(page, 100)
    uplink.drop()
    page.wait_for_timeout(2_000)  # by then its runner has ended
    wait_for_step(page, env_step(page) + 1_000)
    expect(page.get_by_text("training", exact=True).first).to_be_visible()


def test_a_page_that_is_loaded_again_goes_on_with_its_run(page: Page, app_url: str) -> None:
    uplink = Uplink(page)
    open_app(page, app_url)
    page.locator(".st-key-speed input").click()
    page.get_by_role("option", name="50 steps/s").click()
    button(page, "start").click()
    before = wait_for_step(page, 50)
    page.reload()
    expect(button(page, "pause")).to_be_visible()
    wait_for_step(page, before)
    expect(page.locator("[class*=st-key-speed] input")).to_have_value("50 steps/s")
    uplink.messages.clear()
    page.goto(f"{app_url}/?gamma=0.9")
    expect(button(page, "start")).to_be_visible()
    while not uplink.of_components():  # the page asks for the run that its tab had
        page.wait_for_timeout(50)
    page.wait_for_timeout(1_000)
    assert env_step(page) == 0, "another address is another run"


def test_a_late_message_of_the_page_that_was_left_does_not_empty_the_next(
    page: Page, app_url: str
) -> None:
    uplink = Uplink(page)
    page.goto(f"{app_url}/test")
    while not (requests := uplink.of_components()):  # the player's, for more of the film
        page.wait_for_timeout(50)
    late = requests[:1]
    uplink.holds = True
    uplink.messages.clear()
    page.locator(".st-key-navigation").get_by_role("link", name="Train").click()
    page.wait_for_timeout(300)
    uplink.holds = False
    uplink.send(uplink.messages)
    page.wait_for_timeout(50)  # the server is at work on the other page
    uplink.send(late)
    page.wait_for_timeout(1_000)
    button(page, "one_step").click()
    expect(page.get_by_text("Environment step 1 of")).to_be_visible()
    go_to(page, "Test", "Watch and test an agent")


def test_components_are_silent_while_another_page_is_on_its_way(page: Page, app_url: str) -> None:
    uplink = Uplink(page)
    page.goto(f"{app_url}/test")
    while not uplink.of_components():
        page.wait_for_timeout(20)
    uplink.holds = True
    # Not Playwright's click, which takes its time on a busy machine.
    page.locator(".st-key-navigation").get_by_role("link", name="Train").evaluate(
        "link => link.click()"
    )
    # Meanwhile the answer to the player's request comes, and more of the film is missing.
    page.wait_for_timeout(500)
    assert not BackMsg.FromString(uplink.messages[-1]).rerun_script.fragment_id  # the new page
    uplink.holds = False
    uplink.send(uplink.messages[-1:])
    expect(button(page, "start")).to_be_visible()


def test_single_steps_and_episodes(page: Page, app_url: str) -> None:
    open_app(page, app_url)
    button(page, "one_step").click()
    expect(page.get_by_text("Environment step 1 of")).to_be_visible()
    button(page, "one_step").click()
    expect(page.get_by_text("Environment step 2 of")).to_be_visible()
    button(page, "one_episode").click()
    wait_for_step(page, 7)
    expect(page.get_by_text("paused", exact=True)).to_be_visible()


def test_slow_motion_shows_the_environment_and_a_step_moves_it(page: Page, app_url: str) -> None:
    open_app(page, app_url)
    picture = page.locator(".scene-picture")
    expect(picture).to_be_hidden()
    page.locator(".st-key-speed input").click()
    page.get_by_role("option", name="10 steps/s").click()
    expect(picture).to_have_attribute("aria-label", "CartPole-v1 at step 0 of the episode")
    button(page, "one_step").click()
    expect(picture).to_have_attribute("aria-label", "CartPole-v1 at step 1 of the episode")
    before = picture.evaluate("canvas => canvas.toDataURL()")
    button(page, "start").click()
    page.wait_for_function(
        "before => document.querySelector('.scene-picture').toDataURL() !== before", arg=before
    )


def test_space_runs_and_pauses(page: Page, app_url: str) -> None:
    open_app(page, app_url)
    page.keyboard.press("Space")
    expect(button(page, "pause")).to_be_visible()
    wait_for_step(page, 50)
    page.keyboard.press("Space")
    expect(button(page, "start")).to_be_visible()


def test_space_is_left_to_a_control_that_was_reached_with_the_keyboard_and_to_a_dialog(
    page: Page, app_url: str
) -> None:
    open_app(page, app_url)
    expect(page.locator(".live-chart-plot").first).to_be_visible()  # its script listens
    button(page, "start").focus()
    page.keyboard.press("Tab")
    expect(button(page, "one_step")).to_be_focused()
    page.keyboard.press("Space")
    wait_for_step(page, 0)
    page.wait_for_timeout(1_000)
    assert env_step(page) == 1

    button(page, "one_step").click()  # with the mouse: what was clicked is done
    wait_for_step(page, 1)
    page.keyboard.press("Space")
    expect(button(page, "pause")).to_be_visible()
    page.keyboard.press("Space")
    expect(button(page, "start")).to_be_visible()

    button(page, "open_copy").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Space")
    page.wait_for_timeout(1_000)
    expect(button(page, "start")).to_be_visible()


def test_nothing_below_the_time_controls_moves_when_they_change(page: Page, app_url: str) -> None:
    open_app(page, app_url)
    page.evaluate("""() => {
        window.tops = new Set();
        const look = () => {
            tops.add(document.querySelector(".st-key-view").getBoundingClientRect().top);
            requestAnimationFrame(look);
        };
        look();
    }""")
    for _ in range(4):
        button(page, "start").click()
        expect(button(page, "pause")).to_be_visible()
        page.wait_for_timeout(300)
        button(page, "pause").click()
        expect(button(page, "start")).to_be_visible()
        page.wait_for_timeout(300)
    assert len(page.evaluate("[...tops]")) == 1


def test_a_run_is_saved_and_opened_again_in_another_window(
    new_page: Open, app_url: str, tmp_path: Path
) -> None:
    page = new_page()
    open_app(page, app_url)
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

    other = new_page()
    open_app(other, app_url, "?seed=9")
    button(other, "open_files").click()
    other.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(saved)
    button(other, "use_opened").click()
    expect(other.get_by_text(f"Opened run.safetensors at step {at:,}.")).to_be_visible()
    expect(other.get_by_text(f"Environment step {at:,} of")).to_be_visible()
    expect(other).to_have_url(re.compile("seed=0"))
    button(other, "start").click()
    wait_for_step(other, at)


def test_reset_begins_at_the_start_again(page: Page, app_url: str) -> None:
    open_app(page, app_url)
    button(page, "start").click()
    wait_for_step(page, 100)
    button(page, "reset").click()
    expect(page.get_by_text("Environment step 0 of")).to_be_visible()
    expect(page.get_by_text("ready", exact=True)).to_be_visible()


def test_two_windows_are_two_runs(new_page: Open, app_url: str) -> None:
    mine, theirs = new_page(), new_page()
    open_app(mine, app_url)
    open_app(theirs, app_url)
    button(mine, "start").click()
    wait_for_step(mine, 200)
    theirs.wait_for_timeout(1_000)
    assert env_step(theirs) == 0
    expect(button(theirs, "start")).to_be_visible()


def test_a_second_visitor_waits_for_a_place_and_gets_it_when_the_first_tab_closes(
    new_page: Open, serve: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DQN_LAB_TRAINING_SLOTS", "1")
    url = serve(APP)
    first, second = new_page(), new_page()
    open_app(first, url)
    button(first, "start").click()
    wait_for_step(first, 100)
    open_app(second, url)
    button(second, "start").click()
    expect(second.get_by_text("waiting", exact=True)).to_be_visible()
    expect(second.get_by_text("1 run is to pause or end before")).to_be_visible()
    assert env_step(second) == 0
    first.close()
    wait_for_step(second, 100)


def test_a_run_that_is_looked_at_goes_on_without_a_click(
    page: Page, serve: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DQN_LAB_ABANDONED_SECONDS", "6")  # a busy machine stalls for seconds
    open_app(page, serve(APP))
    button(page, "start").click()
    wait_for_step(page, 100)
    page.wait_for_timeout(9_000)
    expect(button(page, "pause")).to_be_visible()
    wait_for_step(page, env_step(page))


def test_the_test_page_plays_the_agent_in_training(page: Page, app_url: str) -> None:
    open_app(page, app_url)
    button(page, "start").click()
    wait_for_step(page, 1_500)
    go_to(page, "Test", "Watch and test an agent")
    slider, canvas = page.locator(".player .slider"), page.locator(".player canvas").first
    expect(canvas).to_be_visible()
    over = re.compile("terminated at step|reached its time limit")
    expect(page.get_by_text(over)).to_be_visible(timeout=60_000)
    pictures = []
    for key in ("Home", "End"):
        slider.press(key)
        page.wait_for_timeout(500)
        pictures.append(canvas.screenshot())
    assert pictures[0] != pictures[1]


def test_no_page_scrolls_sideways_on_a_phone(new_page: Open, app_url: str) -> None:
    page = new_page(viewport={"width": 360, "height": 740})
    open_app(page, app_url)
    button(page, "start").click()
    wait_for_step(page, 100)
    for name, heading in (
        ("Train", "Train a deep Q-network"),
        ("Test", "Watch and test an agent"),
    ):
        go_to(page, name, heading)
        page.wait_for_timeout(1_000)
        widths = page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert widths[0] <= widths[1]
