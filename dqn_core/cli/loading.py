"""Modules that take a second to import, PyTorch above all: who needs none of them doesn't wait."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import TYPE_CHECKING

from dqn_core.cli.exit_codes import INTERRUPTED

if TYPE_CHECKING:
    from argparse import Namespace
    from types import FrameType


def command(name: str) -> Callable[["Namespace"], int]:
    """The command ``module.function`` of this package, which is imported when it is called."""
    module, _, function = name.partition(".")

    def called(options: "Namespace") -> int:
        with ended_at_once():
            imported = import_module(f"dqn_core.cli.{module}")
        code: int = getattr(imported, function)(options)
        return code

    return called


@contextmanager
def ended_at_once() -> Iterator[None]:
    """Have Ctrl-C end the process in here, where modules are imported and nothing is begun.

    Some of them take its exception for a failure of their own.
    """
    if (
        threading.current_thread() is not threading.main_thread()
        or signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    ):
        yield
        return
    signal.signal(signal.SIGINT, _end)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _end(number: int, frame: "FrameType | None") -> None:
    with suppress(OSError):  # standard error may be closed
        os.write(2, b"Interrupted.\n")
    os._exit(INTERRUPTED)
