"""Both pages with an environment that somebody else wrote, which may be or do anything."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.run import Status
from dashboard.session import Session
from dashboard.slots import Slots
from tests.core.foreign import Foreign, fails_at, registered

APP = Path(__file__).parents[2] / "app.py"
Opened = Callable[..., AppTest]


@pytest.fixture
def opened() -> Iterator[Opened]:
    """The Train page, opened by a link with an environment that is told what to do."""
    pages: list[AppTest] = []
    with ExitStack() as ids:

        def open_with(env_id: str = "Foreign-v0", entry_point: Any = None, **told: Any) -> AppTest:
            ids.enter_context(registered(env_id, entry_point or (lambda **_: Foreign(**told))))
            at = AppTest.from_file(APP, default_timeout=30)
            at.query_params["env_id"] = env_id
            pages.append(at.run())
            return pages[-1]

        yield open_with
        for at in pages:
            session(at).run.pause()


def session(at: AppTest) -> Session:
    found = at.session_state["session"]
    assert isinstance(found, Session)
    return found


def train(at: AppTest, beyond: int) -> None:
    run, slots = session(at).run, Slots(1)
    while run.is_active and run.trainer.env_step <= beyond:
        run.advance(slots)


def test_a_run_that_its_environment_interrupted_says_so_and_resumes(opened: Opened) -> None:
    at = opened(outcome=fails_at(45))
    assert not at.exception
    at.button(key="start").click().run()
    train(at, 100)
    at.run()
    assert session(at).run.status is Status.INTERRUPTED
    (error,) = at.error
    said = error.value.replace("\\", "")
    assert "Environment step 45: Foreign-v0 failed at step 5" in said
    assert "Resume tries again" in said
    assert not at.button(key="start").disabled
    at.button(key="start").click().run()
    train(at, 100)
    assert session(at).run.trainer.env_step > 100
    assert not at.run().error
