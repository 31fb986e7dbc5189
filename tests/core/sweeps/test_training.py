"""A run of the store, opened by whoever trains it."""

import torch

from dqn_core.store.record import Status
from dqn_core.sweeps.training import OpenRun
from tests.core.small_runs import SMALL


def test_a_run_that_has_diverged_has_not_finished_when_it_is_opened_again(store):
    run = store.create([SMALL]).run
    opened = OpenRun(store, run)
    opened.trainer.run(max_steps=50)
    opened.trainer.learner.online.parameters.fill_(torch.nan)
    for _ in range(2):
        assert opened.go_on(None, lambda: False).is_finished
        assert store.run(run).status is Status.DIVERGED
        opened.close()
        opened = OpenRun(store, run)
    opened.close()
