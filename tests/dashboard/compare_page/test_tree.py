"""The tree of forks as a table."""

from pathlib import Path

from dashboard.compare_page.listing import read_off
from dashboard.compare_page.tree import INDENT, tree_table
from dqn_core.store.store import Store
from dqn_core.store.tree import families
from tests.kept_runs import keep


def test_a_fork_is_indented_and_says_where_it_left_and_what_was_changed(tmp_path: Path) -> None:
    store = Store(tmp_path)
    first = keep(store)
    child = store.create(first.configs, title="short", parent=first.run, fork_step=2_000)
    store.create(first.configs, parent=child.run, fork_step=3_000)
    (family,) = families(store.runs())
    frame = tree_table(family, {child.run: {"gamma": (0.99, 0.9), "double_dqn": (True, False)}})
    assert frame["name"].tolist() == ["cartpole-1", "└ short", f"{INDENT}└ cartpole-3"]
    assert frame["left"].dropna().tolist() == [2_000, 3_000]
    assert frame["changes"].tolist() == ["", "γ 0.99 → 0.9, Double DQN on → off", ""]
    assert frame["return"][0] == read_off(first.recent_return)
