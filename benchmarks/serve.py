"""The app's real server, for the benchmarks that open its pages.

`serving` starts it as a process of its own: this file, run as a script, which is `streamlit run
app.py` and besides writes the names of its threads to a file when it is sent SIGUSR1. With
``long`` every run of the server is a `LongRun`.
"""

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from report import ROOT

from tests.servers import end, free_port, wait_until_healthy

DONE = "."


class Server:
    """A server that is up: its address, its memory, its threads."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, folder: Path) -> None:
        self.address = f"127.0.0.1:{port}"
        self._process = process
        self._names = folder / "threads"

    def memory(self) -> float:
        """Resident memory in MB."""
        command = ["ps", "-o", "rss=", "-p", str(self._process.pid)]
        return int(subprocess.check_output(command)) / 1024

    def threads(self) -> list[str]:
        """Names of the process's Python threads at this moment."""
        self._names.unlink(missing_ok=True)
        self._process.send_signal(signal.SIGUSR1)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with contextlib.suppress(FileNotFoundError):
                names = self._names.read_text().splitlines()
                if names and names[-1] == DONE:
                    return names[:-1]
            time.sleep(0.05)
        raise TimeoutError("The server did not tell its threads.")


@contextlib.contextmanager
def serving(*, long: bool = False, runs: Path | None = None) -> Iterator[Server]:
    """The server of the app in this checkout, with its settings, until the end of the block.

    Its store lies in ``runs``, or in a folder of its own that is gone afterwards.
    """
    port = free_port()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = [sys.executable, __file__, str(port), str(folder / "threads")]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [*command, "--long"] if long else command,
                cwd=ROOT,
                # As `./lab` has it; and nobody's own runs are among those of a measurement.
                env=os.environ
                | {"MALLOC_ARENA_MAX": "1", "DQN_LAB_RUNS": str(runs or folder / "runs")},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            wait_until_healthy(process, port, folder / "log")
            yield Server(process, port, folder)
        finally:
            end(process)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("port")
    parser.add_argument("threads", type=Path)
    parser.add_argument("--long", action="store_true")
    options = parser.parse_args()

    def tell(*_: object) -> None:
        names = [thread.name for thread in threading.enumerate()]
        options.threads.write_text("\n".join([*names, DONE]))

    signal.signal(signal.SIGUSR1, tell)
    os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
    if options.long:
        from long_run import LongRun

        from dashboard.session import turns

        turns.__dict__["Run"] = LongRun
    from streamlit.web import cli

    settings = ["--server.headless", "true", "--server.port", options.port]
    cli.main(["run", str(ROOT / "app.py"), *settings])


if __name__ == "__main__":
    main()
