"""The run before the present one: which it is, and how it is told from it."""

from typing import Any

import pytest

from dashboard.earlier import Earlier
from dashboard.links import Link
from dashboard.run import Run, Status
from dashboard.session import Session
from tests.core.small_runs import SMALL


def trained(session: Session) -> Session:
    session.run.trainer.run(max_steps=60)
    assert len(session.run.history.episodes) > 0
    return session


def test_a_reset_leaves_the_run_so_far_to_compare_with() -> None:
    session = trained(Session(Link(config=SMALL)))
    assert session.earlier is None
    returns = session.run.history.episodes.frame()["return"].tolist()
    session.reset(seed=1)
    assert session.earlier is not None
    assert session.earlier.episodes["return"].tolist() == returns
    assert session.earlier.words(session.run) == "before (Seed 0)"


def test_values_that_were_set_for_the_next_run_are_not_the_earlier_ones() -> None:
    session = trained(Session(Link(config=SMALL)))
    for gamma in (0.9, 0.8):
        session.set("gamma", gamma)
    session.reset()
    assert session.earlier is not None
    assert session.earlier.words(session.run) == "before (γ 0.99)"


def test_what_was_changed_on_the_way_is_told() -> None:
    session = trained(Session(Link(config=SMALL)))
    session.run.status = Status.PAUSED
    session.set("gamma", 0.9)
    trained(session).reset()
    assert session.config.gamma == 0.9
    assert session.earlier is not None
    assert session.earlier.words(session.run) == "before (γ 0.99 → 0.9)"


def test_the_way_that_was_undone_is_left_to_compare_with() -> None:
    session = trained(Session(Link(config=SMALL)))
    session.run.status = Status.PAUSED
    session.set("gamma", 0.9)
    session.undo(0)
    assert session.earlier is None  # it went nowhere
    session.set("gamma", 0.8)
    trained(session)
    returns = session.run.history.episodes.frame()["return"].tolist()
    session.undo(0)
    assert session.earlier is not None
    assert session.earlier.episodes["return"].tolist() == returns
    assert session.earlier.words(session.run) == "undone (γ 0.99 → 0.8)"


def test_of_several_changes_the_undone_ones_name_the_way_that_was_undone() -> None:
    session = trained(Session(Link(config=SMALL)))
    session.run.status = Status.PAUSED
    for name, value in (("gamma", 0.9), ("tau", 0.5), ("batch_size", 4)):
        session.set(name, value)
        trained(session)
    session.undo(2)
    assert session.earlier is not None
    assert session.earlier.words(session.run) == "undone (B 8 → 4)"
    kept = session.earlier
    session.set("gamma", 0.5)
    session.run.trainer.run(max_steps=1)
    episodes = len(session.run.history.episodes)
    session.undo(2)
    assert len(session.run.history.episodes) == episodes
    assert session.earlier is kept, "that way had no episode of its own"


def test_a_run_without_an_episode_is_nothing_to_compare_with() -> None:
    session = trained(Session(Link(config=SMALL)))
    session.reset()
    kept = session.earlier
    session.set("gamma", 0.5)
    session.reset()
    assert session.earlier is kept


@pytest.mark.parametrize(
    ("changes", "members", "words"),
    [
        ({}, 1, "before"),
        ({"gamma": 0.5}, 1, "before (γ 0.99)"),
        ({"gamma": 0.5, "batch_size": 16}, 1, "before (B 8, γ 0.99)"),
        ({"gamma": 0.5, "batch_size": 16}, 2, "before (B 8, γ 0.99, 1 more)"),
        ({}, 2, "before (1 member)"),
    ],
)
def test_it_is_called_by_what_was_set_otherwise(
    changes: dict[str, Any], members: int, words: str
) -> None:
    present = SMALL.replace(**changes)
    run = Run([present.replace(seed=p) for p in range(members)])
    assert Earlier.of(Run([SMALL])).words(run) == words
