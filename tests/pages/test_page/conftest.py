"""The Test page, without a browser."""

import threading
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.test_page.acts import APP, showings


@pytest.fixture
def page() -> Iterator[AppTest]:
    at = AppTest.from_file(APP, default_timeout=120).switch_page("pages/test.py").run()
    yield at
    # A thread that is in the middle of PyTorch when the process ends aborts it.
    for showing in showings(at):
        showing.stop()
    for thread in threading.enumerate():
        if thread.name.startswith("film-"):
            thread.join(10)
