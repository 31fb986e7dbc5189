"""Optuna's search over runs of the store."""

import sys
import time

import pytest

from dqn_core.base.errors import MissingPackageError, StoreError
from dqn_core.store.seed_runs import stored_seed_runs
from dqn_core.store.store import Store
from dqn_core.sweeps.axis import axis_from
from dqn_core.sweeps.catalogue import PRUNED, declare, delete_sweep, pieces_of, sweep_called
from dqn_core.sweeps.plan import Plan
from dqn_core.sweeps.results import results_of
from dqn_core.sweeps.search import DATABASE, Search
from dqn_core.sweeps.tasks import Task
from tests.core.small_runs import SMALL
from tests.core.sweeps.in_process import InProcess

optuna = pytest.importorskip("optuna", reason="Optuna is not installed: requirements-sweeps.txt")

PLAN = Plan(
    SMALL.replace(total_steps=120, evaluation_period=40, evaluation_episodes=1),
    (axis_from("gamma=lin:0.8:1"), axis_from("learning_rate=log:1e-4:1e-1")),
    (0, 1),
)


def searched(store, trials, pruner="none", plan=PLAN, is_stopped=lambda: False):
    sweep = declare(store, plan, pruner=pruner)
    crew = InProcess(store)
    assert Search(store, sweep, crew).run(trials, is_stopped, lambda: None) == []
    return sweep, crew, study_of(store, sweep)


def study_of(store, sweep):
    storage = f"sqlite:///{store.folder / DATABASE}"
    return optuna.load_study(study_name=sweep.name, storage=storage)


def test_each_trial_is_a_run_judged_by_the_area_under_its_greedy_curves(store):
    sweep, _, study = searched(store, 4)
    assert [trial.state.name for trial in study.trials] == ["COMPLETE"] * 4
    results = results_of(store, sweep)
    assert len(store.runs()) == len(results.points) == 4
    for trial, piece, point in zip(
        study.trials, pieces_of(store, sweep.name), results.points, strict=True
    ):
        assert trial.user_attrs["run"] == piece.run
        assert point.values == pytest.approx(trial.params, rel=1e-5)
        members = stored_seed_runs(store, store.run(str(piece.run)))
        areas = [member.score("area", "greedy", 120) for member in members]
        assert trial.value == pytest.approx(sum(areas) / 2)  # the middle of two is their mean
    assert results.best
    assert results.best.values == pytest.approx(study.best_params, rel=1e-5)


def test_a_search_that_was_stopped_goes_on_with_its_trial_and_proposes_the_same(store, tmp_path):
    sweep, _, study = searched(store, 3, is_stopped=lambda: True)
    assert [trial.state.name for trial in study.trials] == ["RUNNING"]
    assert (sweep_called(store, sweep.name).trials, sweep.trials) == (3, 0)
    assert results_of(store, sweep_called(store, sweep.name)).planned == 6, "two seeds of each"
    searched(store, 3)
    assert sweep_called(store, sweep.name).trials == 0, "nothing is left"
    stopped = [trial.params for trial in study_of(store, sweep).trials]
    assert len(store.runs()) == len(stopped) == 3
    elsewhere = type(store)(tmp_path / "elsewhere")
    _, _, study = searched(elsewhere, 3)
    assert [trial.params for trial in study.trials] == stopped
    elsewhere.close()


def test_a_pruned_trial_is_a_run_that_was_left_early(store, monkeypatch):
    monkeypatch.setattr("optuna.trial.Trial.should_prune", lambda trial: trial.number == 1)
    sweep, crew, study = searched(store, 2, "median")
    assert [trial.state.name for trial in study.trials] == ["COMPLETE", "PRUNED"]
    run = pieces_of(store, sweep.name)[1].run
    record = store.run(str(run))
    assert record.env_steps == 40
    assert record.tags == ("pruned", f"sweep:{sweep.name}")
    results = results_of(store, sweep)
    assert (results.pruned, results.finished) == (1, 2)
    assert crew.began == 4  # one from each greedy evaluation to the next, and the end
    crew.begin(Task(record.run))
    assert crew.wait(0)[0].is_finished  # it can be gone on with all the same


def test_a_trial_that_was_killed_between_two_axes_gets_the_other_value(store):
    sweep = declare(store, PLAN, pruner="none")
    Search(store, sweep, InProcess(store))
    gamma = study_of(store, sweep).ask().suggest_float("gamma", 0.8, 1.0)
    _, _, study = searched(store, 1)
    (trial,) = study.trials
    assert trial.params["gamma"] == gamma
    (config, _) = pieces_of(store, sweep.name)[0].configs
    assert config.learning_rate == pytest.approx(trial.params["learning_rate"], rel=1e-5)


def test_a_trial_that_was_pruned_is_not_gone_on_with_though_nobody_told_optuna(store):
    searched(store, 1, "median", is_stopped=lambda: True)
    (record,) = store.runs()
    store.update(record.run, tags=[*record.tags, PRUNED])
    _, crew, study = searched(store, 1, "median")
    assert [trial.state.name for trial in study.trials] == ["PRUNED"]
    assert crew.began == 0


def test_a_stores_folder_may_have_any_name(tmp_path):
    name = "ä %3F {a} 100%#b?c"
    store = Store(tmp_path / name)
    sweep = declare(store, PLAN, pruner="none")
    for trials in (1, 2):  # and the second goes on with the first
        assert Search(store, sweep, InProcess(store)).run(trials, lambda: False, int) == []
    store.close()
    assert (tmp_path / name / DATABASE).stat().st_size
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_deleted_search_leaves_no_trials_to_a_new_one_of_its_name(store):
    sweep, *_ = searched(store, 2)
    delete_sweep(store, sweep.name)
    store._purge(time.time())
    _, crew, study = searched(store, 1)
    assert crew.began > 0
    assert len(study.trials) == 1


def test_a_file_of_optuna_that_is_none_is_one_sentence(store):
    (store.folder / DATABASE).write_text("no database")
    with pytest.raises(StoreError, match=r"Optuna cannot use .*move it elsewhere"):
        Search(store, declare(store, PLAN, pruner="none"), InProcess(store))


def test_where_optunas_file_goes_away_meanwhile_one_sentence_says_so(store):
    search = Search(store, declare(store, PLAN, pruner="none"), InProcess(store))
    (store.folder / DATABASE).unlink()
    with pytest.raises(StoreError, match=r"Optuna cannot use .*move it elsewhere"):
        search.run(1, lambda: False, lambda: None)


def test_values_that_do_not_go_together_are_told_and_the_search_goes_on(store):
    plan = Plan(PLAN.base, (axis_from("batch_size=8,1000"),), (0,))
    sweep = declare(store, plan, pruner="hyperband")
    errors = Search(store, sweep, InProcess(store)).run(6, lambda: False, lambda: None)
    states = [trial.state.name for trial in study_of(store, sweep).trials]
    assert len(states) == 6
    assert len(errors) == states.count("FAIL") > 0
    assert "batch_size" in errors[0]


def test_without_optuna_one_sentence_says_so(store, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(MissingPackageError, match=r"pip install -r requirements-sweeps.txt"):
        Search(store, declare(store, PLAN, pruner="median"), InProcess(store))
