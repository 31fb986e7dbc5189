"""A round of updates can be cut anywhere, and comes to the same."""

import pytest

from dqn_core import Trainer
from tests.core.small_runs import SMALL, a_look_takes_a_second, fingerprint


def test_slices_of_one_step_give_what_one_long_call_gives() -> None:
    whole, sliced = Trainer(SMALL.replace(evaluation_period=100)), None
    whole.run(max_steps=330)
    sliced = Trainer(SMALL.replace(evaluation_period=100))
    while sliced.env_step < 330:
        sliced.run(max_steps=1, max_seconds=100)
    assert fingerprint(whole) == fingerprint(sliced)


def test_a_round_of_updates_can_be_stopped_between_two_also_by_saving_and_comes_to_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = SMALL.replace(gradient_steps=30, train_frequency=10, total_steps=100)
    whole = Trainer(config)
    whole.run()
    a_look_takes_a_second(monkeypatch)
    sliced = Trainer(config)
    most = 0
    while not sliced.finished():
        before = sliced.gradient_updates
        sliced.run(max_seconds=8)
        most = max(most, sliced.gradient_updates - before)
        if not sliced.is_between_steps:
            sliced = Trainer.from_state(sliced.state_dict())
    assert most < 10
    assert fingerprint(whole) == fingerprint(sliced)


def test_fewer_gradient_steps_also_shorten_the_round_that_is_under_way() -> None:
    trainer = Trainer(SMALL.replace(gradient_steps=30, learning_starts=10))
    trainer.run(max_steps=9)
    trainer._step()
    trainer.change(gradient_steps=4)
    trainer.run(max_steps=0)
    assert trainer.gradient_updates == 1 + 4
    assert trainer.is_between_steps


def test_evaluating_in_the_middle_of_a_round_makes_its_updates_first_and_evaluates_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a_look_takes_a_second(monkeypatch)
    config = SMALL.replace(gradient_steps=30, evaluation_period=10, evaluation_episodes=1)
    trainer = Trainer(config)
    while trainer.env_step < 10:
        trainer.run(max_seconds=3)
    assert not trainer.is_between_steps
    trainer.evaluate()
    assert trainer.gradient_updates == 30
    assert trainer.history.evaluations.columns()["env_step"].tolist() == [10]


def test_a_step_and_its_updates_can_be_made_apart() -> None:
    trainer, whole = (Trainer(SMALL.replace(gradient_steps=3)) for _ in range(2))
    for run in (trainer, whole):
        run.run(max_steps=SMALL.learning_starts)
    whole.run(max_steps=1)
    trainer.run(max_steps=1, max_updates=0)
    assert (trainer.env_step, trainer.gradient_updates) == (whole.env_step, 3)
    assert not trainer.is_between_steps
    trainer.run(max_steps=0, max_updates=2)
    assert trainer.gradient_updates == 5
    trainer.run(max_steps=0)
    assert fingerprint(trainer) == fingerprint(whole)
