"""The random policy's return as a line for the charts: known, or measured beside the page."""

import math
import threading
import time
from collections import OrderedDict
from contextlib import closing, suppress

import streamlit as st

from dashboard.web.language import _
from dqn_core.base.errors import LabError
from dqn_core.base.numbers import MINUS, number
from dqn_core.environments.declared import EnvironmentSpec
from dqn_core.environments.family import RandomReturn
from dqn_core.environments.random_returns import random_episodes, random_return

PLAY_SECONDS, REST_SECONDS = 0.02, 0.06
"""The thread plays and rests in turns, so that training hardly notices it."""

LONGEST_SECONDS = 60.0
"""An environment is measured no longer; the line then tells how sure its mean is."""

SURE = 0.01
"""A margin of so little of the mean is enough."""

LEAST_EPISODES = 30
"""A mean of fewer says nothing, and is not shown."""

MOST_WAITING, MOST_KEPT = 16, 256

Case = tuple[str, str, int]
"""An environment, its arguments, and the time limit of its episodes."""


class RandomPolicy:
    """What acting at random brings, measured one case after the other for a server's visitors."""

    def __init__(self, longest_seconds: float) -> None:
        self._longest_seconds = longest_seconds
        self._found: OrderedDict[Case, RandomReturn | None] = OrderedDict()
        self._waiting: set[Case] = set()
        self._lock, self._turn = threading.Lock(), threading.Lock()

    def of(self, spec: EnvironmentSpec) -> RandomReturn | None:
        """What is known by now; if that is None, it is being measured."""
        if spec.random_return:
            return spec.random_return
        case = _case(spec)
        with self._lock:
            is_new = case not in self._found and case not in self._waiting
            if is_new and len(self._waiting) < MOST_WAITING:
                self._waiting.add(case)
                threading.Thread(
                    target=self._measure, args=(case,), name="random-policy", daemon=True
                ).start()
            return self._found.get(case)

    def is_coming(self, spec: EnvironmentSpec) -> bool:
        """Whether it is being measured."""
        return _case(spec) in self._waiting

    def _measure(self, case: Case) -> None:
        found = None
        try:
            # Without a line where it cannot be played: whoever trains in it is told why.
            with self._turn, suppress(LabError):
                found = self._played(*case)
        finally:
            with self._lock:
                self._waiting.discard(case)
                self._found[case] = found
                while len(self._found) > MOST_KEPT:
                    self._found.popitem(last=False)

    def _played(self, env_id: str, env_kwargs: str, time_limit: int) -> RandomReturn | None:
        returns: list[float] = []
        started = rested = time.monotonic()
        with closing(random_episodes(env_id, time_limit, env_kwargs=env_kwargs)) as episodes:
            for total in episodes:
                now = time.monotonic()
                if total is not None:
                    returns.append(total)
                    if _are_enough(returns):
                        break
                if now - started > self._longest_seconds:
                    break
                if now - rested > PLAY_SECONDS:
                    time.sleep(REST_SECONDS)
                    rested = time.monotonic()
        return random_return(returns) if len(returns) >= LEAST_EPISODES else None


def _case(spec: EnvironmentSpec) -> Case:
    return spec.env_id, spec.env_kwargs, spec.max_episode_steps


def _are_enough(returns: list[float]) -> bool:
    """Whether their mean is sure enough; judged after each `LEAST_EPISODES` episodes."""
    if len(returns) % LEAST_EPISODES:
        return False
    found = random_return(returns)
    return 0 < found.margin <= SURE * abs(found.mean)


def words(found: RandomReturn) -> str:
    """``random policy −790 ± 5``."""
    if not found.margin:
        return _("random policy {mean}", mean=number(found.mean))
    decimals = max(0, -math.floor(math.log10(found.margin)))  # of the margin's first digit
    mean = f"{found.mean:,.{decimals}f}".replace("-", MINUS)
    margin = f"{found.margin:.{decimals}f}"
    return _("random policy {mean} ± {margin}", mean=mean, margin=margin)


@st.cache_resource(show_spinner=False)
def random_policy() -> RandomPolicy:
    """The random policy of this server."""
    return RandomPolicy(LONGEST_SECONDS)
