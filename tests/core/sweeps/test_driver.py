"""The pieces of a sweep, trained by whoever is there."""

import os
import platform
import signal
from dataclasses import replace

import pytest

from dqn_core.base.errors import StoreError
from dqn_core.sweeps.axis import axis_from
from dqn_core.sweeps.catalogue import claim, declare, pieces_of, sweep_called
from dqn_core.sweeps.driver import alone, stop, train_pieces, trained_by, unfinished
from dqn_core.sweeps.plan import Plan
from dqn_core.sweeps.results import results_of
from dqn_core.sweeps.tasks import Outcome
from dqn_core.sweeps.watch import Watch
from tests.core.small_runs import SMALL
from tests.core.sweeps.in_process import InProcess

PLAN = Plan(
    SMALL.replace(total_steps=120, evaluation_period=40, evaluation_episodes=1),
    (axis_from("gamma=0.9,0.95"), axis_from("n_step=1,3")),
    (0, 1, 2),
)


def test_a_sweep_that_was_stopped_goes_on_with_what_is_missing(store):
    sweep, crew = declare(store, PLAN), InProcess(store)
    watch = Watch(store, sweep)
    assert train_pieces(store, sweep, crew, lambda: True, lambda: None) == []
    assert len(unfinished(store, sweep)) == 1
    half = watch.look()
    assert (half.steps, half.planned_steps) == (6 * 120, 12 * 120)
    assert results_of(store, sweep).finished == 6
    assert train_pieces(store, sweep, crew, lambda: False, lambda: None) == []
    assert crew.began == 2
    results = results_of(store, sweep)
    assert (results.finished, results.planned, results.until) == (12, 12, 120)
    assert [point.values for point in results.points] == [
        {"gamma": 0.9, "n_step": 1},
        {"gamma": 0.9, "n_step": 3},
        {"gamma": 0.95, "n_step": 1},
        {"gamma": 0.95, "n_step": 3},
    ]
    assert all(point.final.group.seeds == [0, 1, 2] for point in results.points)
    best = max(results.points, key=lambda point: point.final.interquartile_mean)
    assert results.best is best


def test_seeds_that_are_added_make_the_sweep_that_had_them_from_the_beginning(store, tmp_path):
    fewer = declare(store, replace(PLAN, seeds=(0, 1)))

    def add_once():  # while it is trained
        declare(store, PLAN)

    assert train_pieces(store, fewer, InProcess(store), lambda: False, add_once) == []
    elsewhere = type(store)(tmp_path / "elsewhere")
    whole = declare(elsewhere, PLAN)
    assert train_pieces(elsewhere, whole, InProcess(elsewhere), lambda: False, int) == []
    found = results_of(store, sweep_called(store, fewer.name))
    assert [len(piece.configs) for piece in pieces_of(store, fewer.name)] == [4, 4, 2, 2]
    assert figures(found) == figures(results_of(elsewhere, whole))
    elsewhere.close()


def figures(results):
    points = [(one.values, one.final.scores, one.area.scores) for one in results.points]
    return points, results.until, results.planned, results.finished


def test_what_could_not_be_trained_is_told_and_does_not_stop_the_others(store, monkeypatch):
    sweep, crew = declare(store, PLAN), InProcess(store)
    first = claim(store, sweep, pieces_of(store, sweep.name)[0]).run
    train = crew.wait

    def failing(seconds):
        return [
            Outcome(first, False, "It failed.") if outcome.run == first else outcome
            for outcome in train(seconds)
        ]

    monkeypatch.setattr(crew, "wait", failing)
    assert train_pieces(store, sweep, crew, lambda: False, lambda: None) == ["It failed."]
    assert crew.began == 2


def test_only_one_process_trains_a_sweep(store):
    sweep = declare(store, PLAN)
    with (
        alone(store, sweep),
        pytest.raises(StoreError, match="is being trained by another process"),
        alone(store, sweep),
    ):
        pass
    with alone(store, sweep):
        pass


def test_the_best_so_far_is_judged_by_the_newest_greedy_evaluations(store):
    sweep = declare(store, PLAN)
    watch = Watch(store, sweep)
    assert watch.look().best is None
    train_pieces(store, sweep, InProcess(store), lambda: False, lambda: None)
    watch = Watch(store, sweep)
    best = results_of(store, sweep).best
    assert best
    assert watch.look().greedy_return == best.final.interquartile_mean
    assert watch.look().steps == watch.look().planned_steps


def test_who_trains_a_sweep_is_known_and_can_be_stopped_by_whoever_has_the_store(
    store, monkeypatch
):
    sweep = declare(store, PLAN)
    assert trained_by(store, sweep) is None
    sent = []
    monkeypatch.setattr(os, "kill", lambda *signal: sent.append(signal))
    with alone(store, sweep):
        assert trained_by(store, sweep) == (os.getpid(), platform.node())
        with pytest.raises(StoreError, match="is being trained"), alone(store, sweep):
            pass
        assert trained_by(store, sweep), "the other one has not wiped it out"
        stop(store, sweep)
    assert sent == [(os.getpid(), signal.SIGINT)]
    assert trained_by(store, sweep) is None
    stop(store, sweep)
    assert len(sent) == 1


def test_a_process_of_another_machine_is_not_taken_for_one_of_this(store, monkeypatch):
    sweep = declare(store, PLAN)
    monkeypatch.setattr(os, "kill", lambda *signal: pytest.fail("somebody else's process"))
    with alone(store, sweep):
        monkeypatch.setattr(platform, "node", lambda: "elsewhere")
        with pytest.raises(StoreError, match="stop it there"):
            stop(store, sweep)


def test_what_blocks_while_a_sweep_is_trained_is_not_taken_for_another_process(store):
    with pytest.raises(BlockingIOError), alone(store, declare(store, PLAN)):
        raise BlockingIOError


def test_a_process_that_was_killed_trains_no_sweep_though_its_number_is_left(store):
    sweep = declare(store, PLAN)
    with alone(store, sweep):
        pass
    (lock,) = store.folder.glob("sweep-*.lock")
    lock.write_text(f"1 {platform.node()}")
    assert trained_by(store, sweep) is None
