"""A real server, for the tests in a browser and for the benchmarks."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

CHECKOUT = Path(__file__).parents[1]
START_SECONDS = 180


@contextlib.contextmanager
def streamlit_server(
    log: Path,
    script: Path,
    *args: str,
    port: int = 0,
    is_private: bool = False,
    starter: Sequence[str] = (),
) -> Iterator[str]:
    """Serve `script`, with the checkout's settings, until the end of the block.

    ``starter`` is a command that starts the server, if there is one.
    """
    port = port or free_port()
    command = [*starter, sys.executable, "-m", "streamlit", "run", str(script)]
    command += ["--server.headless", "true", "--server.port", str(port), *args]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=CHECKOUT,
            env=os.environ | {"DQN_LAB_PRIVATE": str(int(is_private))},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_until_healthy(process, port, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        end(process)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def wait_until_healthy(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        with contextlib.closing(connection), contextlib.suppress(OSError):
            connection.request("GET", "/_stcore/health")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.1)
    raise RuntimeError(f"The server did not start:\n{log.read_text(errors='replace')}")


def end(process: subprocess.Popen[bytes]) -> None:
    """End it with the processes that it has started: it leads a session."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
