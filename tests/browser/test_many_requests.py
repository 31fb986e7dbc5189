"""More requests at once than a process may have files, and readers that do not read."""

import contextlib
import re
import socket
from urllib.parse import urlsplit

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState

from tests.browser.clients import HANG_SECONDS, ask, endpoint, feed_of, page_socket, session_of

AT_ONCE = 500


GET = "GET {path} HTTP/1.1\r\nHost: {address}\r\n{more}\r\n"


@pytest.fixture
def busy(app_url: str) -> str:
    """Host and port of the server, which began with few files."""
    return urlsplit(app_url).netloc


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
