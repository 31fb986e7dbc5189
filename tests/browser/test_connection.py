"""What a page and its server say to each other, and what is left when they cannot."""

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, WebSocketRoute, expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from dqn_core.store.store import Store
from tests.browser.clients import HANG_SECONDS, page_socket
from tests.browser.conftest import RESTED, profile
from tests.browser.train_page import (
    LASTING,
    LONG,
    box,
    button,
    enter,
    env_step,
    go_to,
    open_app,
    resting_step,
    wait_for_step,
)
from tests.browser.waiting import take_the_clock, until, until_idle, until_it_stands
from tests.servers import CHECKOUT, free_port, streamlit_server

APP = CHECKOUT / "app.py"


class Line:
    """The way between a page and the server.

    What the page sends can be held back, and what comes from its first part in the sidebar on.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.connections = 0
        self.sent: list[bytes] = []
        self.received: list[bytes] = []
        self.holds = False
        self.held: list[bytes] | None = None
        self.places: list[str] = []
        page.route_web_socket("**/_stcore/stream", self._connect)

    def _connect(self, browser: WebSocketRoute) -> None:
        server = browser.connect_to_server()
        self._browser, self._server = browser, server
        self.connections += 1

        def take(message: str | bytes) -> None:
            assert isinstance(message, bytes)
            self.sent.append(message)
            if not self.holds:
                server.send(message)

        def give(message: str | bytes) -> None:
            assert isinstance(message, bytes)
            self.received.append(message)
            if self.held is not None and (self.held or is_in_sidebar(message)):
                self.held.append(message)
            else:
                browser.send(message)

        browser.on_message(take)
        server.on_message(give)

    def send(self, messages: list[bytes]) -> None:
        for message in messages:
            self._server.send(message)

    def have_sidebar_come(self) -> None:
        held, self.held = self.held, None
        for message in held or []:
            self._browser.send(message)

    def drop(self) -> None:
        """Lose the connection at both ends; the browser makes another one."""
        before = self.connections
        self._browser.close()
        self._server.close()
        until(self.page, lambda: self.connections > before)

    def has_drawn(self) -> bool:
        """Whether the server has drawn a page to its end."""
        messages = [ForwardMsg.FromString(message) for message in self.received]
        return any(
            message.WhichOneof("type") == "script_finished"
            and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
            for message in messages
        )

    def of_components(self) -> list[bytes]:
        reruns = ((BackMsg.FromString(message).rerun_script, message) for message in self.sent)
        return [
            m for run, m in reruns if any(w.json_trigger_value for w in run.widget_states.widgets)
        ]


def is_in_sidebar(message: bytes) -> bool:
    delta = ForwardMsg.FromString(message)
    in_sidebar = delta.WhichOneof("type") == "delta" and delta.metadata.delta_path[0] == 1
    return in_sidebar and delta.delta.new_element.WhichOneof("type") != "empty"


LOOK_AT_START = """() => {
    window.places = new Set();
    const look = () => {
        const start = document.querySelector(".st-key-start button")?.getBoundingClientRect();
        places.add(start ? [start.left, start.top].map(Math.round).join() : "gone");
        if (start && !window.enough) requestAnimationFrame(look);
    };
    look();
}"""


@pytest.fixture(scope="module")
def open_line(browser: Browser, app_url: str) -> Iterator[Line]:
    """A page that looked at the place of Start while sidebar and components came late.

    Once a test is over, no run trains on it.
    """
    context = profile(browser)
    page = context.new_page()
    line = Line(page)
    line.held = []
    late: list[str] = []
    scripts = context.new_cdp_session(page)
    scripts.on("Fetch.requestPaused", lambda event: late.append(event["requestId"]))
    scripts.send("Fetch.enable", {"patterns": [{"urlPattern": "*/BidiComponent*.js"}]})
    page.goto(f"{app_url}/{LONG}")
    expect(page.get_by_role("heading", name="Train a deep Q-network")).to_be_visible()
    expect(button(page, "start")).to_be_visible()
    expect(page.locator(".st-key-navigation")).to_have_css("position", "fixed")
    until_it_stands(button(page, "start"))
    page.evaluate(LOOK_AT_START)
    assert line.held
    line.have_sidebar_come()
    assert late
    for request in late:
        scripts.send("Fetch.continueRequest", {"requestId": request})
    scripts.detach()
    until_idle(page)
    expect(button(page, "open_copy")).to_be_visible()
    expect(page.get_by_role("button", name="Tour of this page")).to_be_visible()
    line.places = page.evaluate("enough = [...places]")
    yield line
    context.close()


@pytest.fixture
def line(open_line: Line, watch: Callable[[Page], None]) -> Line:
    watch(open_line.page)
    until_idle(open_line.page)  # what the test before did last is drawn
    return open_line


def test_the_time_controls_stay_where_they_are_when_sidebar_and_components_come(
    line: Line,
) -> None:
    """A click that was begun before would land beside its button."""
    assert len(line.places) == 1


def test_a_refresh_sends_nothing_through_streamlit_and_the_answer_to_pause_comes_before_the_sidebar(
    line: Line,
) -> None:
    page = line.page
    button(page, "start").click()
    wait_for_step(page, 50)

    def is_quiet() -> bool:
        line.sent.clear()
        line.received.clear()
        page.wait_for_timeout(1_000)  # two refreshes
        return not line.sent + line.received

    until(page, is_quiet)  # it has been drawn as one that trains
    step = env_step(page)
    page.wait_for_timeout(1_000)
    wait_for_step(page, step)
    assert not line.sent + line.received

    button(page, "pause").click()

    def has_come(content: bytes) -> list[int]:
        return [number for number, message in enumerate(line.received) if content in message]

    until(page, lambda: has_come(b"-start") and has_come(b"control_batch_size"))
    assert has_come(b"-start")[0] < has_come(b"control_batch_size")[0]


def test_training_goes_on_after_a_lost_connection_and_what_the_chart_said_then_is_not_heard_later(
    line: Line,
) -> None:
    """A late message of the page that was left would bring it back."""
    page = line.page
    button(page, "start").click()
    wait_for_step(page, env_step(page))
    line.sent.clear()
    while not line.of_components():  # it says nothing where a runner is back before it has looked
        line.drop()
        page.wait_for_timeout(1_000)  # by then its runner has ended
        wait_for_step(page, env_step(page) + 100)
        expect(page.get_by_text("training", exact=True).first).to_be_visible()
    late = line.of_components()[-1:]
    for _ in range(2):
        go_to(page, "Test", "Watch and test an agent")
        until_idle(page)
        line.received.clear()
        line.send(late)
        until(page, line.has_drawn)
        expect(page.get_by_role("heading", name="Watch and test an agent")).to_be_visible()
        go_to(page, "Train", "Train a deep Q-network")
    button(page, "pause").click()
    resting_step(page)


def test_components_are_silent_while_another_page_is_on_its_way(line: Line) -> None:
    """The last one with this page, whose clock it takes."""
    page = line.page
    enter(page, "exact_total_steps", "500")
    page.wait_for_url("**total_steps=500*")
    button(page, "reset").click()
    expect(page.get_by_text("Environment step 0 of 500")).to_be_visible()
    until_idle(page)
    answers: list[Route] = []
    page.route("**/live/*/curves*", lambda route: answers.append(route))
    button(page, "start").click()
    until(page, lambda: answers)
    curves = answers[0].request.url
    until(page, lambda: b'"finished"' in page.request.get(curves).body())  # unheard by the page
    until_idle(page)
    take_the_clock(page)  # a page that does not come is waited for no longer than so long
    line.holds = True
    line.sent.clear()
    # Not Playwright's click, which takes its time on a busy machine.
    page.locator(".st-key-navigation").get_by_role("link", name="Test").evaluate(
        "link => link.click()"
    )
    until(page, lambda: line.sent)
    with page.expect_event("requestfinished", lambda request: request.url == curves):
        for answer in answers:
            answer.continue_()  # the chart would have the page drawn anew
    page.wait_for_timeout(500)
    assert len(line.sent) == 1
    assert not line.of_components()
    page.clock.resume()
    line.holds = False
    line.send(line.sent[-1:])
    expect(page.get_by_role("heading", name="Watch and test an agent")).to_be_visible()


LOOK_AT_FIRST = """
    const look = () => (window.first ||= document.querySelector(".figures p")?.textContent);
    new MutationObserver(look).observe(document, { childList: true, subtree: true });
"""


def test_a_page_that_is_loaded_again_trains_on_and_another_address_only_offers_its_run(
    tab: Page, app_url: str
) -> None:
    button(tab, "start").click()
    before = wait_for_step(tab, 50)
    script = tab.context.new_cdp_session(tab)
    script.send("Page.enable")
    script.send("Page.addScriptToEvaluateOnNewDocument", {"source": LOOK_AT_FIRST})
    tab.reload()
    expect(button(tab, "pause")).to_be_visible()
    step = wait_for_step(tab, before)
    first = tab.evaluate("first")
    assert not first.startswith("Environment step 0 "), "of a run that is not the tab's"
    script.detach()  # no page after this one has the script
    tab.goto(f"{app_url}/{LASTING}&gamma=0.9")
    expect(tab.get_by_role("button", name="Go on with cartpole-")).to_be_visible()
    assert env_step(tab) == 0, "another address is another run"
    button(tab, "go_on").click()
    assert resting_step(tab) >= step
    expect(box(tab, "exact_gamma")).to_have_value("0.99")


def shown(address: str, cookie: str = "") -> bytes:
    """All that a browser with this cookie is told where it opens another experiment."""
    told: list[bytes] = []
    with page_socket(address, f"http://{address}", cookie=cookie) as opened:
        state = ClientState(query_string="gamma=0.9")
        opened.send(BackMsg(rerun_script=state).SerializeToString())
        while not told or ForwardMsg.FromString(told[-1]).WhichOneof("type") != "script_finished":
            message = opened.recv(HANG_SECONDS)
            assert isinstance(message, bytes)
            told.append(message)
    return b"".join(told)


def test_a_private_server_shows_a_visitor_nothing_of_another(tab: Page, app_url: str) -> None:
    button(tab, "one_step").click()
    address = urlsplit(app_url).netloc
    own = "; ".join(f"{it['name']}={it['value']}" for it in tab.context.cookies(app_url))
    until(tab, lambda: b"earlier_runs" in shown(address, own))
    assert b"earlier_runs" not in shown(address)
    assert b"cartpole-" not in shown(address)


def test_a_visitor_who_waited_for_a_place_goes_on_with_run_and_values_once_the_server_was_restarted(
    page: Page, another_page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DQN_LAB_TRAINING_SLOTS", "1")
    port = free_port()
    with streamlit_server(tmp_path / "first.log", APP, port=port, starter=RESTED) as url:
        open_app(another_page, url, LONG)
        button(another_page, "start").click()
        open_app(page, url, f"{LONG}&gamma=0.9")
        for key, value in (("exact_gamma", "0.6"), ("control_seed", "5")):
            enter(page, key, value)
            page.wait_for_url(f"**{key.split('_', 1)[1]}={value}*")
        wait_for_step(another_page, 0)
        button(page, "start").click()
        expect(page.get_by_text("waiting", exact=True)).to_be_visible()
        expect(page.get_by_text("Waiting: 1 run is ahead of you.")).to_be_visible()
        assert env_step(page) == 0
        another_page.close()
        with contextlib.closing(Store(os.environ["DQN_LAB_RUNS"])) as store:
            until(page, lambda: any(kept.env_step > 10 for kept in store.snapshots("cartpole-2")))
        address = page.url
    assert "gamma=0.6" in address
    away = page.get_by_test_id("stConnectionStatus").bounding_box()
    present = button(page, "present").bounding_box()
    assert away is not None
    assert present is not None
    assert away["y"] > present["y"] + present["height"], "both are in sight"
    with streamlit_server(tmp_path / "second.log", APP, port=port, starter=RESTED):
        expect(page.get_by_text("of cartpole-2.")).to_be_visible()
        assert page.url == address
        assert resting_step(page) >= 10
        control = page.locator("[class*=st-key-control_gamma]").get_by_role("slider")
        expect(control).to_have_attribute("aria-valuetext", "0.6")
        expect(box(page, "exact_gamma")).to_have_value("0.6")
        expect(box(page, "control_seed")).to_have_value("5")
        before = env_step(page)
        button(page, "start").click()
        wait_for_step(page, before)
