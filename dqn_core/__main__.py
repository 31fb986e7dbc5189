"""``python -m dqn_core``, which is ``dqn-lab``."""

import sys

from dqn_core.cli.loading import ended_at_once


def program() -> int:
    """The command line as a process; returns its exit code."""
    with ended_at_once():
        from dqn_core.cli.command_line import program
    return program()


if __name__ == "__main__":
    sys.exit(program())
