"""What a hostile page, link or client can do to a real server and its visitors: nothing."""

import contextlib
import http.client
import socket
import uuid
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

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
