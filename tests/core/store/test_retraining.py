"""A stored run's state at a step whose state was not kept."""

import pytest

from dqn_core.base.errors import StoreError
from dqn_core.store.recorder import Recorder
from dqn_core.store.retraining import retrained
from dqn_core.trainer import Trainer
from tests.core.small_runs import SMALL, assert_bit_equal, without_seconds

CONFIGS = [SMALL.replace(seed=seed, evaluation_period=40, total_steps=200) for seed in (0, 1)]


@pytest.fixture
def run(store):
    """A run of 200 steps whose discount was changed at step 70 and 90, for one member at 110."""
    trainer = Trainer(CONFIGS)
    recorder = Recorder(store, store.create(CONFIGS), trainer)
    for steps, member, gamma in ((70, None, 0.9), (20, None, 0.8), (20, 1, 0.7)):
        trainer.run(max_steps=steps)
        if gamma == 0.9:
            recorder.snapshot("change")
        trainer.change(member, gamma=gamma)
    trainer.run()
    recorder.finish("finished")
    return recorder.run


def at(store, run, step, kept=None):
    trainer = store.trainer(run, step if kept is None else kept)
    for _ in retrained(store, run, trainer, step):
        pass
    return trainer


@pytest.mark.parametrize(("step", "kept"), [(60, 0), (75, 70), (130, 70), (130, 0), (200, 0)])
def test_it_is_to_the_bit_what_the_run_was_there_with_its_changes(store, run, step, kept):
    again = at(store, run, step, kept)
    assert again.env_step == step
    again.run(max_steps=200 - step)  # the changes that come later are not its own
    whole = store.trainer(run)
    if step > 110:
        assert_bit_equal(without_seconds(again.state_dict()), without_seconds(whole.state_dict()))
    assert [config.gamma for config in again.configs] == {
        60: [0.99, 0.99],
        75: [0.9, 0.9],
    }.get(step, [0.8, 0.7])


def test_what_does_not_come_out_again_is_said(store, run):
    with store.writing() as connection:
        connection.execute("UPDATE episodes SET length = length + 1 WHERE env_step < 60")
    with pytest.raises(StoreError, match=r"from step 0 to 60 does not come out again.*at step 0"):
        at(store, run, 60)
