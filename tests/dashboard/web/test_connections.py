"""The server's connections."""

import urllib.request
from pathlib import Path

from tests.servers import streamlit_server

SERVER = """
import os
import socket

from starlette.responses import PlainTextResponse
from starlette.routing import Route
from streamlit.starlette import App

from dashboard.web.connections import send_at_once


def told(request):
    found = []
    for name in os.listdir("/dev/fd"):
        try:
            opened = socket.socket(fileno=os.dup(int(name)))
            opened.getpeername()
        except OSError:  # no socket, or none that is connected
            continue
        if opened.family != socket.AF_UNIX:
            found.append(opened.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0)
    return PlainTextResponse(str(found))


if __name__ != "__main__":
    send_at_once()
    app = App(__file__, routes=[Route("/told", told)])
"""


def test_the_real_server_sends_each_packet_of_an_answer_when_it_is_written(tmp_path: Path) -> None:
    script = tmp_path / "server.py"
    script.write_text(SERVER)
    with streamlit_server(tmp_path / "log", script) as address:
        answer = urllib.request.urlopen(f"{address}/told", timeout=60).read()

    assert answer == b"[True]"
