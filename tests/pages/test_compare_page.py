"""The Compare page, without a browser: what it shows of kept runs, and what its buttons do."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.web.slots import Slots
from dqn_core.store import rows, transfer
from dqn_core.store.store import Store
from tests.core.small_runs import assert_bit_equal
from tests.kept_runs import keep
from tests.pages.compare_page import names, page, said, state
from tests.pages.sessions import session


def test_without_runs_it_says_how_they_come_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DQN_LAB_RUNS", str(tmp_path / "nothing"))
    at = page()
    assert "No run is kept yet" in said(at)
    assert "Train page" in said(at)
    assert not (tmp_path / "nothing").exists(), "who only looks makes no folder"


def test_a_link_shows_the_comparison_and_leaves_the_experiment_as_it_is(store: Store) -> None:
    for seed in range(5):
        keep(store, [seed])
    keep(store, range(5), gamma=0.9, best=200)
    at = page(*(f"cartpole-{n}" for n in range(1, 7)), metric="area", gamma="0.5")
    assert "A came to more than B in 100 of 100 pairs of seeds" in said(at)
    assert "Mean height of the curve" in said(at)
    assert session(at).config.gamma == 0.5
    assert not session(at).link_problems


def test_a_run_that_is_not_here_is_named_and_the_others_are_shown(store: Store) -> None:
    keep(store)
    at = page("cartpole-1", "cartpole-77")
    assert "cartpole-77 is not among the runs" in said(at)
    assert len(at.dataframe) > 1


def test_a_run_that_says_nothing_but_what_another_chosen_one_says_is_named(store: Store) -> None:
    keep(store)
    keep(store)
    keep(store, [1])
    assert "cartpole-2 is not drawn: another" in said(page("cartpole-1", "cartpole-2"))
    assert "not drawn" not in said(page("cartpole-1", "cartpole-3"))


def test_filters_are_in_the_sidebar_and_in_the_address(store: Store) -> None:
    keep(store)
    keep(store, env_id="Acrobot-v1")
    at = page()
    assert names(at) == ["acrobot-1", "cartpole-1"]
    at.sidebar.selectbox(key="filter_environment").set_value("Acrobot-v1").run()
    assert names(at) == ["acrobot-1"]
    at.sidebar.text_input(key="search").set_value("nothing like it").run()
    assert names(at) == []
    assert state(at).look.query == "search=nothing+like+it&environment=Acrobot-v1"


def test_runs_of_different_environments_are_drawn_and_not_judged(store: Store) -> None:
    keep(store)
    keep(store, env_id="Acrobot-v1")
    at = page("cartpole-1", "acrobot-1")
    assert "cannot be compared" in said(at)
    assert not [header for header in at.header if header.value == "What the seeds say"]


def test_chosen_runs_are_starred_hidden_and_deleted_with_an_undo(store: Store) -> None:
    keep(store)
    keep(store, gamma=0.9)
    at = page("cartpole-1", "cartpole-2")
    at.button(key="runs_star").click().run()
    assert [record.starred for record in store.runs()] == [True, True]
    at.button(key="runs_star").click().run()
    assert [record.starred for record in store.runs()] == [False, False]
    at.button(key="runs_hide").click().run()
    assert names(at) == []
    at.button(key="runs_hide").click().run()
    at.button(key="runs_delete").click().run()
    assert store.runs() == []
    assert "Deleted: cartpole-1, cartpole-2" in said(at)
    at.button(key="restore_runs").click().run()
    assert len(store.runs()) == 2
    assert state(at).look.runs == ("cartpole-1", "cartpole-2")


def test_a_run_gets_a_name_a_note_and_tags(store: Store) -> None:
    keep(store)
    at = page("cartpole-1")
    at.button(key="runs_describe").click().run()
    at.text_input(key="run_title").set_value("short horizon")
    at.text_area(key="run_note").set_value("see page 12")
    at.text_input(key="run_tags").set_value("ablation, old ,")
    at.button(key="save_description").click().run()
    record = store.run("cartpole-1")
    assert (record.title, record.note, record.tags) == (
        "short horizon",
        "see page 12",
        ("ablation", "old"),
    )
    assert names(at) == ["short horizon"]


def test_several_runs_get_tags_in_common_and_keep_their_own(store: Store) -> None:
    for _ in range(2):
        keep(store)
    store.update("cartpole-1", tags=["own", "both"])
    store.update("cartpole-2", tags=["both"])
    at = page("cartpole-1", "cartpole-2")
    at.button(key="runs_describe").click().run()
    assert at.text_input(key="run_tags").value == "both"
    at.text_input(key="run_tags").set_value("new")
    at.button(key="save_description").click().run()
    assert [store.run(f"cartpole-{n}").tags for n in (1, 2)] == [("new", "own"), ("new",)]


def test_what_the_store_refuses_is_said_and_changes_nothing(store: Store) -> None:
    keep(store)
    at = page("cartpole-1")
    at.button(key="runs_describe").click().run()
    at.text_input(key="run_tags").set_value("x" * 200)
    at.button(key="save_description").click().run()
    assert "tags of at most 100 characters" in said(at)
    assert store.run("cartpole-1").tags == ()


def test_with_few_seeds_one_click_trains_the_others_which_then_are_compared(store: Store) -> None:
    keep(store, [3, 4], episodes=10)
    keep(store, range(4), episodes=10, gamma=0.9)
    at = page("cartpole-1", "cartpole-2")
    assert "seeds prove nothing yet" in said(at)
    own = session(at).run
    offer = at.button(key="train_more_seeds")
    assert offer.label == "Train 3 more of A and 1 more of B"
    offer.click().run()
    assert not at.exception
    more = session(at).trained
    while more.is_active:
        more.advance(Slots(1))
    at.run()
    assert state(at).look.runs == tuple(f"cartpole-{n}" for n in range(1, 5))
    assert [[c.seed for c in store.run(f"cartpole-{n}").configs] for n in (3, 4)] == [
        [5, 6, 7],
        [4],
    ]
    assert {record.env_steps for record in store.runs()} == {400}
    assert "seeds prove nothing yet" not in said(at)
    assert session(at).run is own, "the visitor's own run is as it was"


def test_what_was_changed_in_mid_run_is_not_repeated_from_here(store: Store) -> None:
    record = keep(store, episodes=10)
    keep(store, range(5), episodes=10, gamma=0.9)
    when = {"member": 0, "env_step": 50, "episode": 1, "seconds": 1.0}
    change = {**when, "name": "gamma", "old": 0.9, "new": 0.99}
    with store.writing() as connection:
        columns = {name: np.array([value], dtype=object) for name, value in change.items()}
        rows.append(connection, record.run, "changes", 0, columns)
    at = page("cartpole-1", "cartpole-2")
    assert "More seeds of A cannot be trained from here" in said(at)
    assert not [button for button in at.button if button.key == "train_more_seeds"]


def test_only_with_a_fork_among_them_it_is_asked_where_curves_begin(store: Store) -> None:
    parent = keep(store)
    fork = store.create(parent.configs, parent=parent.run, fork_step=2_000)
    assert not [toggle for toggle in page("cartpole-1").toggle if toggle.key == "since_fork"]
    at = page("cartpole-1", fork.run)
    at.toggle(key="since_fork").set_value(True).run()
    assert not at.exception
    assert state(at).look.since == "fork"


def test_the_profile_is_drawn_when_it_is_unfolded(store: Store) -> None:
    keep(store, range(5))
    at = page("cartpole-1")
    assert not at.get("plotly_chart")
    at.session_state["profile_section"] = True
    at.run()
    assert at.get("plotly_chart")


def test_a_visitor_of_a_private_server_sees_no_run_of_another_and_no_folder(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DQN_LAB_PRIVATE", "1")
    monkeypatch.setattr("dashboard.session.visits.visitor", lambda: "me")
    kept = keep(store)
    with store.writing() as connection:
        connection.execute("UPDATE runs SET owner = 'somebody else'")
    at = page(kept.run)
    assert "No run is kept yet" in said(at)
    assert kept.run not in said(at)
    assert str(store.folder) not in said(at)


def test_the_tree_shows_the_families_of_the_chosen_runs_else_all(store: Store) -> None:
    for environment in ("CartPole-v1", "Acrobot-v1"):
        parent = keep(store, env_id=environment)
        store.create(parent.configs, parent=parent.run, fork_step=2_000)
    keep(store, env_id="Taxi-v3")
    at = page("taxi-1")
    assert len(at.dataframe) > 1, "folded up"
    at.session_state["fork_tree"] = True
    at.run()
    tree = at.dataframe[1].value
    assert tree["name"].tolist() == ["acrobot-1", "└ acrobot-2", "cartpole-1", "└ cartpole-2"]
    at = page("cartpole-2")
    at.session_state["fork_tree"] = True
    at.run()
    assert at.dataframe[1].value["name"].tolist() == ["cartpole-1", "└ cartpole-2"]


def upload(at: AppTest, content: bytes) -> None:
    (field,) = at.file_uploader
    field.set_value(("run.safetensors", content, "application/octet-stream"))
    at.run()


def test_a_run_that_was_exported_is_imported_and_drawn_over_the_one_that_it_was(
    store: Store, tmp_path: Path
) -> None:
    kept = keep(store)
    at = page(kept.run)
    content = transfer.export(store, kept.run)
    at.session_state["import_cartpole-1"] = True
    at.run()
    upload(at, content)
    at.button(key="import_run").click().run()
    assert not at.exception
    assert state(at).look.runs == ("cartpole-1", "cartpole-2")
    for table in ("episodes", "evaluations"):
        assert_bit_equal(store.columns("cartpole-2", table), store.columns("cartpole-1", table))
    at.session_state["import_cartpole-1_cartpole-2"] = True
    at.run()
    upload(at, b"nothing")
    at.button(key="import_run").click().run()
    assert not at.exception
    assert "not a DQN Lab checkpoint" in said(at)
