"""States of runs that earlier versions saved, made into those of this version."""

from typing import Any


def upgraded(state: dict[str, Any]) -> dict[str, Any]:
    """``state`` with what a run saved by an earlier version does not have yet.

    It is checked only afterwards, so nothing in it can be relied on here.
    """
    return {
        "updates_due": 0,  # before a round of updates had pauses
        **state,
    }
