"""Runs that the command line keeps: written, gone on with, forked, listed, exported, deleted."""

import shutil

import pandas as pd
import pytest

from dqn_core.cli.command_line import main
from dqn_core.store.store import Store
from tests.core.commands import SMALL, ended
from tests.core.small_runs import assert_bit_equal, without_seconds


@pytest.fixture(scope="module")
def folder_of_one(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kept") / "runs"
    assert main([*map(str, ["train", *SMALL, "--runs", folder, "--name", "first one"])]) == 0
    return folder


@pytest.fixture
def kept(folder_of_one, tmp_path):
    """The options that name a store with one run, which has 150 steps."""
    return ["--runs", shutil.copytree(folder_of_one, tmp_path / "runs")]


@pytest.fixture
def store(kept):
    store = Store(kept[1])
    yield store
    store.close()


def listed(capsys, kept):
    return ended(capsys, "runs", "list", *kept)[1]


def test_a_run_is_kept_under_a_name_that_is_printed(kept, store, capsys):
    assert main([*map(str, ["train", *SMALL, *kept, "--gamma", "0.9"])]) == 0
    output = capsys.readouterr()
    assert "The run is cartpole-2." in output.out
    assert "This run is cartpole-2 in" in output.err
    second, first = listed(capsys, kept)
    assert set(first) >= {
        "run",
        "name",
        "env_id",
        "parent",
        "fork_step",
        "status",
        "env_steps",
        "members",
        "config",
    }
    assert (first["run"], first["name"]) == ("cartpole-1", "first one")
    assert (second["run"], second["name"]) == ("cartpole-2", "cartpole-2")
    assert (first["status"], first["env_steps"], first["members"]) == ("finished", 150, 1)
    assert (first["parent"], first["fork_step"]) == (None, None)
    assert second["config"]["gamma"] == 0.9


def test_who_only_looks_makes_no_folder(tmp_path, capsys):
    assert listed(capsys, ["--runs", tmp_path / "runs"]) == []
    assert main(["runs", "list", "--runs", str(tmp_path / "runs")]) == 0
    assert "There are no runs in" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_without_a_folder_nothing_is_kept(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    _, result, _ = ended(capsys, "train", *SMALL)
    assert "run" not in result
    assert list(tmp_path.iterdir()) == []


def test_a_kept_run_goes_on_to_the_bit(kept, store, capsys, tmp_path):
    more = ["--total-steps", "300"]
    ended(capsys, "train", *kept, "--resume", "cartpole-1", *more)
    ended(capsys, "train", *SMALL, "--save-run", tmp_path / "run.safetensors")
    again = ["--resume", tmp_path / "run.safetensors", *more]
    ended(capsys, "train", *kept, *again)  # from a file, and kept from there on
    mine, theirs = (store.trainer(name).state_dict() for name in ("cartpole-1", "cartpole-2"))
    assert_bit_equal(without_seconds(mine), without_seconds(theirs))
    assert mine["env_step"] == 300
    changes = ended(capsys, "runs", "show", "cartpole-1", *kept)[1]["changes"]
    expected = {"member": 0, "env_step": 150, "name": "total_steps", "old": 150, "new": 300}
    assert changes == [expected]


def test_a_fork_knows_its_parent_and_where_it_began(kept, store, capsys):
    at = store.snapshots("cartpole-1")[1].env_step - 1
    code, result, told = ended(
        capsys, "train", *kept, "--fork", "first one", "--at", at, "--gamma", 0.9
    )
    assert (code, result["run"]) == (0, "cartpole-2")
    assert "cartpole-1 keeps its state at step 0: it is trained again from there." in told
    fork, parent = listed(capsys, kept)
    assert (fork["parent"], fork["fork_step"]) == ("cartpole-1", at)
    assert (fork["config"]["gamma"], parent["config"]["gamma"]) == (0.9, 0.99)
    _, shown, _ = ended(capsys, "runs", "show", "cartpole-2", *kept)
    assert [change["name"] for change in shown["changes"]] == ["gamma"]
    assert shown["snapshots"][0] == at


def test_the_tree_has_each_fork_below_its_parent_and_what_was_changed_there(kept, capsys):
    for gamma in (0.9, 0.8):
        ended(capsys, "train", *kept, "--fork", "cartpole-1", "--at", 0, "--gamma", gamma)
    capsys.readouterr()
    assert main(["runs", "list", "--tree", *map(str, kept)]) == 0
    parent, *forks = capsys.readouterr().out.splitlines()
    assert parent.startswith("cartpole-1 (first one), finished at step 150, return ")
    for number, line in enumerate(forks):
        start = (
            f"  cartpole-{number + 2}: fork at step 0, gamma 0.99 → {0.9 - number / 10}, finished"
        )
        assert line.startswith(start)
    assert len(forks) == 2


def test_show_has_every_episode_every_change_and_the_steps_of_snapshots(kept, store, capsys):
    _, shown, _ = ended(capsys, "runs", "show", "cartpole-1", *kept)
    columns = store.columns("cartpole-1", "episodes")
    assert [row["return"] for row in shown["episodes"]] == columns["return"].tolist()
    assert [row["env_step"] for row in shown["episodes"]] == columns["env_step"].tolist()
    assert {row["member"] for row in shown["episodes"]} == {0}
    assert shown["changes"] == []
    assert shown["snapshots"] == [snapshot.env_step for snapshot in store.snapshots("cartpole-1")]
    assert (shown["snapshots"][0], shown["snapshots"][-1]) == (0, 150)
    assert main(["runs", "show", "cartpole-1", *map(str, kept)]) == 0
    assert "cartpole-1: CartPole-v1, finished at step 150." in capsys.readouterr().out


def test_a_run_is_exported_and_is_the_same_elsewhere(kept, capsys, tmp_path):
    file, elsewhere = tmp_path / "run.safetensors", ["--runs", tmp_path / "elsewhere"]
    ended(capsys, "runs", "export", "cartpole-1", "--output", file, *kept)
    assert ended(capsys, "runs", "import", file, *elsewhere)[1]["run"] == "cartpole-1"
    mine, theirs = (ended(capsys, "runs", "show", "cartpole-1", *o)[1] for o in (kept, elsewhere))
    assert mine == theirs


@pytest.mark.parametrize("table", ["episodes", "updates", "changes"])
def test_a_table_is_exported_as_csv_and_parquet(kept, store, capsys, tmp_path, table):
    ended(capsys, "train", *kept, "--resume", "cartpole-1", "--total-steps", 200, "--loss", "mse")
    frames = []
    for ending, read in ((".csv", pd.read_csv), (".parquet", pd.read_parquet)):
        file = tmp_path / f"table{ending}"
        arguments = ["cartpole-1", "--output", file, "--table", table, *kept]
        ended(capsys, "runs", "export", *arguments)
        frames.append(read(file))
    for frame in frames:
        assert set(frame["run"]) == {"cartpole-1"}
        assert set(frame["seed"]) == {0}
        expected = store.columns("cartpole-1", table)
        for column in ("env_step", "seconds"):
            assert frame[column].tolist() == expected[column].tolist()


def test_a_deleted_run_is_listed_again_when_it_is_restored(kept, capsys):
    ended(capsys, "runs", "delete", "cartpole-1", *kept)
    assert listed(capsys, kept) == []
    ended(capsys, "runs", "restore", "cartpole-1", *kept)
    assert [run["run"] for run in listed(capsys, kept)] == ["cartpole-1"]


def test_several_runs_are_deleted_and_restored_at_once_or_none_of_them(kept, capsys, tmp_path):
    ended(capsys, "train", *SMALL, *kept)
    both = ["cartpole-1", "cartpole-2"]
    assert main([*map(str, ["runs", "delete", "cartpole-1", "odd", *kept])]) == 2
    assert len(listed(capsys, kept)) == 2
    for action, left in (("delete", 0), ("restore", 2)):
        _, done, _ = ended(capsys, "runs", action, *both, *kept)
        assert [record["run"] for record in done] == both
        assert main([*map(str, ["runs", "restore", "cartpole-1", "odd", *kept])]) == 2
        capsys.readouterr()
        assert len(listed(capsys, kept)) == left


def test_the_list_says_what_tells_a_run_from_others_and_can_be_of_one_tag(kept, capsys):
    ended(capsys, "train", *SMALL, *kept, "--preset", "double", "--gamma", 0.5, "--seeds", "2")
    ended(capsys, "runs", "tag", "cartpole-2", "good", *kept)
    assert main([*map(str, ["runs", "list", *kept])]) == 0
    heading, second, first = capsys.readouterr().out.splitlines()
    assert second[heading.index("values") :].startswith("double; ")
    assert "gamma 0.5" in second
    assert "gamma" not in first
    assert (second[heading.index("seeds")], first[heading.index("seeds")]) == ("2", "1")
    assert second[heading.index("tags") :].startswith("good ")
    assert main([*map(str, ["runs", "list", "--tag", "good", *kept])]) == 0
    assert "cartpole-1" not in capsys.readouterr().out
    assert main([*map(str, ["runs", "list", "--tag", "bad", *kept])]) == 0
    assert "There are no runs with the tag bad in" in capsys.readouterr().out


def test_who_names_what_a_run_has_already_changes_nothing(kept, capsys):
    again = ["--env-id", "CartPole-v1", "--total-steps", 200]  # which imports its module
    code, _, _ = ended(capsys, "train", *kept, "--resume", "cartpole-1", *again)
    changes = ended(capsys, "runs", "show", "cartpole-1", *kept)[1]["changes"]
    assert (code, [change["name"] for change in changes]) == (0, ["total_steps"])


def test_who_goes_on_where_nothing_is_left_to_train_is_told(kept, capsys):
    _, _, told = ended(capsys, "train", *kept, "--resume", "cartpole-1")
    assert "Nothing is left to train: a larger --total-steps goes on." in told


def test_tags_are_given_and_taken(kept, capsys):
    assert ended(capsys, "runs", "tag", "cartpole-1", "good", "old", *kept)[1]["tags"] == [
        "good",
        "old",
    ]
    without = ended(capsys, "runs", "tag", "cartpole-1", "old", "--remove", *kept)[1]
    assert without["tags"] == ["good"]


def test_the_folder_is_that_of_the_environment_variable(kept, capsys, monkeypatch):
    monkeypatch.setenv("DQN_LAB_RUNS", str(kept[1]))
    assert [run["run"] for run in listed(capsys, [])] == ["cartpole-1"]


def test_the_folder_may_stand_before_the_action_which_is_asked_for_where_it_lacks(kept, capsys):
    assert ended(capsys, "runs", *kept, "list")[1] == listed(capsys, kept)
    assert main([*map(str, ["runs", *kept])]) == 2
    assert "required: action" in capsys.readouterr().err


def test_a_run_that_diverges_is_listed_as_that(tmp_path, capsys):
    hot = ["--learning-rate", 1, "--learning-rate-end", 1, "--tau", 1, "--loss", "mse"]
    hot += ["--gradient-clipping", "none", "--seed", 1, "--n-step", 1, "--train-frequency", 1]
    hot += ["--hidden-dims", "64,64", "--batch-size", 16]
    ended(capsys, "train", *SMALL, *hot, "--total-steps", 20_000, "--runs", tmp_path)
    assert [run["status"] for run in listed(capsys, ["--runs", tmp_path])] == ["diverged"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("train --name a", "--name needs a store"),
        ("train --fork a", "--fork needs a store"),
        ("train --runs R --at 5", "--at says where a fork begins"),
        ("train --runs R --fork a --resume b", "--resume or --fork, not both"),
        ("train --runs R --fork cartpole-1 --seeds 2", "keeps its seeds"),
        ("train --runs R --fork cartpole-1 --hidden-dims 9", "hidden_dims cannot change"),
        ("train --runs R --fork cartpole-1 --gamma 0.5", "would end where it begins"),
        ("train --runs R --resume cartpol-1", "did you mean cartpole-1?"),
        ("train --runs R --fork cartpole-1 --at -1", "at must be a whole number"),
        ("runs show odd --runs R", "There is no run 'odd'"),
        ("runs export cartpole-1 --runs R --output run.odd", "no ending that says the format"),
        ("runs import odd.safetensors --runs R", "cannot be read"),
        ("runs list --tree --json --runs R", "--tree and --json do not go together"),
        ("runs list --runs R/runs.sqlite", "There are no runs in"),
        ("runs show cartpole-1 --runs Relsewhere", "There are no runs in"),
        ("train --runs R/runs.sqlite", "give a folder that can be written"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_sentence(kept, capsys, arguments, words):
    code = main([str(kept[1]) + w[1:] if w.startswith("R") else w for w in arguments.split()])
    output = capsys.readouterr()
    assert (code, output.out) == (2, "")
    assert output.err.splitlines()[-1].startswith("error: ")
    assert words in output.err
    assert "Traceback" not in output.err


def test_the_training_goes_on_where_the_store_fails_and_it_is_told_once(
    tmp_path, capsys, monkeypatch
):
    def fails(*_: object) -> None:
        from dqn_core.base.errors import StoreError

        raise StoreError("The disk is full.")

    monkeypatch.setattr("dqn_core.store.recorder.rows.append", fails)
    code, result, told = ended(capsys, "train", *SMALL, "--runs", tmp_path)
    assert (code, result["env_steps"]) == (2, 150)
    assert told.count("The disk is full. The training goes on.") == 1
    assert told.count("error: The disk is full.") == 1
    assert result["evaluation"]["episodes"] == 2
