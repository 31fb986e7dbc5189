"""What a page and its server say to each other, and what is left when they cannot."""

import contextlib
import os
from pathlib import Path

from playwright.sync_api import Page, Route, WebSocket, WebSocketRoute, expect
from streamlit.proto.BackMsg_pb2 import BackMsg

from dqn_core.store.store import Store
from tests.browser.conftest import RESTED
from tests.browser.train_page import (
    LONG,
    Open,
    box,
    button,
    enter,
    env_step,
    go_to,
    open_app,
    resting_step,
    wait_for_step,
)
from tests.browser.waiting import take_the_clock, until, until_idle
from tests.servers import CHECKOUT, free_port, streamlit_server

APP = CHECKOUT / "app.py"


def test_a_refresh_sends_nothing_through_streamlit_and_the_answer_to_pause_comes_before_the_sidebar(
    page: Page, app_url: str
) -> None:
    sent: list[str | bytes] = []
    received: list[str | bytes] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: sent.append(frame))
        socket.on("framereceived", lambda frame: received.append(frame))

    page.on("websocket", listen)
    open_app(page, app_url, LONG)
    button(page, "start").click()
    wait_for_step(page, 100)
    assert sent
    assert received
    for _ in range(40):  # until the page has been drawn as one that trains
        sent.clear()
        received.clear()
        page.wait_for_timeout(1_000)  # two refreshes
        if not sent + received:
            break
    step = env_step(page)
    page.wait_for_timeout(1_000)
    wait_for_step(page, step)
    assert not sent + received

    button(page, "pause").click()

    def has_come(content: bytes) -> list[int]:
        return [number for number, frame in enumerate(received) if content in frame]

    until(page, lambda: has_come(b"-start") and has_come(b"control_batch_size"))
    assert has_come(b"-start")[0] < has_come(b"control_batch_size")[0]


class Uplink:
    """What a page sends to the server; it can be held back."""

    def __init__(self, page: Page) -> None:
        self.connections = 0
        self.messages: list[bytes] = []
        self.holds = False
        page.route_web_socket("**/_stcore/stream", self._connect)

    def _connect(self, browser: WebSocketRoute) -> None:
        server = browser.connect_to_server()
        self._browser, self._server = browser, server
        self.connections += 1

        def take(message: str | bytes) -> None:
            assert isinstance(message, bytes)
            self.messages.append(message)
            if not self.holds:
                server.send(message)

        browser.on_message(take)

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
    open_app(page, app_url, LONG)
    button(page, "start").click()
    wait_for_step(page, 100)
    uplink.drop()
    until(page, lambda: uplink.connections == 2)
    page.wait_for_timeout(1_000)  # by then its runner has ended
    wait_for_step(page, env_step(page) + 500)
    expect(page.get_by_text("training", exact=True).first).to_be_visible()


def test_a_page_that_is_loaded_again_trains_on_and_another_address_only_offers_its_run(
    page: Page, app_url: str
) -> None:
    open_app(page, app_url, LONG)
    button(page, "start").click()
    before = wait_for_step(page, 50)
    page.add_init_script("""
        const look = () => (window.first ||= document.querySelector(".figures p")?.textContent);
        new MutationObserver(look).observe(document, { childList: true, subtree: true });
    """)
    page.reload()
    expect(button(page, "pause")).to_be_visible()
    step = wait_for_step(page, before)
    first = page.evaluate("first")
    assert not first.startswith("Environment step 0 "), "of a run that is not the tab's"
    page.goto(f"{app_url}/?gamma=0.9")
    expect(page.get_by_role("button", name="Go on with cartpole-")).to_be_visible()
    assert env_step(page) == 0, "another address is another run"
    button(page, "go_on").click()
    assert resting_step(page) >= step
    expect(box(page, "exact_gamma")).to_have_value("0.99")


def test_a_server_that_was_restarted_goes_on_with_the_run_and_keeps_the_values_of_the_page(
    page: Page, tmp_path: Path
) -> None:
    port = free_port()
    with streamlit_server(tmp_path / "first.log", APP, port=port, starter=RESTED) as url:
        open_app(page, url, f"{LONG}&gamma=0.9")
        for key, value in (
            ("exact_gamma", "0.6"),
            ("exact_batch_size", "64"),
            ("control_seed", "5"),
        ):
            enter(page, key, value)
            page.wait_for_url(f"**{key.split('_', 1)[1]}={value}*")
        button(page, "start").click()
        with contextlib.closing(Store(os.environ["DQN_LAB_RUNS"])) as store:
            until(page, lambda: any(kept.env_step > 10 for kept in store.snapshots("cartpole-1")))
        address = page.url
    assert "gamma=0.6" in address
    away = page.get_by_test_id("stConnectionStatus").bounding_box()
    present = button(page, "present").bounding_box()
    assert away is not None
    assert present is not None
    assert away["y"] > present["y"] + present["height"], "both are in sight"
    with streamlit_server(tmp_path / "second.log", APP, port=port, starter=RESTED):
        expect(page.get_by_text("of cartpole-1.")).to_be_visible()
        assert page.url == address
        assert resting_step(page) >= 10
        for name, value in (("gamma", "0.6"), ("batch_size", "64")):
            control = page.locator(f"[class*=st-key-control_{name}]").get_by_role("slider")
            expect(control).to_have_attribute("aria-valuetext", value)
            expect(box(page, f"exact_{name}")).to_have_value(value)
        expect(box(page, "control_seed")).to_have_value("5")
        before = env_step(page)
        button(page, "start").click()
        wait_for_step(page, before + 100)


def test_a_private_server_shows_a_visitor_nothing_of_another(
    page: Page, new_page: Open, app_url: str
) -> None:
    open_app(page, app_url, LONG)
    button(page, "one_episode").click()
    expect(page.locator(".figures")).to_have_attribute("data-status", "paused")
    theirs = new_page()
    open_app(theirs, app_url, LONG)
    expect(theirs.locator(".st-key-earlier_runs")).to_have_count(0)
    page.goto(f"{app_url}/{LONG}&gamma=0.9")  # another experiment, and the run is an earlier one
    expect(page.locator(".st-key-earlier_runs")).to_be_visible()


SHORT = "?total_steps=500"


def test_a_late_message_of_the_page_that_was_left_does_not_bring_it_back(
    page: Page, app_url: str
) -> None:
    uplink = Uplink(page)
    open_app(page, app_url, "?total_steps=2000")
    button(page, "start").click()
    expect(page.locator(".figures")).to_have_attribute("data-status", "finished")
    # The chart's: the run has ended.
    until(page, lambda: b"finished" in b"".join(uplink.of_components()[-1:]))
    late = uplink.of_components()[-1:]
    page.locator(".st-key-navigation").get_by_role("link", name="Test").click()
    expect(page.get_by_role("heading", name="Watch and test an agent")).to_be_visible()
    uplink.send(late)
    page.wait_for_timeout(1_000)
    go_to(page, "Train", "Train a deep Q-network")
    go_to(page, "Test", "Watch and test an agent")
    uplink.send(late)
    page.wait_for_timeout(1_000)
    expect(page.get_by_role("heading", name="Watch and test an agent")).to_be_visible()


def test_components_are_silent_while_another_page_is_on_its_way(
    new_page: Open, app_url: str
) -> None:
    page = new_page()
    uplink = Uplink(page)
    open_app(page, app_url, SHORT)
    answers: list[Route] = []
    page.route("**/live/*/curves*", lambda route: answers.append(route))
    button(page, "start").click()
    until(page, lambda: answers)
    curves = answers[0].request.url
    until(page, lambda: b'"finished"' in page.request.get(curves).body())  # unheard by the page
    until_idle(page)
    take_the_clock(page)  # a page that does not come is waited for no longer than so long
    uplink.holds = True
    uplink.messages.clear()
    # Not Playwright's click, which takes its time on a busy machine.
    page.locator(".st-key-navigation").get_by_role("link", name="Test").evaluate(
        "link => link.click()"
    )
    until(page, lambda: uplink.messages)
    with page.expect_event("requestfinished", lambda request: request.url == curves):
        for answer in answers:
            answer.continue_()  # the chart would have the page drawn anew
    page.wait_for_timeout(500)
    assert len(uplink.messages) == 1
    assert not uplink.of_components()
    page.clock.resume()
    uplink.holds = False
    uplink.send(uplink.messages[-1:])
    expect(page.get_by_role("heading", name="Watch and test an agent")).to_be_visible()
