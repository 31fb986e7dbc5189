"""The browser that lessons are tested with."""

import pytest


@pytest.fixture(autouse=True)
def browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """One whose cookie says its name: `AppTest` has no cookies."""
    monkeypatch.setattr("dashboard.session.visits.visitor", lambda: None)
