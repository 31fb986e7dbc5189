"""``python -m dqn_core``."""

import sys

from dqn_core.command_line import main

if __name__ == "__main__":
    sys.exit(main())
