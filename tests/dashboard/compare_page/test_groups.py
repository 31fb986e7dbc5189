"""How compared runs are called and drawn, and what is said of them."""

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

from dashboard.compare_page.groups import Line, lines_of
from dashboard.compare_page.judgement import (
    differences_table,
    missing_seeds,
    profile,
    standings_table,
)
from dashboard.compare_page.rows import Rows
from dashboard.compare_page.takeaway import Format, comparison_zip, scores
from dqn_core.comparison import compare
from dqn_core.store.store import Store
from tests.kept_runs import keep


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def lines(store: Store, runs: Sequence[str] = ()) -> list[Line]:
    """Those of the named runs, or of all, the oldest first."""
    names = runs or [record.run for record in reversed(store.runs())]
    records = {name: store.run(name) for name in names}
    rows = Rows()
    seeds = [one for record in records.values() for one in rows.seed_runs(store, record)]
    return lines_of(seeds, records)


def test_lines_are_called_by_what_tells_them_from_the_others(store: Store) -> None:
    for seed in range(3):
        keep(store, [seed])
    keep(store, [0], gamma=0.9)
    assert [line.label for line in lines(store)] == ["A: γ 0.99, 3 seeds", "B: γ 0.9"]


def test_a_value_that_most_lines_have_is_in_nobodys_name(store: Store) -> None:
    keep(store)
    keep(store, gamma=0.9)
    keep(store, batch_size=32, n_step=1, learning_rate=1e-4, gamma=0.8)
    labels = [line.label for line in lines(store)]
    assert labels[0] == "A: γ 0.99"
    keep(store, tau=0.5)
    labels = [line.label for line in lines(store)]
    assert labels[0] == "A: cartpole-1"
    assert labels[1] == "B: γ 0.9"
    assert labels[2] == "C: Batch size 32, γ 0.8, n-step return 1, 1 more"
    assert labels[3] == "D: τ 0.5"


def test_lines_of_one_colour_differ_in_their_dash(store: Store) -> None:
    keep(store)
    (line,) = lines(store)
    looks = {(Line(p, line.group, (), ()).hue, Line(p, line.group, (), ()).dash) for p in range(24)}
    assert len(looks) == 24


def test_the_table_of_differences_has_what_differs_and_nothing_else(store: Store) -> None:
    keep(store)
    keep(store, gamma=0.9, double_dqn=False)
    table = differences_table(lines(store))
    assert table.columns.tolist() == ["A", "B"]
    assert table.index.tolist() == ["Discount", "Double DQN"]
    assert list(table.loc["Double DQN"]) == ["on", "off"]


def test_of_one_seed_there_is_no_interval(store: Store) -> None:
    keep(store)
    keep(store, range(5), gamma=0.9)
    found = lines(store)
    comparison = compare([line.group for line in found])
    table = standings_table(found, comparison)
    assert table["seeds"].tolist() == [1, 5]
    one, several = table[table.columns[3]]
    assert one == "–"
    assert " to " in several
    assert missing_seeds(comparison) == [4, 0]


def test_the_profile_has_a_band_and_a_line_for_each_group(store: Store) -> None:
    keep(store, range(5))
    keep(store, range(5), gamma=0.9, best=200)
    found = lines(store)
    figure = profile(found, compare([line.group for line in found]))
    names = [trace.name for trace in figure.data if trace.showlegend is not False]
    assert names == [line.label for line in found]
    for line in figure.data[1::2]:
        assert line.y[0] == 1
        assert line.y[-1] == 0


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_comparison_is_taken_away_with_whose_each_row_is(store: Store, kind: Format) -> None:
    keep(store, [3, 4], updates=True)
    keep(store, [3], gamma=0.9)
    found = lines(store)
    comparison = compare([line.group for line in found])
    archive = zipfile.ZipFile(io.BytesIO(comparison_zip(store, found, comparison, kind)))
    read = pd.read_csv if kind == "csv" else pd.read_parquet
    tables = {
        name: read(io.BytesIO(archive.read(f"{name}.{kind}"))) for name in ("episodes", "scores")
    }
    counts = tables["episodes"].groupby(["group", "run", "seed"]).size().to_dict()
    assert counts == {
        ("A", "cartpole-1", 3): 100,
        ("A", "cartpole-1", 4): 100,
        ("B", "cartpole-2", 3): 100,
    }
    expected = [score for one in comparison.standings for score in one.scores]
    assert tables["scores"]["score"].tolist() == pytest.approx(expected)
    assert scores(found, comparison)["seed"].tolist() == [3, 4, 3]


def test_values_raced_in_one_run_are_lines_and_their_files_say_whose_each_row_is(
    store: Store,
) -> None:
    race = keep(store, range(2), raced=[{"gamma": 0.9}, {"gamma": 0.99}])
    alone = keep(store, [2], gamma=0.99)
    found = lines(store)
    assert [line.label for line in found] == ["A: γ 0.9, 2 seeds", "B: γ 0.99, 3 seeds"]
    content = io.BytesIO(comparison_zip(store, found, None, "csv"))
    with zipfile.ZipFile(content) as archive, archive.open("episodes.csv") as file:
        rows = pd.read_csv(file)
    of_each = {
        letter: (sorted(set(own["run"])), sorted(set(own["seed"])))
        for letter, own in rows.groupby("group")
    }
    assert of_each == {
        "A": ([race.run], [0, 1]),
        "B": ([race.run, alone.run], [0, 1, 2]),
    }
