"""Lines of the project's own source."""

import gc
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from dashboard.learn_page.excerpt import Excerpt, _lines_of
from dashboard.learn_page.source import code
from dqn_core import DQNConfig, recommended
from dqn_core.learner import Learner


def excerpt() -> None:
    _lines_of.cache_clear()
    assert Excerpt(Learner).text.startswith("class Learner")


def functions() -> None:
    assert code(DQNConfig())


def arguments() -> None:
    assert recommended("FrozenLake-v1", "desc=['SF', 'FG']")


@pytest.mark.parametrize("other", [excerpt, functions, arguments])
def test_what_is_parsed_for_several_visitors_at_once_is_whole(other: Callable[[], None]) -> None:
    def give_way(*_: object) -> None:  # to another thread, wherever memory is looked through
        time.sleep(0)

    before = gc.get_threshold()
    gc.callbacks.append(give_way)
    gc.set_threshold(50)
    try:
        with ThreadPoolExecutor(4) as pool:
            for done in [pool.submit(it) for it in (excerpt, other) * 15]:
                done.result()
    finally:
        gc.set_threshold(*before)
        gc.callbacks.remove(give_way)
