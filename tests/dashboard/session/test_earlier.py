"""The other runs of the store: which the page shows, and how they are told from the present one."""

import gc
from typing import Any

import pytest

from dashboard.session.earlier import Earlier
from dashboard.session.going_on import go_on_with, open_run
from dashboard.session.links import Link
from dashboard.session.session import Session
from dashboard.session.store import store
from dashboard.session.view import DASHES
from dashboard.train_page.figures import figures
from dashboard.train_page.run_files import run_bytes
from dqn_core.base.numbers import number
from dqn_core.divergence import Stop
from dqn_core.store.recorder import Recorder
from dqn_core.trainer import Trainer
from tests.core.small_runs import SMALL
from tests.dashboard.session.ways import go_back, train, undo


def trained(session: Session, steps: int = 60) -> Session:
    train(session, steps)
    assert len(session.run.history.episodes) > 0
    return session


def small(**values: Any) -> Session:
    return trained(Session(Link(config=SMALL, **values)))


def with_three_changes() -> Session:
    session = small()
    for name, value in (("gamma", 0.9), ("tau", 0.5), ("batch_size", 4)):
        session.set(name, value)
        trained(session)
    return session


def shown(session: Session) -> list[Earlier]:
    return session.earlier.of(session.run)


def words(session: Session) -> list[str]:
    return [earlier.words(session.run) for earlier in shown(session)]


def test_a_reset_leaves_the_run_so_far_to_compare_with() -> None:
    session = small()
    assert shown(session) == []
    returns = session.run.history.episodes.frame()["return"].tolist()
    session.reset(seed=1)
    assert [earlier.episodes["return"].tolist() for earlier in shown(session)] == [returns]
    assert words(session) == ["cartpole-1 (Seed 0)"]


def test_a_run_of_another_day_is_there_too() -> None:
    small().run.close()
    assert words(Session(Link(config=SMALL.replace(gamma=0.5)))) == ["cartpole-1 (γ 0.99)"]


def test_values_that_were_set_for_the_next_run_are_not_the_earlier_ones() -> None:
    session = small()
    for gamma in (0.9, 0.8):
        session.set("gamma", gamma)
    session.reset()
    assert words(session) == ["cartpole-1 (γ 0.99)"]


def test_what_was_changed_on_the_way_is_told() -> None:
    session = small()
    session.set("gamma", 0.9)
    trained(session).reset()
    assert session.config.gamma == 0.9
    assert words(session) == ["cartpole-1 (γ 0.99 → 0.9)"]


def test_the_parent_of_a_fork_stays_in_sight_and_is_called_by_what_it_did_after_it() -> None:
    session = small()
    session.set("gamma", 0.9)
    returns = trained(session).run.history.episodes.frame()["return"].tolist()
    undo(session, 0)
    assert [earlier.episodes["return"].tolist() for earlier in shown(session)] == [returns]
    assert words(session) == ["cartpole-1 (γ 0.99 → 0.9)"]
    assert shown(session)[0].is_kin_of(session.run)


def test_the_parent_stays_in_sight_however_many_runs_there_are() -> None:
    session = small()
    session.set("gamma", 0.9)
    trained(session)
    for _ in DASHES:
        small().run.close()
    undo(session, 0)
    assert shown(session)[0].record.run == "cartpole-1"
    assert len(shown(session)) == len(DASHES)


def test_of_several_changes_the_undone_ones_name_the_parent() -> None:
    session = with_three_changes()
    undo(session, 2)
    assert words(session) == ["cartpole-1 (B 8 → 4)"]
    undo(session, 0)
    assert words(session) == ["cartpole-1 (B 8 → 4, γ 0.99 → 0.9, 1 more)"]


def test_a_fork_is_called_by_what_it_did_otherwise_when_its_parent_goes_on() -> None:
    session = small()
    session.set("gamma", 0.9)
    trained(session)
    undo(session, 0)
    session.set("gamma", 0.8)
    trained(session)
    go_back(session)
    assert words(session) == ["cartpole-2 (γ 0.99 → 0.8)"]
    assert shown(session)[0].is_kin_of(session.run)


def test_a_piece_of_a_sweep_is_not_called_by_the_values_of_its_first_member() -> None:
    configs = [
        SMALL.replace(gamma=gamma, learning_rate=rate, seed=seed)
        for gamma in (0.5, 0.9)
        for rate in (1e-3, 1e-2)
        for seed in (0, 1)
    ]
    trainer = Trainer(configs)
    trainer.run(max_steps=60)
    Recorder(store(), store().create(configs), trainer).finish("finished")
    trainer.close()
    session = Session(Link(config=SMALL))
    (piece,) = shown(session)
    assert piece.differing == ["gamma", "learning_rate"], "so that no mean over them is drawn"
    assert words(session) == ["cartpole-1 (several values of γ, α, 2 seeds)"]
    session.use_values_of(piece)
    assert (session.link.members, session.config.gamma) == (2, 0.5)


def test_a_run_without_an_episode_is_nothing_to_compare_with() -> None:
    session = small()
    session.reset()
    train(session, 1)
    session.reset()
    assert words(session) == ["cartpole-1"]


def test_of_a_run_with_a_seed_that_diverged_the_others_make_its_numbers() -> None:
    session = Session(Link(config=SMALL.replace(evaluation_period=100), members=3))
    train(session, 200)
    session.run.trainer._stop({1: Stop(200, "why")})
    train(session, 200)
    session.reset()
    assert shown(session)[0].counted == (0, 2)


def test_the_newest_runs_are_shown_each_with_a_dash_of_its_own_that_stays() -> None:
    session = Session(Link(config=SMALL))
    for _ in DASHES:
        small().run.close()
    dashes = {earlier.record.run: earlier.dash for earlier in shown(session)}
    assert sorted(dashes.values()) == sorted(DASHES)
    store().delete("cartpole-2")
    for _ in range(2):
        small().run.close()
    now = {earlier.record.run: earlier.dash for earlier in shown(session)}
    assert list(now) == [f"cartpole-{number}" for number in (3, 4, 5, 6)]
    assert sorted(now.values()) == sorted(DASHES)
    assert all(now[run] == dashes[run] for run in ("cartpole-3", "cartpole-4"))


def test_what_was_read_is_read_again_only_when_it_has_grown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session, other = Session(Link(config=SMALL)), small()
    (first,) = shown(session)
    assert shown(session)[0] is first
    trained(other)
    (grown,) = shown(session)
    assert len(grown.episodes["return"]) > len(first.episodes["return"])


def test_an_opened_run_is_named_from_its_first_step_on() -> None:
    session = small()
    session.set("gamma", 0.9)
    trained(session)
    other = Session()
    assert open_run(other, "run.safetensors", run_bytes(session.run)), other.problem
    assert other.run.first_config == SMALL
    trained(other, 1)
    other.reset()
    assert words(other) == ["cartpole-1 (γ 0.99 → 0.9)", "cartpole-2 (γ 0.99 → 0.9)"]


def test_a_run_of_another_environment_is_not_compared_with() -> None:
    session = small()
    session.set("env_id", "Acrobot-v1")
    session.reset()
    assert shown(session) == []
    session.set("env_id", SMALL.env_id)
    session.reset()
    assert words(session) == ["cartpole-1"]


def test_the_controls_go_back_to_the_values_of_an_earlier_run() -> None:
    session = small()
    session.set("gamma", 0.9)
    session.set("hidden_dims", "16, 16")
    session.set_typed("members", "2")
    session.reset()
    trained(session)
    session.use_values_of(shown(session)[0])
    assert session.problem == ""
    assert (session.config, session.link.members) == (SMALL, 1)
    assert session.run.config.gamma == 0.9, "the run that trains goes on as it is"
    assert session.run.change_labels() == []
    session.reset()
    assert session.run.config == SMALL


def test_going_on_with_an_earlier_run_leaves_the_present_one_in_its_place() -> None:
    session = small()
    weights = session.run.agent().network.parameters.tolist()
    session.set("gamma", 0.9)
    session.reset()
    trained(session)
    go_on_with(session, "cartpole-1")
    assert session.run.agent().network.parameters.tolist() == weights
    assert session.config == session.run.config == SMALL.replace(gamma=0.9), "changed at its end"
    assert words(session) == ["cartpole-2 (γ 0.9)"]


def test_going_on_with_the_present_run_is_nothing() -> None:
    session = small()
    run = session.run
    go_on_with(session, "cartpole-1")
    assert session.run is run


def test_a_run_is_kept_with_the_preset_that_it_began_with() -> None:
    session = Session()
    session.choose_preset("notebook")
    train(session, 1)
    session.choose_preset("auto")
    assert store().run(session.run.keeping.name).preset == "notebook"
    session.reset()
    train(session, 1)
    assert store().run(session.run.keeping.name).preset == "auto"


def test_a_lesson_keeps_the_values_that_it_fixes_from_an_earlier_run() -> None:
    other = Session(Link(config=SMALL.replace(gamma=0.5, batch_size=4)))
    trained(other).run.close()
    session = Session(Link(config=SMALL, locked=("gamma",)))
    session.use_values_of(shown(session)[0])
    assert (session.config.gamma, session.config.batch_size) == (SMALL.gamma, 4)
    go_on_with(session, "cartpole-1")
    assert session.problem.startswith("This lesson has fixed values")
    assert session.run.trainer.env_step == 0


@pytest.mark.parametrize(
    ("changes", "members", "named"),
    [
        ({}, 1, "cartpole-1"),
        ({"gamma": 0.5}, 1, "cartpole-1 (γ 0.99)"),
        ({"gamma": 0.5, "batch_size": 16}, 1, "cartpole-1 (B 8, γ 0.99)"),
        ({"gamma": 0.5, "batch_size": 16}, 2, "cartpole-1 (B 8, γ 0.99, 1 more)"),
        ({}, 2, "cartpole-1 (1 seed)"),
    ],
)
def test_it_is_called_by_what_was_set_otherwise(
    changes: dict[str, Any], members: int, named: str
) -> None:
    small().run.close()
    present = SMALL.replace(**changes)
    session = Session(Link(config=present, members=members))
    assert words(session) == [named]
    store().update("cartpole-1", title="my first")
    assert words(session) == [named.replace("cartpole-1", "my first")]


@pytest.mark.parametrize("smoothing", [0.0, 0.6])
def test_the_returns_of_an_earlier_run_are_those_that_the_page_showed(smoothing: float) -> None:
    session = Session(Link(config=SMALL, members=3))
    train(session, 200)
    session.run.trainer.evaluate()
    numbers = figures(session.run, smoothing)["numbers"]
    session.reset()
    (earlier,) = shown(session)
    assert number(earlier.average_return(smoothing)) == numbers["average_return"][1] != "–"
    assert number(earlier.greedy_return) == numbers["greedy_return"][1] != "–"


def test_of_the_runs_that_were_left_only_the_store_has_more_than_values() -> None:
    """After two hundred runs a server takes what it took after one."""
    gc.collect()
    others = [one for one in gc.get_objects() if type(one) is Trainer]
    session = Session(Link(config=SMALL))
    for seed in range(5):
        train(session, 25)
        session.earlier.of(session.run)
        session.reset(seed)
    gc.collect()
    trainers = [one for one in gc.get_objects() if type(one) is Trainer]
    assert [one for one in trainers if one not in others] == [session.run.trainer]
    assert len(store().runs()) == 5
