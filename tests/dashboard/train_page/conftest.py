"""What the tests of the Train page share."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.dashboard.sidebar import opened


@pytest.fixture
def app() -> AppTest:
    return opened()
