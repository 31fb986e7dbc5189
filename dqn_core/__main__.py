"""``python -m dqn_core``, which is ``dqn-lab``."""

import gc
import sys

from dqn_core.cli.loading import ended_at_once


def program() -> int:
    """The command line as a process; returns its exit code."""
    with ended_at_once():
        from dqn_core.cli.command_line import program
    try:
        return program()
    finally:
        gc.freeze()  # before it ends, Python would look through all of PyTorch: 0.4 s


if __name__ == "__main__":
    sys.exit(program())
