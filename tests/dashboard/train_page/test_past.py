"""The list of what was changed in a run, and which of it can be undone."""

from dashboard.session.links import Link
from dashboard.session.run import Status
from dashboard.session.session import Session
from dashboard.train_page.past import Entry, changes_of
from dashboard.train_page.run_files import run_bytes
from tests.core.small_runs import SMALL


def changed_twice() -> Session:
    session = Session(Link(config=SMALL, members=2))
    session.run.trainer.run(max_steps=30)
    session.run.status = Status.PAUSED
    session.paste('{"gamma": 0.9, "tau": 0.5}')
    session.run.trainer.run(max_steps=30)
    session.set("batch_size", 4)
    session.set("gamma", 0.8)
    return session


def test_what_was_changed_at_once_is_one_entry_with_its_restore_point() -> None:
    assert changes_of(changed_twice().run) == [
        Entry(30, "γ 0.99 → 0.9, τ 0.005 → 0.5", 0),
        Entry(60, "B 8 → 4", 1),
        Entry(60, "γ 0.9 → 0.8", 2),
    ]


def test_an_opened_run_lists_its_changes_and_undoes_those_made_since() -> None:
    session = Session()
    assert session.open("run.safetensors", run_bytes(changed_twice().run)), session.problem
    session.run.trainer.run(max_steps=1)
    session.set("gamma", 0.7)
    assert changes_of(session.run) == [
        Entry(30, "γ 0.99 → 0.9, τ 0.005 → 0.5", None),
        Entry(60, "B 8 → 4, γ 0.9 → 0.8", None),
        Entry(61, "γ 0.8 → 0.7", 0),
    ]
    session.undo(0)
    assert session.config.gamma == 0.8
