"""Clients of a server that are no browser."""

import contextlib
import http.client
import re
import socket
from collections.abc import Iterator

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

HANG_SECONDS = 120


"""Only to end a test that hangs."""


def endpoint(address: str) -> tuple[str, int]:
    host, _, port = address.partition(":")
    return host, int(port)


@contextlib.contextmanager
def page_socket(
    address: str, origin: str, host: str = "", session_id: str = "", cookie: str = ""
) -> Iterator[ClientConnection]:
    """The websocket that a page at ``origin`` opens, which calls the server ``host``."""
    protocols = ["streamlit", "token", session_id] if session_id else ["streamlit"]
    with (
        socket.create_connection(endpoint(address), HANG_SECONDS) as raw,
        connect(
            f"ws://{host or address}/_stcore/stream",
            sock=raw,
            origin=Origin(origin),
            additional_headers={"Cookie": cookie} if cookie else {},
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
