"""The command line's ``app``: the pages' server, from a checkout or an installed package."""

import argparse
import os
import sys
from importlib.util import find_spec
from pathlib import Path

from dqn_core.base.errors import MissingPackageError

ROOT = Path(__file__).resolve().parents[2]


def app(options: argparse.Namespace) -> int:
    """Become Streamlit's server for the pages, with the options that were given to it.

    Raises `MissingPackageError` where Streamlit is not installed.
    """
    if not find_spec("streamlit"):
        raise MissingPackageError("The app needs the package streamlit: pip install streamlit.")
    # An installed package has the pages in a folder of their own beside dqn_core.
    installed = ROOT / "dqn_lab" / "app.py"
    script = installed if installed.is_file() else ROOT / "app.py"
    os.environ.setdefault("MALLOC_ARENA_MAX", "1")  # as ./lab does
    command = [sys.executable, "-m", "streamlit", "run", str(script), *options.streamlit_options]
    sys.stdout.flush()
    os.execv(sys.executable, command)
