"""Modules that take a second to import, PyTorch above all: who needs none of them doesn't wait."""

import argparse
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from types import FrameType

from dqn_core.cli.outputs import INTERRUPTED
from dqn_core.cli.streams import tell


def command(name: str) -> Callable[[argparse.Namespace], int]:
    """The command ``module.function`` of this package, which is imported when it is called."""
    module, _, function = name.partition(".")

    def called(options: argparse.Namespace) -> int:
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


def _end(number: int, frame: FrameType | None) -> None:
    tell("Interrupted.")
    os._exit(INTERRUPTED)
