"""A stored run as one file: taken out, taken in, and what is refused."""

import pytest

from dqn_core import save_agent, save_run
from dqn_core.base.errors import CheckpointError, LabError, StoreError
from dqn_core.files.packing import pack, unpack
from dqn_core.store import transfer
from dqn_core.store.rows import TABLES
from dqn_core.store.store import Store
from tests.core.small_runs import assert_bit_equal, trained
from tests.core.store.runs import recorded


@pytest.fixture
def elsewhere(tmp_path):
    store = Store(tmp_path / "elsewhere")
    yield store
    store.close()


def test_a_run_is_the_same_in_another_store(store, elsewhere):
    record, trainer, recorder = recorded(store, evaluation_period=20, evaluation_episodes=1)
    recorder.snapshot("change")
    trainer.change(gamma=0.5, loss="mse")
    recorder.finish("finished")
    record = store.update(record.run, note="a note", tags=["a", "b"], starred=True)
    taken = transfer.take_in(elsewhere, transfer.export(store, record.run))
    assert (taken.title, taken.note, taken.tags) == (record.title, "a note", ("a", "b"))
    assert taken.starred
    assert (taken.configs, taken.status, taken.created) == (
        record.configs,
        "finished",
        record.created,
    )
    assert (taken.recent_return, taken.greedy_return) == (
        record.recent_return,
        record.greedy_return,
    )
    for table in TABLES:
        assert_bit_equal(elsewhere.columns(taken.run, table), store.columns(record.run, table))
    described = [
        [(s.env_step, s.kind, s.bytes) for s in one.snapshots(name)]
        for one, name in ((store, record.run), (elsewhere, taken.run))
    ]
    assert described[0] == described[1]
    assert_bit_equal(elsewhere.trainer(taken.run).state_dict(), trainer.state_dict())


def test_a_child_finds_its_parent_under_another_name(store, elsewhere):
    parent, _, _ = recorded(store)
    child = store.create(parent.configs, parent=parent.run, fork_step=60)
    recorded(elsewhere)  # takes the name
    orphan = transfer.take_in(elsewhere, transfer.export(store, child.run))
    assert (orphan.parent, orphan.fork_step) == (None, 60)
    taken = transfer.take_in(elsewhere, transfer.export(store, parent.run))
    assert taken.run != parent.run
    again = transfer.take_in(elsewhere, transfer.export(store, child.run))
    assert again.parent == taken.run


def test_the_file_of_one_state_becomes_a_run_that_goes_on(store, tmp_path):
    trainer = trained(60)
    save_run(tmp_path / "run.safetensors", trainer)
    record = transfer.take_in(store, tmp_path / "run.safetensors", owner="me")
    assert (record.env_steps, record.status, record.owner) == (60, "paused", "me")
    assert_bit_equal(store.trainer(record.run).state_dict(), trainer.state_dict())


def test_a_file_that_holds_no_run_is_refused_and_nothing_is_changed(store, tmp_path):
    save_agent(tmp_path / "agent.safetensors", trained(0).agent())
    with pytest.raises(CheckpointError, match="holds no whole run but one agent"):
        transfer.take_in(store, tmp_path / "agent.safetensors")
    with pytest.raises(CheckpointError, match="is not a DQN Lab checkpoint"):
        transfer.take_in(store, b"nothing")
    assert store.runs() == []


def _without(state, name):
    del state[name]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda s: _without(s, "history"), "there is no 'history'"),
        (lambda s: s.update(title=5), "its title is no text"),
        (lambda s: s.update(title="x" * 20_000), "at most 10,000 characters"),
        (lambda s: s.update(status="odd"), "odd"),
        (lambda s: s.update(configs=[]), "rows of no such member"),
        (lambda s: s.update(tags=["x" * 200]), "tags of at most"),
        (lambda s: s.update(env_steps=5), "rows of no such env_step"),
        (lambda s: s["configs"][0].update(gamma=7), "gamma"),
        (lambda s: s["history"]["changes"].update(name=["seed"]), "differ in length"),
        (lambda s: s["snapshots"][0].update(kind="odd"), "odd"),
        (lambda s: s["snapshots"][0].update(env_step=10**6), "steps that it has not made"),
    ],
)
def test_damaged_files_are_refused_in_one_sentence_and_nothing_is_changed(store, spoil, words):
    record, _, _ = recorded(store)
    _, state = unpack(transfer.export(store, record.run))
    spoil(state)
    with pytest.raises(LabError, match=words) as refusal:
        transfer.take_in(store, pack("stored run", state))
    assert isinstance(refusal.value, CheckpointError | StoreError)
    assert [one.run for one in store.runs()] == [record.run]
