"""What every declared experiment has to have."""

import pytest

from dqn_core.experiments.catalogue import EXPERIMENTS
from dqn_core.experiments.experiment import SEEDS, Experiment

ALL = pytest.mark.parametrize("experiment", EXPERIMENTS.values(), ids=EXPERIMENTS)


@ALL
def test_of_three_answers_one_is_right(experiment: Experiment) -> None:
    assert [answer.is_right for answer in experiment.answers].count(True) == 1
    assert len({answer.label for answer in experiment.answers}) == 3


@ALL
def test_arms_differ_and_claims_name_them(experiment: Experiment) -> None:
    names = [arm.id for arm in experiment.arms]
    ways = [(experiment.configs(arm)[0], arm.defect) for arm in experiment.arms]
    assert len(set(names)) == len(set(ways)) == len(names)
    claimed = [name for effect in experiment.effects for name in (effect.more, effect.less)]
    assert set(claimed) == set(names), "no arm trains for nothing"
    if experiment.drawing:
        assert experiment.drawing.arm in names


@ALL
def test_the_last_step_is_measured(experiment: Experiment) -> None:
    config = experiment.config
    assert config.total_steps % config.evaluation_period == 0


@ALL
def test_a_defective_arm_is_trained_as_the_defect_asks(experiment: Experiment) -> None:
    """They replace a part of the trainer, which has to be the one that is used."""
    for arm in experiment.arms:
        if arm.defect:
            config = experiment.configs(arm)[0]
            assert (config.loss, config.head, config.action_masks) == ("mse", "scalar", False)


def test_what_the_notebook_does_wrong_is_among_them() -> None:
    defects = {arm.defect.__name__ for e in EXPERIMENTS.values() for arm in e.arms if arm.defect}
    assert defects == {"aliased_target", "broadcasting_loss", "truncation_as_failure"}


def test_a_trainer_has_the_seeds_as_members_and_the_defect_in_it() -> None:
    experiment = EXPERIMENTS["no-target"]
    trainers = [experiment.trainer(arm) for arm in experiment.arms]
    assert [[config.seed for config in t.configs] for t in trainers] == [list(SEEDS)] * 2
    assert [t.learner.target is t.learner.online for t in trainers] == [False, True]
    for trainer in trainers:
        trainer.close()
