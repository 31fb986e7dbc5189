"""A private server: each visitor has the own runs alone, for a day, and not too many."""

import shutil
import sqlite3
import time

import pytest

from dashboard.compare_page.exchange import taken_in
from dashboard.session.going_on import go_on_with
from dashboard.session.links import Link
from dashboard.session.session import Session
from dashboard.session.store import forget_left, own_runs, store
from dashboard.web.visitors import KEPT_SECONDS
from dqn_core import LabError
from dqn_core.store.connections import BUSY_SECONDS
from dqn_core.store.store import DATABASE
from dqn_core.store.transfer import export
from tests.core.small_runs import SMALL
from tests.dashboard.session.ways import train


def visit(owner: str) -> Session:
    session = Session(Link(config=SMALL), owner=owner)
    train(session, 40)
    return session


def kept(owner: str) -> list[str]:
    return [record.run for record in store().runs(owner)]


def test_a_visitor_sees_and_reaches_nothing_of_another() -> None:
    visit("one")
    session = visit("two")
    assert session.earlier.of(session.run) == []
    go_on_with(session, "cartpole-1")
    assert "cartpole-1 is not there" in session.problem
    go_on_with(session, "cartpole-11")
    assert "mean cartpole-1" not in session.problem
    assert str(store().folder) not in session.problem
    assert session.run.keeping.name == "cartpole-2"


def test_in_place_of_a_store_that_was_deleted_another_one_is_made() -> None:
    session = visit("one")
    shutil.rmtree(store().folder)
    train(session, 60)
    session.run.rest()
    assert "were deleted or moved" in session.run.keeping.problem
    assert kept("one") == []
    visit("one")
    assert kept("one") == ["cartpole-1"]


def test_a_database_that_another_program_holds_stops_no_page_for_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dashboard.session.store.PATIENCE_SECONDS", 0.05)
    session = visit("one")
    holding = sqlite3.connect(store().folder / DATABASE, isolation_level=None)
    holding.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    train(session, 60)
    session.run.rest()
    assert "database is locked" in session.run.keeping.problem
    assert time.monotonic() - began < BUSY_SECONDS / 2
    assert kept("one") == ["cartpole-1"]
    holding.close()
    session.run.rest()
    assert store().run("cartpole-1").env_steps == session.run.trainer.env_step


def test_whoever_is_in_no_room_sees_no_run_of_a_room() -> None:
    visit("a student")
    outside = Session(Link(config=SMALL))
    assert outside.earlier.of(outside.run) == []
    assert own_runs(store(), None) == []


def test_a_visitors_runs_go_after_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    visit("one")
    today = time.time
    monkeypatch.setattr(time, "time", lambda: today() + KEPT_SECONDS + 1)
    visit("two")
    forget_left()
    assert (kept("one"), kept("two")) == ([], ["cartpole-2"])


def test_the_oldest_run_of_a_visitor_goes_for_one_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.session.store.MOST_OF_A_VISITOR", 2)
    visit("two")
    for _ in range(3):
        visit("one")
    assert (kept("one"), kept("two")) == (["cartpole-4", "cartpole-3"], ["cartpole-1"])


def test_where_the_clock_was_put_back_the_runs_before_go_and_none_that_has_just_begun(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dashboard.session.store.MOST_OF_A_VISITOR", 2)
    for _ in range(2):
        visit("one")
    today = time.time
    monkeypatch.setattr(time, "time", lambda: today() - 3600)
    for _ in range(2):
        visit("one")
    assert kept("one") == ["cartpole-4", "cartpole-3"]


def test_a_run_that_goes_on_is_not_the_one_that_goes_however_old_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dashboard.session.store.MOST_OF_A_VISITOR", 2)
    first = visit("one")
    visit("one")
    train(first, 20)
    visit("one")
    assert kept("one") == ["cartpole-3", "cartpole-1"]


def test_an_import_that_is_refused_costs_a_visitor_no_run_and_one_that_is_not_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dashboard.session.store.MOST_OF_A_VISITOR", 2)
    session = visit("one")
    content = export(store(), "cartpole-1")
    visit("one")
    with pytest.raises(LabError):
        taken_in(session, b"no run")
    assert kept("one") == ["cartpole-2", "cartpole-1"]
    taken_in(session, content)
    assert set(kept("one")) == {"cartpole-2", "cartpole-3"}


def test_where_all_see_all_nothing_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.session.store.MOST_OF_A_VISITOR", 1)
    for _ in range(2):
        session = Session(Link(config=SMALL))
        train(session, 1)
    assert len(store().runs()) == 2
