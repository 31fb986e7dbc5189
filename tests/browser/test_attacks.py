"""What a foreign page or client can do to a real server and its visitors: nothing."""

import itertools
import socket
import uuid
from urllib.parse import urlsplit

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from websockets.exceptions import InvalidStatus

from tests.browser.clients import HANG_SECONDS, ask, endpoint, feed_of, page_socket, session_of


@pytest.fixture
def address(app_url: str) -> str:
    """Host and port of the server."""
    return urlsplit(app_url).netloc


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
