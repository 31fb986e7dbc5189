"""The app's server with runs that rest: ``python rested.py`` before the command that starts it.

A run at full speed takes a whole processor, which the browsers and servers of other tests need:
here it trains for a sixth of the time.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from streamlit.web import cli

from dashboard.session import turns
from dashboard.session.motion import SLICE_SECONDS
from dashboard.session.run import Run


class RestedRun(Run):
    """A run that trains as any other, and waits for five times as long after each slice."""

    def _train(self) -> float:
        return super()._train() or 5 * SLICE_SECONDS


if __name__ == "__main__":
    turns.__dict__["Run"] = RestedRun
    cli.main(sys.argv[sys.argv.index("run") :])
