"""Sweeps on the Compare page, without a browser."""

import threading

import pytest

from dqn_core import DQNConfig
from dqn_core.base.phrases import Phrase
from dqn_core.store.store import Store
from dqn_core.sweeps.axis import axis_from
from dqn_core.sweeps.catalogue import (
    Sweep,
    added_piece,
    claim,
    declare,
    note_problem,
    pieces_of,
    sweep_called,
    sweeps,
    want_trials,
)
from dqn_core.sweeps.driver import Process
from dqn_core.sweeps.plan import Plan
from tests.kept_runs import fill, keep
from tests.pages.compare_page import names, page, said, state
from tests.pages.sessions import session


def swept(store: Store, *axes: str, ended: int = 100) -> Sweep:
    """A sweep of two seeds, of which so many pieces have ended; a larger discount does better."""
    plan = Plan(DQNConfig(), tuple(map(axis_from, axes)), (0, 1))
    sweep = declare(store, plan, preset="auto")
    for piece in pieces_of(store, sweep.name)[:ended]:
        best = [100.0 + 300.0 * config.gamma for config in piece.configs]
        fill(store, claim(store, sweep, piece), best)
    return sweep


def test_a_sweep_of_one_axis_shows_which_value_is_best_and_a_chart_of_each(store: Store) -> None:
    sweep = swept(store, "gamma=0.1,0.5,0.9")
    at = page(sweep=sweep.name)
    words = said(at)
    assert "**γ 0.9** is best with" in words
    assert "seeds prove nothing yet" in words
    assert at.button_group(key="metric").value == "final"
    at.button(key="sweep_runs").click().run()
    assert not at.exception
    assert state(at).look.tag == f"sweep:{sweep.name}"
    assert len(names(at)) == len(pieces_of(store, sweep.name))


def test_a_sweep_under_way_fills_the_surface_and_takes_the_best_into_the_controls(
    store: Store,
) -> None:
    axes = ("gamma=0.1,0.5,0.9", "learning_rate=0.001,0.01,0.1")
    sweep = swept(store, *axes, ended=1)
    at = page(sweep=sweep.name)
    assert not at.exception
    pieces = pieces_of(store, sweep.name)
    assert len(pieces) > 1
    fill(store, claim(store, sweep, pieces[1]), [500.0] * len(pieces[1].configs))
    at.run()
    assert not at.exception
    at.button(key="sweep_take").click().run()
    assert not at.exception
    found = session(at).config
    assert (found.gamma, found.learning_rate) in {
        (config.gamma, config.learning_rate) for config in pieces[1].configs
    }


def test_a_sweep_that_is_not_there_is_said_and_single_runs_are_shown(store: Store) -> None:
    keep(store)
    at = page(sweep="nothing")
    assert not at.exception
    assert names(at) == ["cartpole-1"]
    assert "There is no sweep nothing here." in said(at)


def test_a_sweep_is_begun_on_the_page_by_whoever_sits_at_the_machine(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    began: list[list[str]] = []

    class Ended:
        """A process that has nothing to do."""

        def __init__(self, command: list[str], **_: object) -> None:
            began.append(command)

        def wait(self) -> int:
            return 0

    monkeypatch.setattr("dashboard.compare_page.new_sweep.is_own_machine", lambda headers: True)
    monkeypatch.setattr("dashboard.compare_page.sweep_process.subprocess.Popen", Ended)
    keep(store)
    at = page()
    at.session_state["new_sweep_"] = True
    at.run()
    assert "15 × 5 = 75, each for 50,000 steps" in said(at)
    at.text_area(key="sweep_axes").set_value("gamma=0.5,high").run()
    assert "gamma must be" in said(at), "beside what was typed, before anything is begun"
    at.button(key="start_sweep").click().run()
    assert "gamma must be" in said(at)
    at.text_area(key="sweep_axes").set_value("gamma=0.5,0.9").run()
    at.button(key="start_sweep").click().run()
    assert not at.exception
    (command,) = began
    assert command[1:4] == ["-m", "dqn_core", "sweep"]
    assert "--name=cartpole-gamma" in command
    assert state(at).look.sweep == "cartpole-gamma"
    assert len(pieces_of(store, "cartpole-gamma")[0].configs) * 2 >= 5
    at.button(key="continue_sweep").click().run()
    assert began == [command, command]
    sweep = sweep_called(store, "cartpole-gamma")
    for piece in pieces_of(store, sweep.name):
        fill(store, claim(store, sweep, piece), [100.0] * len(piece.configs))
    at.run()
    assert at.button(key="continue_sweep").label == "5 more seeds"
    at.button(key="continue_sweep").click().run()
    assert began == [command] * 3
    assert sweep_called(store, sweep.name).plan.seeds == tuple(range(10))
    at.session_state["new_sweep_cartpole-gamma"] = True
    at.run()
    way = at.button_group(key="sweep_way")
    way.set_value("random").run()
    at.number_input(key="sweep_count").set_value(3).run()
    at.button(key="start_sweep").click().run()
    assert not at.exception
    assert sweep_called(store, "cartpole-gamma-learning_rate").plan.random == 3
    at.session_state["new_sweep_cartpole-gamma-learning_rate"] = True
    at.run()
    at.button_group(key="sweep_way").set_value("optuna").run()
    at.number_input(key="sweep_count").set_value(3)
    at.selectbox(key="sweep_pruner").set_value("hyperband").run()
    at.button(key="start_sweep").click().run()
    assert not at.exception
    assert began[-1][-2:] == ["--optuna", "3"]
    search = "cartpole-gamma-learning_rate-2"
    assert state(at).look.sweep == search
    assert sweep_called(store, search).pruner == "hyperband"
    assert at.button(key="continue_sweep").label == "20 more trials"
    want_trials(store, search, 3)  # as when it was stopped
    at.run()
    assert at.button(key="continue_sweep").label == "Train the rest"
    at.button(key="continue_sweep").click().run()
    assert began[5:] == [began[4]]


def test_a_bare_link_of_a_search_is_judged_by_the_area_as_its_trials_are(store: Store) -> None:
    plan = Plan(DQNConfig(), (axis_from("gamma=lin:0.1:0.9"),), (0, 1))
    search = declare(store, plan, pruner="median")
    configs = tuple(plan.base.replace(seed=seed, gamma=0.5) for seed in plan.seeds)
    fill(store, claim(store, search, added_piece(store, search.name, 0, configs)), [100.0, 200.0])
    at = page(sweep=search.name)
    assert not at.exception
    assert at.button_group(key="metric").value == "area"


def test_a_sweep_that_another_window_has_trained_meanwhile_is_not_deleted(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep = swept(store, "gamma=0.1,0.5")
    at = page(sweep=sweep.name)
    monkeypatch.setattr(
        "dashboard.compare_page.sweeps.trained_by", lambda *_: Process(1, "elsewhere")
    )
    at.button(key="delete_sweep").click().run()
    assert "stop it first" in said(at)
    assert [one.name for one in sweeps(store)] == [sweep.name]
    assert at.button(key="delete_sweep").disabled


def test_why_a_sweep_failed_is_said_and_it_is_deleted_with_its_runs_and_restored(
    store: Store,
) -> None:
    sweep = swept(store, "gamma=0.1,0.5")
    note_problem(store, sweep.name, Phrase("There is not enough memory for {run}.", run="mine-1"))
    assert "没有足够的内存给 mine-1" in said(page(sweep=sweep.name, lang="zh"))
    at = page(sweep=sweep.name)
    assert "There is not enough memory for mine-1." in said(at)
    at.button(key="delete_sweep").click().run()
    assert not at.exception
    assert sweeps(store) == store.runs() == []
    assert sweep.name in said(at)
    at.button(key="restore_runs").click().run()
    assert not at.exception
    assert [one.name for one in sweeps(store)] == [state(at).look.sweep] == [sweep.name]
    assert len(store.runs()) == len(pieces_of(store, sweep.name))


def test_a_sweep_whose_process_has_not_come_to_train_yet_is_beginning(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.compare_page.new_sweep.is_own_machine", lambda headers: True)
    sweep, ended = swept(store, "gamma=0.1,0.5", ended=0), threading.Event()
    at = page(sweep=sweep.name)
    waiting = threading.Thread(target=ended.wait, daemon=True)
    waiting.start()
    state(at).begun = sweep.name, waiting
    at.run()
    assert at.button(key="sweep_begins").disabled
    for piece in pieces_of(store, sweep.name):  # and once it is finished, the process is to end
        fill(store, claim(store, sweep, piece), [100.0] * len(piece.configs))
    at.run()
    assert at.button(key="continue_sweep").label == "5 more seeds"
    assert at.button(key="delete_sweep").disabled
    ended.set()
    waiting.join()
    at.run()
    assert not at.button(key="delete_sweep").disabled
