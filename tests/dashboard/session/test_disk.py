"""The disk that the states of all runs may take, as a person sets it."""

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.session.disk import GB, set_budget
from dashboard.session.links import Link
from dashboard.session.session import Session
from dashboard.session.store import store
from tests.core.small_runs import SMALL
from tests.dashboard.session.ways import train


def drawn() -> AppTest:
    return AppTest.from_string(
        "from dashboard.session.disk import disk_budget\ndisk_budget()", default_timeout=120
    ).run()


def test_a_smaller_budget_deletes_states_and_leaves_every_run_its_newest() -> None:
    for _ in range(2):
        session = Session(Link(config=SMALL))
        train(session, 20)
        session.set("gamma", 0.5)
        train(session, 20)
    size = store().bytes()
    set_budget(store(), size / 2 / GB)
    assert store().bytes() <= size / 2
    assert [store().trainer(record.run).env_step for record in store().runs()] == [40, 40]


def test_it_is_shown_with_what_is_taken_and_can_be_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not drawn().number_input, "there are no runs yet"
    train(Session(Link(config=SMALL)), 20)
    page = drawn()
    (box,) = page.number_input
    assert "are taken" in box.label
    box.set_value(3.0).run()
    assert store().budget == 3 * GB
    monkeypatch.setenv("DQN_LAB_PRIVATE", "1")
    assert not drawn().number_input, "it is nothing for visitors"
