"""The runs before the present one: which they are, and how they are told from it."""

from dataclasses import replace
from typing import Any

import pytest

from dashboard.session.earlier import DASHES, Earlier, EarlierRuns
from dashboard.session.links import Link
from dashboard.session.run import Run, Status
from dashboard.session.runner import Runner
from dashboard.session.session import Session
from dashboard.session.visits import Visit, come_back
from dashboard.train_page.figures import figures
from dashboard.train_page.run_files import run_bytes
from dashboard.web.slots import Slots
from dqn_core.divergence import Stop
from dqn_core.numbers import number
from tests.core.small_runs import SMALL


def trained(session: Session) -> Session:
    session.run.trainer.run(max_steps=60)
    session.run.status = Status.PAUSED
    assert len(session.run.history.episodes) > 0
    return session


def with_three_changes() -> Session:
    session = trained(Session(Link(config=SMALL)))
    for name, value in (("gamma", 0.9), ("tau", 0.5), ("batch_size", 4)):
        session.set(name, value)
        trained(session)
    return session


def kept(session: Session) -> list[Earlier]:
    return session.earlier.of(session.run.config.env_id)


def words(session: Session) -> list[str]:
    return [earlier.words(session.run) for earlier in kept(session)]


def test_a_reset_leaves_the_run_so_far_to_compare_with() -> None:
    session = trained(Session(Link(config=SMALL)))
    assert kept(session) == []
    returns = session.run.history.episodes.frame()["return"].tolist()
    session.reset(seed=1)
    assert [earlier.episodes["return"].tolist() for earlier in kept(session)] == [returns]
    assert words(session) == ["run 1 (Seed 0)"]


def test_values_that_were_set_for_the_next_run_are_not_the_earlier_ones() -> None:
    session = trained(Session(Link(config=SMALL)))
    for gamma in (0.9, 0.8):
        session.set("gamma", gamma)
    session.reset()
    assert words(session) == ["run 1 (γ 0.99)"]


def test_what_was_changed_on_the_way_is_told() -> None:
    session = trained(Session(Link(config=SMALL)))
    session.set("gamma", 0.9)
    trained(session).reset()
    assert session.config.gamma == 0.9
    assert words(session) == ["run 1 (γ 0.99 → 0.9)"]


def test_the_way_that_was_undone_is_left_to_compare_with() -> None:
    session = trained(Session(Link(config=SMALL)))
    session.set("gamma", 0.9)
    session.undo(0)
    assert kept(session) == []  # it went nowhere
    session.set("gamma", 0.8)
    trained(session)
    returns = session.run.history.episodes.frame()["return"].tolist()
    session.undo(0)
    assert [earlier.episodes["return"].tolist() for earlier in kept(session)] == [returns]
    assert words(session) == ["undone 1 (γ 0.99 → 0.8)"]
    assert kept(session)[0].is_left_by(session.run)


def test_a_way_that_was_undone_keeps_its_name_after_a_reset() -> None:
    session = trained(Session(Link(config=SMALL)))
    session.set("gamma", 0.9)
    trained(session).undo(0)
    session.set("batch_size", 4)
    trained(session).reset()
    assert words(session) == ["undone 1 (B 8, γ 0.99 → 0.9)", "run 2 (B 8 → 4)"]
    assert not any(earlier.is_left_by(session.run) for earlier in kept(session))


def test_of_several_changes_the_undone_ones_name_the_way_that_was_undone() -> None:
    session = with_three_changes()
    session.undo(2)
    assert words(session) == ["undone 1 (B 8 → 4)"]
    session.set("gamma", 0.5)
    session.run.trainer.run(max_steps=1)
    episodes = len(session.run.history.episodes)
    session.undo(2)
    assert len(session.run.history.episodes) == episodes
    assert words(session) == ["undone 1 (B 8 → 4)"], "that way had no episode of its own"


def test_a_way_that_is_gone_again_is_no_longer_another_one() -> None:
    session = with_three_changes()
    whole = session.run.history.episodes.frame()["return"].tolist()
    session.undo(2)
    session.undo(0)
    assert words(session) == ["undone 1 (B 8 → 4, γ 0.99 → 0.9, 1 more)"]
    session.redo()
    assert words(session) == ["undone 1 (B 8 → 4)"], "named from where it is left now"
    session.redo()
    assert words(session) == []
    assert session.run.history.episodes.frame()["return"].tolist() == whole


def test_a_run_without_an_episode_is_nothing_to_compare_with() -> None:
    session = trained(Session(Link(config=SMALL)))
    session.reset()
    session.set("gamma", 0.5)
    session.reset()
    assert words(session) == ["run 1 (γ 0.99)"]


def test_changes_undone_one_by_one_leave_one_way_named_from_where_it_was_left() -> None:
    session = with_three_changes()
    session.undo(2)
    assert words(session) == ["undone 1 (B 8 → 4)"]
    session.undo(1)
    session.undo(0)
    assert words(session) == ["undone 1 (B 8 → 4, γ 0.99 → 0.9, 1 more)"]
    session.reset()
    assert words(session) == ["undone 1 (B 8 → 4, γ 0.99 → 0.9, 1 more)"]


def test_of_a_run_with_a_seed_that_diverged_the_others_are_left_to_compare_with() -> None:
    run = Run([SMALL.replace(seed=seed) for seed in range(3)])
    run.trainer.run(max_steps=200)
    run.trainer._stop({1: Stop(200, "why")})
    run.trainer.run(max_steps=200)
    earlier = Earlier.of(run)
    assert set(earlier.episodes["member"]) == {0, 2}
    assert earlier.episodes["env_step"].max() > 200


def test_the_newest_runs_are_kept_each_with_a_dash_of_its_own_that_stays() -> None:
    runs = EarlierRuns()

    def keep() -> None:
        runs.keep(Earlier.of(Run([SMALL])))

    for _ in DASHES:
        keep()
    dashes = {earlier.number: earlier.dash for earlier in runs.of(SMALL.env_id)}
    assert sorted(dashes.values()) == sorted(DASHES)
    runs.forget(2)
    keep()
    keep()
    now = {earlier.number: earlier.dash for earlier in runs.of(SMALL.env_id)}
    assert list(now) == [3, 4, 5, 6]
    assert sorted(now.values()) == sorted(DASHES)
    assert (now[3], now[4]) == (dashes[3], dashes[4])


def test_runs_of_another_environment_take_no_place() -> None:
    runs = EarlierRuns()
    runs.keep(Earlier.of(Run([SMALL])))
    for _ in DASHES:
        runs.keep(Earlier.of(Run([SMALL.replace(env_id="Acrobot-v1")])))
    assert len(runs.of(SMALL.env_id)) == 1


def test_an_opened_run_is_named_from_its_first_step_on() -> None:
    session = trained(Session(Link(config=SMALL)))
    session.set("gamma", 0.9)
    trained(session)
    other = Session()
    assert other.open("run.safetensors", run_bytes(session.run)), other.problem
    assert other.run.first_config == SMALL
    other.reset()
    assert words(other) == ["run 1 (γ 0.99 → 0.9)"]


def test_after_a_reload_the_page_that_was_left_has_no_part_in_the_runs_of_the_new_one() -> None:
    left = trained(Session(Link(config=SMALL)))
    left.reset()
    trained(left)
    Visit(left, Runner(lambda: left.run, Slots(1))).end()
    session = Session(Link(config=SMALL))
    come_back(session, left.remembered)
    assert words(session) == ["run 1"]
    trained(left).reset()
    assert words(session) == ["run 1"]


def test_a_run_of_another_environment_is_not_compared_with() -> None:
    session = trained(Session(Link(config=SMALL)))
    session.set("env_id", "Acrobot-v1")
    session.reset()
    assert kept(session) == []
    session.set("env_id", SMALL.env_id)
    session.reset()
    assert words(session) == ["run 1"]


def test_the_controls_go_back_to_the_values_of_an_earlier_run() -> None:
    session = trained(Session(Link(config=SMALL)))
    session.set("gamma", 0.9)
    session.set("hidden_dims", "16, 16")
    session.set_members(2)
    session.reset()
    trained(session)
    session.use_values_of(kept(session)[0])
    assert session.problem == ""
    assert (session.config, session.members) == (SMALL, 1)
    assert session.run.config.gamma == 0.9, "the run that trains goes on as it is"
    assert session.run.restore_points == []
    session.reset()
    assert session.run.config == SMALL


def test_a_lesson_keeps_the_values_that_it_fixes_from_an_earlier_run() -> None:
    session = trained(Session(Link(config=SMALL, locked=("gamma",))))
    trained(session).reset()
    earlier = replace(kept(session)[0], first_config=SMALL.replace(gamma=0.5, batch_size=4))
    session.use_values_of(earlier)
    assert (session.config.gamma, session.config.batch_size) == (SMALL.gamma, 4)


@pytest.mark.parametrize(
    ("changes", "members", "named"),
    [
        ({}, 1, "run 0"),
        ({"gamma": 0.5}, 1, "run 0 (γ 0.99)"),
        ({"gamma": 0.5, "batch_size": 16}, 1, "run 0 (B 8, γ 0.99)"),
        ({"gamma": 0.5, "batch_size": 16}, 2, "run 0 (B 8, γ 0.99, 1 more)"),
        ({}, 2, "run 0 (1 seed)"),
    ],
)
def test_it_is_called_by_what_was_set_otherwise(
    changes: dict[str, Any], members: int, named: str
) -> None:
    present = SMALL.replace(**changes)
    run = Run([present.replace(seed=p) for p in range(members)])
    assert Earlier.of(Run([SMALL])).words(run) == named


@pytest.mark.parametrize("smoothing", [0.0, 0.6])
def test_the_returns_of_an_earlier_run_are_those_that_the_page_showed(smoothing: float) -> None:
    session = Session(Link(config=SMALL, members=3))
    session.run.trainer.run(max_steps=200)
    session.run.trainer.evaluate()
    shown = figures(session.run, smoothing)["numbers"]
    session.reset()
    (earlier,) = session.earlier.all
    assert number(earlier.average_return(smoothing)) == shown["average_return"][1] != "–"
    assert number(earlier.greedy_return) == shown["greedy_return"][1] != "–"
