"""What a hostile page, link or client can do to a real server and its visitors: nothing."""

import contextlib
import http.client
import itertools
import json
import re
import socket
import uuid
from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from dashboard.links import NAMES
from dqn_core.checkpoint import agent_bytes
from tests.balancing import balancing_agent
from tests.browser.train_page import go_to, open_app

HANG_SECONDS = 60
"""Only to end a test that hangs."""


@pytest.fixture
def address(app_url: str) -> str:
    """Host and port of the server."""
    return urlsplit(app_url).netloc


def endpoint(address: str) -> tuple[str, int]:
    host, _, port = address.partition(":")
    return host, int(port)


@contextlib.contextmanager
def page_socket(
    address: str, origin: str, host: str = "", session_id: str = ""
) -> Iterator[ClientConnection]:
    """The websocket that a page at ``origin`` opens, which calls the server ``host``."""
    protocols = ["streamlit", "token", session_id] if session_id else ["streamlit"]
    with (
        socket.create_connection(endpoint(address), HANG_SECONDS) as raw,
        connect(
            f"ws://{host or address}/_stcore/stream",
            sock=raw,
            origin=Origin(origin),
            subprotocols=[Subprotocol(protocol) for protocol in protocols],
            open_timeout=HANG_SECONDS,
            max_size=None,
            proxy=None,
        ) as opened,
    ):
        yield opened


def session_of(opened: ClientConnection) -> str:
    """The id of the session that the page gets."""
    opened.send(BackMsg(rerun_script=ClientState()).SerializeToString())
    while True:
        data = opened.recv(HANG_SECONDS)
        assert isinstance(data, bytes)
        message = ForwardMsg.FromString(data)
        if message.WhichOneof("type") == "new_session":
            return message.new_session.initialize.session_id


def ask(address: str, method: str, path: str, **headers: str) -> tuple[int, bytes]:
    """Status and body of an answer; the path goes as it is."""
    connection = http.client.HTTPConnection(address, timeout=HANG_SECONDS)
    with contextlib.closing(connection):
        connection.request(method, path, headers={"Host": address, **headers})
        answer = connection.getresponse()
        return answer.status, answer.read()


FOREIGN = ("http://evil.example", "http://127.0.0.1:1", "http://localhost:1", "null")


def test_the_servers_own_page_opens_its_websocket(address: str) -> None:
    with page_socket(address, f"http://{address}") as opened:
        assert session_of(opened)


@pytest.mark.parametrize("origin", FOREIGN)
def test_no_other_page_opens_its_websocket(address: str, origin: str) -> None:
    with pytest.raises(InvalidStatus, match="403"), page_socket(address, origin):
        pass


def test_a_rebound_name_opens_no_websocket_and_reads_nothing(address: str) -> None:
    name = f"evil.example:{endpoint(address)[1]}"
    with pytest.raises(InvalidStatus, match="403"), page_socket(address, f"http://{name}", name):
        pass
    assert ask(address, "GET", "/", Host=name)[0] == 403


@pytest.mark.parametrize("origin", FOREIGN)
def test_no_other_page_uploads_or_reads(address: str, origin: str) -> None:
    with page_socket(address, f"http://{address}") as opened:
        upload = f"/_stcore/upload_file/{session_of(opened)}/file"
        for method in ("PUT", "POST", "DELETE", "OPTIONS"):
            assert ask(address, method, upload, Origin=origin)[0] == 403
    assert ask(address, "GET", "/_stcore/host-config", Origin=origin)[0] == 403


def test_no_page_that_frames_this_one_may_command_it(address: str) -> None:
    assert b'"allowedOrigins":[]' in ask(address, "GET", "/_stcore/host-config")[1]


def test_without_its_whole_id_nobody_takes_a_session_over(address: str) -> None:
    own = f"http://{address}"
    with page_socket(address, own) as mine:
        session_id = session_of(mine)
        assert uuid.UUID(session_id).version == 4, "122 bits of chance"
        near = session_id[:-1] + ("0" if session_id[-1] != "0" else "1")
        for guess in (near, session_id.upper(), session_id[:-1], "*", "None"):
            with page_socket(address, own, session_id=guess) as theirs:
                assert session_of(theirs) not in (session_id, guess)


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


def test_no_parameter_of_a_link_is_more_than_text(watched: Page, app_url: str) -> None:
    names = [
        name for name in NAMES if name != "task"
    ]  # which is drawn: tests/browser/test_links.py
    bad = dict(zip(names, itertools.cycle(HOSTILE), strict=False)) | dict.fromkeys(HOSTILE, "1")
    open_app(watched, app_url, f"?{urlencode(bad)}")
    notice = watched.locator(".st-key-link_problems [data-testid=stMarkdownContainer] ul")
    for text in HOSTILE:
        expect_text(notice, text)
    go_to(watched, "Test", "Watch and test an agent")
    for text in HOSTILE:
        expect_text(notice, text)


def test_nothing_that_is_pasted_is_more_than_text(watched: Page, app_url: str) -> None:
    open_app(watched, app_url)
    watched.locator(".st-key-open_paste button").first.click()
    dialog = watched.get_by_role("dialog")
    for text in HOSTILE:
        dialog.get_by_role("textbox").fill(json.dumps({"env_id": text}))
        dialog.get_by_role("button", name="Apply").click()
        expect_text(dialog.get_by_test_id("stAlertContainer"), text)


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
        file = {"name": f"{name}.safetensors", "mimeType": "", "buffer": content}
        watched.locator("input[type=file]").set_input_files(file)

    refusal = watched.get_by_test_id("stSidebar").get_by_test_id("stAlertContainer")
    for text in HOSTILE:
        upload(text, named(agent, text))
        expect_text(refusal, f"{text}.safetensors was not loaded.")
        expect_text(refusal, text)
    upload(" ".join(HOSTILE), agent)
    expect(watched.get_by_text("reached its time limit at step 20")).to_be_visible()
    watched.locator(".st-key-run_test button").click()
    results = watched.locator(".st-key-test_results")
    expect_text(results.get_by_test_id("stMarkdownContainer"), HOSTILE[0])
    watched.get_by_text("Download", exact=True).click()
    heading = watched.locator(".st-key-take_away [data-testid=stMarkdownContainer]")
    expect_text(heading.filter(has_text="in plain PyTorch"), HOSTILE[0])
