"""What a hostile page, link or client can do to a real server and its visitors: nothing."""

import contextlib
import http.client
import itertools
import json
import re
import resource
import socket
import uuid
from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import FilePayload, Locator, Page, Request, expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from dashboard.session.links import NAMES
from dqn_core.files.checkpoint import agent_bytes
from tests.balancing import balancing_agent
from tests.browser.conftest import CHECKOUT, Serve
from tests.browser.train_page import Open, button, go_to, open_app, wait_for_step

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
            max_queue=None,  # or what nobody has read keeps the end from being heard for seconds
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


def feed_of(opened: ClientConnection) -> str:
    """The path at which the page asks for its curves."""
    while True:
        data = opened.recv(HANG_SECONDS)
        assert isinstance(data, bytes)
        element = ForwardMsg.FromString(data).delta.new_element
        found = re.search(r'"address": ?"(live/[^/]+/curves)"', element.bidi_component.json)
        if found:
            return f"/{found[1]}"


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


@pytest.mark.parametrize("origin", FOREIGN)
def test_no_other_page_plays_a_visitors_game(address: str, origin: str) -> None:
    """Even if it knew the address: a game's keys are posted, and a POST tells its origin."""
    with page_socket(address, f"http://{address}") as page:
        page.send(BackMsg(rerun_script=ClientState()).SerializeToString())
        feed = feed_of(page)
        game = feed.replace("/curves", "/game")
        assert ask(address, "POST", game, Origin=origin)[0] == 403
        assert ask(address, "GET", feed, Origin=f"http://{address}")[0] == 200
        assert ask(address, "POST", feed, Origin=f"http://{address}")[0] == 404


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


def raw(address: str, target: bytes) -> bytes:
    """The whole answer to a request whose target no client would send."""
    with socket.create_connection(endpoint(address), HANG_SECONDS) as connection:
        host = b"\r\nHost: " + address.encode() + b"\r\nConnection: close\r\n\r\n"
        connection.sendall(b"GET " + target + b" HTTP/1.1" + host)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


UPWARDS = (b"..", b"%2e%2e", b".%2e", b"..%00", b"..\x00", b"....")
SLASHES = (b"/", b"%2f", b"\\", b"%5c", b"//", b"%252f")


@pytest.mark.parametrize(
    "folder", ["files", "files/unknown", "static", "static/js", "media", "app/static", "live", ""]
)
def test_no_address_leads_above_a_folder_that_is_served(address: str, folder: str) -> None:
    served = b"/" + folder.encode()
    for up, slash in itertools.product(UPWARDS, SLASHES):
        for file in (b"app.py", b".streamlit/config.toml", b"etc/passwd"):
            target = served + b"".join(3 * [slash + up]) + slash + file.replace(b"/", slash)
            answer = raw(address, target)
            assert answer.startswith(b"HTTP/1.1 ")
            assert b" 500 " not in answer[:20]
            for content in (b"def train_page", b"fileWatcherType", b"root:"):
                assert content not in answer


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
        file = FilePayload(name=f"{name}.safetensors", mimeType="", buffer=content)
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


def test_the_names_of_a_visitors_session_are_told_to_nobody_else(
    watched: Page, new_page: Open, app_url: str
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

    other = new_page()
    open_app(other, app_url)
    assert other.evaluate("sessionStorage.getItem('dqn-lab-session')") != name
    assert feed not in other.content()
    netloc = urlsplit(app_url).netloc
    assert ask(netloc, "GET", f"/live/{feed}/curves")[0] == 200
    for guess in (feed[:-1], feed.swapcase(), "*", "..", "%00", feed + "0"):
        assert ask(netloc, "GET", f"/live/{guess}/curves")[0] in (400, 404)


AT_ONCE = 500
GET = "GET {path} HTTP/1.1\r\nHost: {address}\r\n{more}\r\n"


@pytest.fixture(scope="module")
def busy(serve_all: Serve) -> str:
    """A server of its own, on a system that lets a process begin with few files."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
    try:
        return urlsplit(serve_all(CHECKOUT / "app.py")).netloc
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def begun(address: str, path: str, more: str = "") -> socket.socket:
    """A request that was made, and whose answer nobody has read yet."""
    connection = socket.create_connection(endpoint(address), HANG_SECONDS)
    connection.sendall(GET.format(path=path, address=address, more=more).encode())
    return connection


def test_500_requests_at_once_are_all_answered(busy: str) -> None:
    with page_socket(busy, f"http://{busy}") as page, contextlib.ExitStack() as open_ones:
        page.send(BackMsg(rerun_script=ClientState()).SerializeToString())
        feed = feed_of(page)
        paths = ["/_stcore/health", "/", "/test", feed]
        requests = [begun(busy, path) for path in paths * (AT_ONCE // len(paths))]
        for request in requests:
            open_ones.enter_context(request)
        assert [request.recv(15) for request in requests] == [b"HTTP/1.1 200 OK"] * AT_ONCE
        assert ask(busy, "GET", feed)[0] == 200


def test_readers_who_do_not_read_keep_nobody_else_waiting(busy: str) -> None:
    page = ask(busy, "GET", "/")[1].decode()
    script = re.search(r'src="\.?(/static/js/[^"]+)"', page)
    assert script is not None
    assert len(ask(busy, "GET", script[1])[1]) > 300_000, "more than a connection holds"
    with contextlib.ExitStack() as open_ones:
        for _ in range(AT_ONCE):
            open_ones.enter_context(begun(busy, script[1]))
        assert ask(busy, "GET", "/_stcore/health") == (200, b"ok")
        with page_socket(busy, f"http://{busy}") as mine:
            assert session_of(mine)


def test_headers_of_64_kb_and_more_are_refused_and_the_server_goes_on(busy: str) -> None:
    for kilobytes in (64, 256):
        with begun(busy, "/", f"X-Long: {'x' * 1024 * kilobytes}\r\n") as request:
            assert request.recv(12).startswith((b"HTTP/1.1 4", b"HTTP/1.1 2"))
    with contextlib.ExitStack() as open_ones:
        for _ in range(AT_ONCE):  # headers that never end
            connection = socket.create_connection(endpoint(busy), HANG_SECONDS)
            open_ones.enter_context(connection).sendall(
                b"GET / HTTP/1.1\r\nX-Long: " + b"x" * 60_000
            )
        assert ask(busy, "GET", "/_stcore/health") == (200, b"ok")
