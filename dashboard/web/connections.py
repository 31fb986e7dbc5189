"""The server's connections: how many can be open at once, and that they send without delay."""

import os
import socket
import stat
from contextlib import suppress
from pathlib import Path

MOST_FILES = 8_192
"""An open page takes several connections, and each is a file to the system; some systems begin with
256 for all, which a class uses up."""
OPEN_FILES = Path("/dev/fd")
"""A folder with the number of each file that this process has open."""


def allow_many_connections() -> None:
    """Raise the process's bound on open files, as far as the system lets it."""
    try:
        import resource
    except ImportError:  # Windows has no such bound
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(MOST_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def send_at_once() -> None:
    """Have connections that are accepted from now on send each packet when it is written.

    Streamlit makes its socket without the number of TCP, for which asyncio looks before it switches
    off Nagle's algorithm (https://github.com/Kludex/uvicorn/issues/3149). With the algorithm the
    second packet of an answer waits until the browser confirms the first, which Linux puts off for
    40 ms.
    """
    if not OPEN_FILES.is_dir():  # Windows
        return
    for file in list(OPEN_FILES.iterdir()):
        with suppress(OSError):  # the list's own file is closed by now
            _send_at_once(int(file.name))


def _send_at_once(file: int) -> None:
    """The same for one open file, if it is a socket that accepts connections."""
    if not stat.S_ISSOCK(os.fstat(file).st_mode):
        return
    with socket.socket(fileno=os.dup(file)) as opened:
        if opened.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            # What is accepted has the options of the socket that accepts it.
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
