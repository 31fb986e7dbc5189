"""The Test page, without a browser."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dqn_core import Agent, record
from dqn_core.episodes.recording import Recording
from tests.pages.test_page.acts import APP, showings


def few_steps(agent: Agent, *start: Any, **options: Any) -> Recording:
    """No test here looks at more of an episode that is filmed or played against."""
    config = agent.config.replace(max_episode_steps=20)
    return record(Agent(config, agent.network, agent.env_steps), *start, **options)


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    for module in ("match", "showing"):
        monkeypatch.setattr(f"dashboard.test_page.{module}.record", few_steps)
    at = AppTest.from_file(APP, default_timeout=120).switch_page("pages/test.py").run()
    yield at
    # A thread that is in the middle of PyTorch when the process ends aborts it.
    for showing in showings(at):
        showing.stop()
    for thread in threading.enumerate():
        if thread.name.startswith("film-"):
            thread.join(10)
