"""Which runs are listed, and what their rows say."""

from pathlib import Path

import pytest

from dashboard.compare_page.listing import differences, listed, read_off, seeds, table
from dashboard.session.looks import Look
from dqn_core.store.record import RunRecord
from dqn_core.store.store import Store
from tests.kept_runs import keep


@pytest.fixture
def records(tmp_path: Path) -> list[RunRecord]:
    store = Store(tmp_path)
    keep(store, [4], gamma=0.9, batch_size=32)
    keep(store, range(3), status="diverged")
    keep(store, [7, 2], env_id="Acrobot-v1", status="diverged")
    store.update("cartpole-1", title="the short horizon", note="see page 12", tags=["ablation"])
    store.update("cartpole-2", hidden=True)
    return store.runs()


@pytest.mark.parametrize(
    ("look", "names"),
    [
        (Look(), ["acrobot-1", "cartpole-1"]),
        (Look(hidden=True), ["acrobot-1", "cartpole-2", "cartpole-1"]),
        (Look(environment="CartPole-v1"), ["cartpole-1"]),
        (Look(status="diverged"), ["acrobot-1"]),
        (Look(status="diverged", hidden=True), ["acrobot-1", "cartpole-2"]),
        (Look(tag="ablation"), ["cartpole-1"]),
        (Look(search="HORIZON short"), ["cartpole-1"]),
        (Look(search="γ 0.9"), ["cartpole-1"]),
        (Look(search="page 12"), ["cartpole-1"]),
        (Look(search="ablation"), ["cartpole-1"]),
        (Look(search="acrobot"), ["acrobot-1"]),
        (Look(search="short acrobot"), []),
    ],
    ids=lambda value: value.query if isinstance(value, Look) else "",
)
def test_runs_are_found_by_what_is_known_of_them(
    records: list[RunRecord], look: Look, names: list[str]
) -> None:
    assert [record.run for record in listed(records, look)] == names


def test_a_row_says_what_differs_from_the_preset_and_which_seeds(records: list[RunRecord]) -> None:
    acrobot, three, one = records
    assert differences(one) == "Batch size 32, γ 0.9"
    assert [seeds(record) for record in (acrobot, three, one)] == ["2, 7", "0 to 2", "4"]
    frame = table(records)
    assert frame["name"].tolist() == ["acrobot-1", "cartpole-2", "the short horizon"]
    assert frame["steps"].tolist() == [4_000] * 3
    assert frame["greedy"].tolist() == [read_off(record.greedy_return) for record in records]
    assert [read_off(x) for x in (-1234.56, -0.013579, 0.0, None)] == [-1234.6, -0.0136, 0.0, None]


def test_a_run_of_an_environment_that_is_not_here_is_listed_all_the_same(tmp_path: Path) -> None:
    store = Store(tmp_path)
    record = keep(store, env_id="nowhere:Gone-v3", gamma=0.9)
    assert "γ 0.9" in table([record])["differs"][0]


def test_a_row_says_where_a_fork_comes_from(tmp_path: Path) -> None:
    store = Store(tmp_path)
    parent = keep(store)
    fork = store.create(parent.configs, parent=parent.run, fork_step=2_000)
    assert table([fork, parent])["forked"].tolist() == ["cartpole-1 at 2,000", ""]


def test_the_row_of_a_race_has_all_its_values_and_each_seed_once(tmp_path: Path) -> None:
    store = Store(tmp_path)
    race = keep(store, range(2), raced=[{"gamma": 0.9}, {"gamma": 0.99}])
    assert differences(race) == "γ 0.9 / 0.99"
    assert seeds(race) == "0 to 1"
