"""Each defect of an experiment against the notebook's own lines."""

import numpy as np
import pytest
import torch
from torch import nn

from dqn_core import Trainer
from dqn_core.experiments.defects.aliased_target import aliased_target
from dqn_core.experiments.defects.broadcasting_loss import broadcasting_loss
from dqn_core.experiments.defects.truncation_as_failure import truncation_as_failure
from tests.core.small_runs import SMALL

NOTEBOOKS = SMALL.replace(
    double_dqn=False, loss="mse", gradient_clipping="none", learning_starts=20
)


def test_the_loss_that_broadcasts_has_the_gradient_of_the_notebooks_line() -> None:
    trainer = Trainer(NOTEBOOKS)
    broadcasting_loss(trainer)
    trainer.run(max_steps=19)
    batch = trainer.replay.sample(8, trainer.gamma)
    policy_net = trainer.learner.online.to_module()
    target_net = trainer.learner.target.to_module()

    q_values = policy_net(batch.observations[0]).gather(1, batch.actions[0]).squeeze(1)
    next_q_values = target_net(batch.next_observations[0]).max(1)[0].detach()
    expected_q_values = batch.rewards[0] + batch.discounts[0] * next_q_values
    with pytest.warns(UserWarning, match="target size"):
        nn.MSELoss()(q_values, expected_q_values.unsqueeze(1)).backward()
    notebooks = torch.cat([p.grad.flatten() for p in policy_net.parameters() if p.grad is not None])

    trainer.learner.update(batch)
    module = type(trainer.learner.gradient).to_module(trainer.learner.gradient)
    ours = torch.cat([p.detach().flatten() for p in module.parameters()])
    torch.testing.assert_close(ours, notebooks)


def test_an_aliased_target_is_the_online_network_after_each_update() -> None:
    trainer = Trainer(NOTEBOOKS)
    aliased_target(trainer)
    before = trainer.learner.online.parameters.clone()
    trainer.run(max_steps=30)
    assert not torch.equal(trainer.learner.online.parameters, before), "it does learn"
    assert trainer.learner.target.parameters is trainer.learner.online.parameters


def test_a_time_limit_learnt_as_failure_cuts_the_target_and_nothing_else_changes() -> None:
    config = NOTEBOOKS.replace(max_episode_steps=5, total_steps=100)
    sound, defective = Trainer(config), Trainer(config)
    truncation_as_failure(defective)
    for trainer in (sound, defective):
        trainer.run(max_steps=19)
    batches = [
        trainer.replay.batch(np.arange(19)[None], trainer.gamma) for trainer in (sound, defective)
    ]
    assert (batches[0].discounts > 0).all(), "no pole falls within five steps"
    assert (batches[1].discounts[0] == 0).nonzero().flatten().tolist() == [4, 9, 14]
    assert torch.equal(batches[0].observations, batches[1].observations)
    assert not defective.history.episodes.columns()["terminated"].any(), "what happened is told"


@pytest.mark.parametrize("defect", [aliased_target, broadcasting_loss, truncation_as_failure])
def test_a_defect_goes_into_the_trainer_that_it_is_given_and_into_no_other(defect) -> None:
    trainer, other = Trainer(NOTEBOOKS), Trainer(NOTEBOOKS)
    defect(trainer)
    trainer.run(max_steps=40)
    other.run(max_steps=40)
    plain = Trainer(NOTEBOOKS)
    plain.run(max_steps=40)
    assert torch.equal(other.learner.online.parameters, plain.learner.online.parameters)
