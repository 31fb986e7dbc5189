"""Runs that the command line compares, in words and as JSON."""

import numpy as np
import pytest

from dqn_core.base.statistics import bootstrap_interval, interquartile_mean
from dqn_core.cli.command_line import main
from dqn_core.store.store import Store
from tests.core.commands import SMALL, ended
from tests.kept_runs import keep


@pytest.fixture
def folder(tmp_path):
    """Five runs of a seed each, and one of five seeds with another discount."""
    store = Store(tmp_path / "runs")
    for seed in range(5):
        keep(store, [seed])
    keep(store, range(10, 15), gamma=0.9, best=200)
    store.close()
    return tmp_path / "runs"


def names(count):
    return [f"cartpole-{n}" for n in range(1, count + 1)]


def test_runs_that_differ_only_in_their_seed_are_one_group(folder, capsys):
    code, result, _ = ended(capsys, "compare", *names(6), "--runs", folder)
    first, second = result["groups"]
    assert code == 0
    assert (first["runs"], first["seeds"]) == (names(5), [0, 1, 2, 3, 4])
    assert (second["runs"], second["seeds"]) == (["cartpole-6"], [10, 11, 12, 13, 14])
    for group in (first, second):
        assert group["interquartile_mean"] == interquartile_mean(group["scores"])
        assert group["interval"] == list(bootstrap_interval(group["scores"]))
    assert result["probability_of_improvement"] == {"probability": 0.0, "interval": [0.0, 0.0]}


def test_the_metric_is_the_one_that_was_asked_for(folder, capsys):
    found = {}
    for metric in ("final", "area"):
        options = ["compare", "cartpole-6", "--runs", folder, "--metric", metric]
        result = ended(capsys, *options)[1]
        assert result["metric"] == metric
        found[metric] = result["groups"][0]["scores"]
    store = Store(folder)
    greedy = store.columns("cartpole-6", "evaluations")
    store.close()
    assert found["final"] == greedy["mean_return"][-5:].tolist()
    for member, score in enumerate(found["area"]):
        own = greedy["member"] == member
        x, y = greedy["env_step"][own], greedy["mean_return"][own]
        assert score == pytest.approx(np.interp(np.linspace(0, 4_000, 100_001), x, y).mean(), 1e-4)


def test_it_says_in_words_who_beat_whom(folder, capsys):
    assert main(["compare", *names(6), "--runs", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "A: cartpole-1, cartpole-2, cartpole-3, cartpole-4, cartpole-5 (gamma 0.99)" in said
    assert "B: cartpole-6 (gamma 0.9)" in said
    assert "A came to more than B in 100 of 100 pairs of seeds" in said


def test_of_one_seed_there_is_no_interval(folder, capsys):
    assert main(["compare", "cartpole-1", "--runs", str(folder)]) == 0
    said = capsys.readouterr().out
    assert " with one seed" in said
    assert "interval" not in said


def test_runs_that_the_command_line_trained_are_compared(tmp_path, capsys):
    folder = tmp_path / "runs"
    ended(capsys, "train", *SMALL, "--runs", folder, "--seeds", "2")
    ended(capsys, "train", *SMALL, "--runs", folder, "--seed", "7", "--name", "lucky")
    code, result, _ = ended(capsys, "compare", "cartpole-1", "lucky", "--runs", folder)
    (group,) = result["groups"]
    assert code == 0
    assert (group["runs"], group["seeds"]) == (["cartpole-1", "cartpole-2"], [0, 1, 7])
    assert result["measure"] == "training"
    assert result["probability_of_improvement"] is None


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["cartpole-7"], "There is no run 'cartpole-7'"),
        (["cartpole-1", "--metric", "best"], "invalid choice"),
        ([], "required: RUN"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_one_sentence(folder, capsys, arguments, sentence):
    assert main(["compare", *arguments, "--runs", str(folder)]) == 2
    output = capsys.readouterr()
    assert sentence in output.err
    assert output.err.count("\n") == 1
