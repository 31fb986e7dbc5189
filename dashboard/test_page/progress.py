"""How far something is that the page's script does itself."""

import time
from collections.abc import Callable

PROGRESS_SECONDS = 0.2
"""The time between two signs of progress."""


def now_and_then(progress: Callable[[float], object]) -> Callable[[float], None]:
    """``progress``, which is called every `PROGRESS_SECONDS` at most.

    If that writes to the page, a newer message of the page ends the script there, and is answered.
    """
    told = time.monotonic()

    def tell(share: float) -> None:
        nonlocal told
        if time.monotonic() - told > PROGRESS_SECONDS:
            told = time.monotonic()
            progress(share)

    return tell
