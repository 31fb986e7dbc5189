"""``python -m dqn_core``."""

import sys

from dqn_core.cli.command_line import program

if __name__ == "__main__":
    sys.exit(program())
