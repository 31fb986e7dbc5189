"""Any way through a store: training, changes, snapshots, forks and kills, in any order."""

import copy
import tempfile
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from dqn_core import Trainer
from dqn_core.store.recorder import Recorder
from dqn_core.store.store import Store
from tests.core.small_runs import SMALL, assert_bit_equal, without_seconds


@dataclass
class Twin:
    """A run of the store, and beside it the states that it was written in, copied."""

    name: str
    trainer: Trainer
    recorder: Recorder
    written: list[dict[str, Any]] = field(default_factory=list)

    def write(self, kind: str) -> None:
        assert self.recorder.snapshot(kind)
        self.written.append(copy.deepcopy(self.trainer.state_dict()))

    def nearest(self, at: int) -> dict[str, Any]:
        return [state for state in self.written if state["env_step"] <= at][-1]


def begun(store: Store, trainer: Trainer, **parentage: Any) -> Twin:
    record = store.create(trainer.configs, **parentage)
    twin = Twin(record.run, trainer, Recorder(store, record, trainer))
    twin.written.append(copy.deepcopy(trainer.state_dict()))
    return twin


def assert_same(trainer: Trainer, state: dict[str, Any]) -> None:
    assert_bit_equal(without_seconds(trainer.state_dict()), without_seconds(state))


ACTS = st.one_of(
    st.tuples(st.just("train"), st.integers(1, 25)),
    st.tuples(st.just("change"), st.sampled_from([0.5, 0.9, 1.0])),
    st.tuples(st.just("snapshot"), st.sampled_from(["periodic", "change"])),
    st.tuples(st.just("kill"), st.none()),
    st.tuples(st.just("fork"), st.integers(0, 60)),
)


@patch.multiple("dqn_core.history", HELD=2, ROOM=2)  # all other rows are read from the store
@settings(max_examples=10)
@given(acts=st.lists(ACTS, min_size=3, max_size=9))
def test_whatever_happens_each_run_is_what_was_written_of_it_last(acts: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(folder)
        twins = [begun(store, Trainer(SMALL))]
        for name, value in acts:
            twin = twins[-1]
            if name == "train":
                twin.trainer.run(max_steps=value)
            elif name == "change":
                twin.write("change")
                twin.trainer.change(gamma=value)
            elif name == "snapshot":
                twin.write(value)
            elif name == "kill":
                trainer = store.trainer(twin.name)
                assert_same(trainer, twin.written[-1])
                recorder = Recorder(store, store.run(twin.name), trainer)
                twin.trainer, twin.recorder = trainer, recorder
            else:
                at = max(value, twin.written[0]["env_step"])  # before it there is only its parent
                trainer = store.trainer(twin.name, at)
                assert_same(trainer, twin.nearest(at))
                step = trainer.env_step
                twins.append(begun(store, trainer, parent=twin.name, fork_step=step))
        for twin in twins:
            assert not twin.recorder.problem
            assert_same(store.trainer(twin.name), twin.written[-1])
        store.close()
