"""The default folder of the store."""

import os
from pathlib import Path

SETTING = "DQN_LAB_RUNS"
"""The environment variable with the folder."""


def default_folder() -> Path:
    """What the environment variable says, else ``runs/`` in the working folder."""
    return Path(os.environ.get(SETTING) or "runs")
