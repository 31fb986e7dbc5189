"""A race of values that cannot train side by side: a run for each, which take turns."""

import pytest
import torch

from dashboard.session.going_on import come_back_to
from dashboard.session.keeping import Origin
from dashboard.session.links import Link
from dashboard.session.racing import go_on_alone, race_more_seeds, start_race
from dashboard.session.reading import read
from dashboard.session.run import Run, Status
from dashboard.session.session import Session
from dashboard.session.store import store
from dashboard.session.turns import Turns
from dashboard.web.slots import Slots
from dqn_core import Trainer
from dqn_core.base.errors import ConfigurationError
from dqn_core.replay import replay_bytes
from tests.core.small_runs import SMALL
from tests.dashboard.session.ways import undo


def raced(name: str = "hidden_dims", values: str = "8, 8; 4") -> Session:
    """A race of two seeds of each value after some steps, paused."""
    session = Session(Link(config=SMALL, members=2))
    start_race(session, name, values, 2, from_here=False)
    assert session.problem == ""
    assert session.turns.status is Status.RUNNING, "it starts at once"
    train(session)
    return session


def train(session: Session, steps: int = 60) -> None:
    slots = Slots(1)
    session.turns.start()
    while any(run.trainer.env_step < steps for run in session.turns.runs if run.is_active):
        session.turns.advance(slots)
    session.turns.pause()
    session.turns.rest()


def values(session: Session, name: str) -> list[list[object]]:
    return [[getattr(c, name) for c in run.trainer.configs] for run in session.turns.runs]


def test_values_of_a_shape_are_a_run_each_and_none_is_ahead() -> None:
    session = raced()
    assert values(session, "hidden_dims") == [["8, 8"] * 2, ["4"] * 2]
    assert [(arm.label, arm.run, arm.members) for arm in session.turns.arms] == [
        ("Hidden layers 8, 8", 0, (0, 1)),
        ("Hidden layers 4", 1, (0, 1)),
    ]
    assert session.needs_reset() == []
    slots, ahead = Slots(1), []
    session.turns.start()
    for _ in range(20):
        steps = [run.trainer.env_step for run in session.turns.runs]
        session.turns.advance(slots)
        moved = [
            run.trainer.env_step > step for run, step in zip(session.turns.runs, steps, strict=True)
        ]
        ahead.append(any(moved) and steps[moved.index(True)] > min(steps))
    assert not any(ahead)
    assert slots.enter("another") == 1, "they have one place"
    session.turns.pause()
    session.turns.advance(slots)
    assert slots.enter("another") == 0


def test_where_one_waits_for_a_place_all_do() -> None:
    session = raced()
    slots = Slots(1)
    slots.enter("another")
    session.turns.start()
    session.turns.advance(slots)
    assert session.turns.status is Status.WAITING
    assert session.turns.foremost.ahead == 1
    session.turns.pause()


def test_each_run_of_the_race_is_one_of_the_store_with_the_bits_of_a_lone_one() -> None:
    session = raced()
    for run in session.turns.runs:
        kept = store().trainer(run.keeping.name)
        alone = Trainer(run.trainer.configs)
        alone.run(max_steps=kept.env_step)
        assert torch.equal(alone.learner.online.parameters, kept.learner.online.parameters)


def test_a_link_names_such_a_race_and_reads_it_back() -> None:
    session = raced()
    found, problems = read({"race": ["hidden_dims=8,8;4"], "members": ["2"]})
    assert problems == []
    assert found.race == session.link.race
    assert "race=hidden_dims%3D8,8%3B4" in session.link.query


def test_an_arm_that_is_cancelled_stays_so_and_the_last_one_cannot_be() -> None:
    session = raced()
    first, second = session.turns.arms
    session.turns.cancel(first)
    step = session.turns.runs[0].trainer.env_step
    (stop, *_) = filter(None, session.turns.runs[0].trainer.stops)
    assert stop.reason == f"Cancelled at step {step:,}."
    train(session, step + 20)
    assert session.turns.status is Status.PAUSED
    assert session.turns.runs[0].trainer.env_step == step
    assert session.turns.runs[1].trainer.env_step >= step + 20
    record = store().run(session.turns.runs[0].keeping.name)
    assert record.status == "interrupted", "it is no divergence"
    with pytest.raises(ConfigurationError, match="No member"):
        session.turns.cancel(second)
    back = Session(session.link)
    come_back_to(back, session.turns.names)
    assert [back.turns.goes_on(arm) for arm in back.turns.arms] == [False, True]
    # The first has ended: it says why. The other one says where it is, of itself alone.
    going_on = back.turns.runs[1]
    name, now = session.turns.runs[1].keeping.name, going_on.trainer.env_step
    assert going_on.message.startswith(f"Back at step {now} of {name}.")


def test_a_clock_is_raced_from_the_present_state_and_a_shape_is_not() -> None:
    session = Session(Link(config=SMALL, members=2))
    train(session)
    before = session.run
    start_race(session, "hidden_dims", "8, 8; 4", 2, from_here=True)
    assert "restart" in session.problem
    assert session.run is before
    start_race(session, "batch_size", "4, 8", 2, from_here=True)
    assert session.problem == ""
    assert values(session, "batch_size") == [[4, 4], [8, 8]]
    assert {run.trainer.env_step for run in session.turns.runs} == {before.trainer.env_step}
    assert {run.keeping.parent for run in session.turns.runs} == {before.keeping.name}
    session.turns.pause()


def test_a_change_reaches_all_runs_and_undo_takes_it_back_in_all() -> None:
    session = raced("batch_size", "4, 8")
    session.set("learning_rate", 1e-4)
    assert values(session, "learning_rate") == [[1e-4] * 2] * 2
    assert values(session, "batch_size") == [[4, 4], [8, 8]]
    train(session, 90)
    undo(session, 0)
    assert session.problem == ""
    assert values(session, "learning_rate") == [[SMALL.learning_rate] * 2] * 2
    assert values(session, "batch_size") == [[4, 4], [8, 8]]
    assert session.needs_reset() == []


def test_a_value_that_does_not_go_with_one_of_the_runs_changes_none() -> None:
    session = raced("batch_size", "4, 64")
    session.set("buffer_capacity", 32)
    assert "batch" in session.problem
    assert values(session, "buffer_capacity") == [[SMALL.buffer_capacity] * 2] * 2


def test_a_change_that_all_runs_together_have_no_memory_for_changes_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session = raced("batch_size", "4, 8")
    of_one = replay_bytes([SMALL.replace(buffer_capacity=2_000)] * 2)
    monkeypatch.setattr("dashboard.session.size.MOST_REPLAY_BYTES", of_one)
    session.set("buffer_capacity", 2_000)
    assert "of memory" in session.problem
    assert values(session, "buffer_capacity") == [[SMALL.buffer_capacity] * 2] * 2


def test_one_arm_goes_on_alone_as_the_run_that_it_is() -> None:
    session = raced()
    name = session.turns.runs[1].keeping.name
    go_on_alone(session, session.turns.arms[1])
    assert (session.turns.names, session.link.race) == (name, None)
    assert session.config.hidden_dims == "4"
    assert session.needs_reset() == []
    session.turns.pause()


def test_a_reload_brings_all_runs_back_and_more_seeds_are_a_race_of_the_same_values() -> None:
    session = raced()
    left = session.remembered
    assert left.run == "cartpole-1 cartpole-2"
    back = Session(left.link[0])
    come_back_to(back, left.run)
    assert back.problem == ""
    assert back.turns.names == left.run
    assert back.link == session.link
    again = Session(left.link[0])
    come_back_to(again, f"{left.run} " * 99)
    assert again.turns.names == left.run, "each once, whatever a tab says"
    race_more_seeds(back)
    assert [[c.seed for c in run.trainer.configs] for run in back.turns.runs] == [[2, 3]] * 2
    back.turns.pause()


def test_what_all_values_together_would_take_is_refused() -> None:
    session = Session(Link(config=SMALL))
    start_race(session, "hidden_dims", "512,512,512; 1024,1024,1024", 8, from_here=False)
    assert "weights" in session.problem
    assert session.refused == "race"


def test_a_race_that_was_loaded_again_trains_on_though_one_of_its_runs_was_never_kept() -> None:
    kept = raced().turns
    before = Turns([Run([SMALL], Origin(kept=False)), *kept.runs])
    before.start()
    session = Session(Link(config=SMALL))
    come_back_to(session, before.names)
    session.turns.go_on_as(before)
    assert [run.status for run in session.turns.runs] == [Status.RUNNING] * 2
    assert session.turns.names == before.names
