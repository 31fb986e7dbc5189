"""The command line's sweep."""

import signal

import pytest

from dqn_core.base.errors import LabError
from dqn_core.cli.command_line import main
from dqn_core.configuration.config import DQNConfig
from dqn_core.store.store import Store
from dqn_core.sweeps.axis import axis_from
from dqn_core.sweeps.catalogue import declare, sweep_called, want_trials
from dqn_core.sweeps.plan import Plan
from tests.core.commands import ended
from tests.core.sweeps.in_process import InProcess

SMALL = ["--hidden-dims", "8", "--batch-size", "8", "--learning-starts", "20"]
SMALL += ["--total-steps", "120", "--evaluation-period", "60", "--evaluation-episodes", "1"]


@pytest.fixture
def sweep(tmp_path, monkeypatch):
    """The command with a store of its own, and a crew that needs no processes."""
    crews = []

    def crew(options, store, plan):
        crews.append(InProcess(store))
        return crews[-1]

    monkeypatch.setattr("dqn_core.cli.sweep._crew", crew)
    command = ["sweep", "--runs", str(tmp_path), *SMALL, "--seeds", "2"]
    return [*command, "--set", "gamma=0.9,0.95", "--set", "n_step=1,3"], crews


def test_every_point_is_trained_and_the_same_command_again_has_nothing_to_do(sweep, capsys):
    command, crews = sweep
    code, result, told = ended(capsys, *command)
    assert code == 0
    assert result["sweep"] == "cartpole-gamma-n_step"
    assert (result["planned"], result["finished"], len(result["points"])) == (8, 8, 4)
    assert result["measure"] == "greedy"
    best = max(result["points"], key=lambda point: point["final"]["interquartile_mean"])
    assert result["best"] == best["values"]
    assert "best" in told
    again = ended(capsys, *command)
    assert again[:2] == (0, result)
    assert [crew.began for crew in crews] == [2, 0]


def test_the_table_has_a_line_for_each_point(sweep, capsys):
    assert main(sweep[0]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "8 of 8 seeds of cartpole-gamma-n_step are finished."
    assert lines[1].split()[:2] == ["gamma", "n_step"]
    assert {tuple(line.split()[:2]) for line in lines[2:6]} == {
        ("0.9", "1"),
        ("0.9", "3"),
        ("0.95", "1"),
        ("0.95", "3"),
    }


def test_ctrl_c_keeps_everything_and_the_same_command_goes_on(sweep, capsys, monkeypatch):
    command, crews = sweep
    wait = InProcess.wait

    def interrupted(self, seconds):
        signal.raise_signal(signal.SIGINT)
        return wait(self, seconds)

    monkeypatch.setattr(InProcess, "wait", interrupted)
    code, result, told = ended(capsys, *command)
    assert code == 130
    assert result["finished"] == 4
    assert "the same command again goes on here" in told
    monkeypatch.setattr(InProcess, "wait", wait)
    code, result, _ = ended(capsys, *command)
    assert (code, result["finished"]) == (0, 8)
    assert [crew.began for crew in crews] == [1, 1]


def test_a_wrong_axis_is_one_sentence_and_no_store_is_made(tmp_path, capsys):
    folder = tmp_path / "runs"
    assert main(["sweep", "--runs", str(folder), "--set", "gamma=2"]) == 2
    assert capsys.readouterr().err == "error: gamma must be 0 to 1, not 2.\n"
    assert not folder.exists()


def test_a_cluster_has_workers_of_its_own(sweep, capsys):
    assert main([*sweep[0], "--ray", "auto", "--workers", "2"]) == 2
    assert "give --workers or --ray" in capsys.readouterr().err


def test_its_runs_are_ordinary_ones_with_the_sweeps_tag(sweep, capsys, tmp_path):
    ended(capsys, *sweep[0], "--name", "mine")
    store = Store(tmp_path)
    assert {record.tags for record in store.runs()} == {("sweep:mine",)}
    store.close()


def test_a_sweep_that_is_there_goes_on_by_its_name_alone_and_keeps_its_values(
    sweep, capsys, tmp_path
):
    command, crews = sweep
    first = ended(capsys, *command, "--name", "mine")
    by_name = ["sweep", "--runs", str(tmp_path), "--name", "mine"]
    assert ended(capsys, *by_name)[:2] == first[:2]
    assert [crew.began for crew in crews] == [2, 0]
    assert main([*by_name, "--gamma", "0.5"]) == 2
    assert "keeps its values" in capsys.readouterr().err
    assert main([*by_name, "--optuna", "3"]) == 2
    assert "no search" in capsys.readouterr().err
    assert main(["sweep", "--runs", str(tmp_path)]) == 2
    assert "needs an axis" in capsys.readouterr().err
    code, result, told = ended(capsys, *by_name, "--seeds", "3")
    assert (code, result["finished"], [crew.began for crew in crews]) == (0, 12, [2, 0, 2])
    assert "mine in " in told
    assert ": 8 of 12 seeds are finished." in told
    assert main([*by_name, "--seeds", "2"]) == 2
    assert "has 3 seeds of each already" in capsys.readouterr().err


def test_a_search_counts_trials_and_goes_on_by_its_name_until_it_has_them(
    sweep, capsys, tmp_path, monkeypatch
):
    pytest.importorskip("optuna", reason="Optuna is not installed: requirements-sweeps.txt")
    monkeypatch.setattr("optuna.trial.Trial.should_prune", lambda trial: trial.number == 1)
    sweep[0][sweep[0].index("gamma=0.9,0.95")] = "gamma=lin:0.9:1"
    assert main([*sweep[0], "--name", "mine", "--optuna", "2"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == ("2 of 2 trials of mine are done, 1 of them ended early for doing badly.")
    by_name = ["sweep", "--runs", str(tmp_path), "--name", "mine"]
    assert main(by_name) == 2
    assert "a search that is done" in capsys.readouterr().err
    store = Store(tmp_path)
    want_trials(store, "mine", 3)  # as after a stop
    store.close()
    code, result, _ = ended(capsys, *by_name)
    assert (code, result["pruner"], result["finished"], result["planned"]) == (0, "median", 4, 6)


def test_a_stored_sweep_imports_no_module_that_nobody_typed(tmp_path, capsys, monkeypatch):
    (tmp_path / "never_typed.py").write_text("raise SystemExit('it was imported')\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    store = Store(tmp_path)
    base = DQNConfig(env_id="never_typed:CartPole-v1")
    declare(store, Plan(base, (axis_from("gamma=0.9"),), (0,)), name="mine")
    store.close()
    monkeypatch.setattr(
        "dqn_core.cli.sweep.Workers", lambda store, count, typed: InProcess(store, typed)
    )
    assert main(["sweep", "--runs", str(tmp_path), "--name", "mine"]) == 2
    assert "names a module that was not imported" in capsys.readouterr().err


def test_why_a_sweep_failed_is_kept_with_it_until_it_is_trained_again(
    tmp_path, capsys, monkeypatch
):
    store = Store(tmp_path)
    base = DQNConfig(env_id="never_typed:CartPole-v1")
    declare(store, Plan(base, (axis_from("gamma=0.9"),), (0,)), name="mine")
    command = ["sweep", "--runs", str(tmp_path), "--name", "mine"]

    def none(options, store, plan):
        raise LabError("There is no Ray cluster at nowhere: start one.")

    monkeypatch.setattr("dqn_core.cli.sweep._crew", none)
    assert main(command) == 2
    assert sweep_called(store, "mine").problem == "There is no Ray cluster at nowhere: start one."
    monkeypatch.setattr("dqn_core.cli.sweep._crew", lambda *_: InProcess(store))
    assert main(command) == 2
    assert "names a module that was not imported" in sweep_called(store, "mine").problem
    monkeypatch.setattr("dqn_core.cli.sweep._train", lambda *_: None)
    main(command)
    assert sweep_called(store, "mine").problem == ""
    store.close()
