"""What a hostile link, text or file can make of a page: text."""

import itertools
import json
import re
from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import FilePayload, Locator, Page, Request, expect

from dashboard.session.links import NAMES
from dqn_core.files.checkpoint import agent_bytes
from tests.balancing import balancing_agent
from tests.browser.clients import ask
from tests.browser.train_page import button, close_dialog, go_to, open_app, wait_for_step

ELSEWHERE = "http://127.0.0.1:9/"


HOSTILE = (
    f"![x]({ELSEWHERE}x.png)",
    f"[x]({ELSEWHERE}a)",
    f"<img src={ELSEWHERE}i onerror=hit=1>",
    "<script>window.hit=1</script>",
    f"{ELSEWHERE}a www.evil.example a@b.c",
    ":red[r] :blue-badge[b] :smile: :material_home: :streamlit:",
    "**b** _i_ `c` ~~d~~ $x$ # h",
)
ALL = " ".join(HOSTILE)


@pytest.fixture
def watched(page: Page, app_url: str) -> Iterator[Page]:
    """A page that may ask its own server alone, and shows what it is told as text."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    yield page
    hosts = {urlsplit(address).netloc for address in asked if address.startswith("http")}
    assert hosts == {urlsplit(app_url).netloc}
    assert page.evaluate("window.hit") is None
    assert page.locator(f"a[href*='{ELSEWHERE}'], a[href*=evil], a[href^=mailto]").count() == 0


def expect_text(told: Locator, text: str) -> None:
    """It shows the text as it is, and nothing that was made from it."""
    shown = re.compile("\u2060?".join(map(re.escape, text)))
    expect(told.first).to_contain_text(shown)
    markup = "a, img, b, em, i, code, del, h1, .katex, [role=img], [class*=stMarkdownC]"
    assert told.first.locator("p, li").locator(markup).count() == 0


def test_nothing_in_a_link_and_nothing_that_is_pasted_is_more_than_text(
    watched: Page, app_url: str
) -> None:
    names = [
        name for name in NAMES if name != "task"
    ]  # which is drawn: tests/browser/test_links.py
    bad = dict(zip(names, itertools.cycle(HOSTILE), strict=False)) | dict.fromkeys(HOSTILE, "1")
    open_app(watched, app_url, f"?{urlencode(bad)}")
    notice = watched.locator(".st-key-link_problems [data-testid=stMarkdownContainer] ul")
    for text in HOSTILE:
        expect_text(notice, text)
    watched.locator(".st-key-open_paste button").first.click()
    dialog = watched.get_by_role("dialog")
    for text in HOSTILE:  # one by one: what is longer is cut
        dialog.get_by_role("textbox").fill(json.dumps({"env_id": text}))
        dialog.get_by_role("button", name="Apply").click()
        expect_text(dialog.get_by_test_id("stAlertContainer"), text)
    close_dialog(watched)
    go_to(watched, "Test", "Watch and test an agent")
    for text in HOSTILE:
        expect_text(notice, text)


def named(content: bytes, env_id: str) -> bytes:
    """An agent's file that says that it learnt in ``env_id``."""
    length = int.from_bytes(content[:8], "little")
    quoted = json.dumps(json.dumps(env_id)[1:-1])[1:-1]
    header = content[8 : 8 + length].decode().replace("CartPole-v1", quoted).encode()
    return len(header).to_bytes(8, "little") + header + content[8 + length :]


def test_no_file_and_no_name_of_one_is_more_than_text(watched: Page, app_url: str) -> None:
    agent = agent_bytes(balancing_agent(max_episode_steps=20))
    watched.goto(f"{app_url}/test")

    def upload(name: str, content: bytes) -> None:
        file = FilePayload(name=f"{name}.safetensors", mimeType="", buffer=content)
        watched.locator("input[type=file]").set_input_files(file)

    refusal = watched.get_by_test_id("stSidebar").get_by_test_id("stAlertContainer")
    upload(ALL, named(agent, ALL))
    expect_text(refusal, f"{ALL}.safetensors was not loaded.")
    expect_text(refusal, ALL)
    upload(ALL, agent)
    expect(watched.locator(".player .readout")).to_have_text(re.compile(r"/ 20$"))
    watched.locator(".player .slider").press("End")
    expect(watched.get_by_text("reached its time limit at step 20")).to_be_visible()
    watched.locator(".st-key-run_test button").click()
    results = watched.locator(".st-key-test_results")
    expect_text(results.get_by_test_id("stMarkdownContainer"), HOSTILE[0])
    watched.get_by_text("Download", exact=True).click()
    heading = watched.locator(".st-key-take_away [data-testid=stMarkdownContainer]")
    expect_text(heading.filter(has_text="in plain PyTorch"), HOSTILE[0])


def test_the_names_of_a_visitors_session_are_told_to_nobody_else(
    watched: Page, tab: Page, app_url: str
) -> None:
    addresses: list[str] = []
    referers: list[str] = []

    def look(request: Request) -> None:
        addresses.append(request.url)
        referers.append(request.headers.get("referer", ""))

    watched.on("request", look)
    open_app(watched, app_url)
    button(watched, "one_step").click()
    wait_for_step(watched, 0)
    name = watched.evaluate("sessionStorage.getItem('dqn-lab-session')")
    feeds = {found[1] for found in (re.search(r"/live/([^/]+)/", a) for a in addresses) if found}
    assert len(feeds) == 1
    (feed,) = feeds
    assert min(len(name), len(feed)) >= 22, "128 bits of chance"
    shown = watched.content() + watched.url + "".join(referers)
    assert name not in shown + "".join(addresses)
    assert feed not in shown, "a request's own address tells it to this server alone"

    assert tab.evaluate("sessionStorage.getItem('dqn-lab-session')") != name
    assert feed not in tab.content()
    netloc = urlsplit(app_url).netloc
    assert ask(netloc, "GET", f"/live/{feed}/curves")[0] == 200
    for guess in (feed[:-1], feed.swapcase(), "*", "..", "%00", feed + "0"):
        assert ask(netloc, "GET", f"/live/{guess}/curves")[0] in (400, 404)
