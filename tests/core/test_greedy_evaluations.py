"""The evaluations of a run: apart from its training, interruptible, and what the best one found."""

import gymnasium
import pytest
import torch

from dqn_core import Trainer
from dqn_core.base.errors import DivergenceError
from tests.core.small_runs import SMALL, a_look_takes_a_second, trained, weights


@pytest.mark.parametrize("period", [50, 77])
def test_evaluations_never_disturb_the_training(period: int) -> None:
    with_them = trained(200, evaluation_period=period, evaluation_episodes=2, max_episode_steps=40)
    without = trained(200, max_episode_steps=40)
    assert torch.equal(weights(without), weights(with_them))
    assert torch.equal(without.replay.state_dict()["rows"], with_them.replay.state_dict()["rows"])
    assert len(with_them.history.evaluations) == 200 // period


def test_evaluations_play_other_episodes_each_time() -> None:
    trainer = Trainer(SMALL.replace(evaluation_episodes=3))
    trainer.run(max_steps=5)
    for _ in range(3):
        trainer.evaluate()
    frame = trainer.history.evaluations.frame()
    assert frame["env_step"].tolist() == [5, 5, 5]
    assert frame["predicted"].nunique() == 3


def test_the_best_agent_is_that_of_the_best_evaluation_and_part_of_the_state() -> None:
    trainer = Trainer(SMALL.replace(evaluation_period=50, evaluation_episodes=2, total_steps=400))
    policies = {}
    while not trainer.finished():
        trainer.run(max_steps=50)
        policies[trainer.env_step] = trainer.agent().network.parameters
    frame = trainer.history.evaluations.frame()
    best = frame[frame["mean_return"] == frame["mean_return"].max()]["env_step"].iloc[-1]
    for run in (trainer, Trainer.from_state(trainer.state_dict())):
        assert run.best_agent().env_steps == best
        assert torch.equal(run.best_agent().network.parameters, policies[best])


def test_a_run_can_stop_at_a_plateau_of_its_evaluations() -> None:
    # A learning rate that changes no action: no evaluation is ever better than the first.
    still = {"learning_rate": 1e-6, "learning_rate_end": 1e-6, "env_id": "MountainCar-v0"}
    values = {"max_episode_steps": 20, "evaluation_period": 30, "evaluation_episodes": 1}
    trainer = trained(1_000, **still, **values, plateau_evaluations=3)
    assert len(trainer.history.evaluations) == 1 + 3
    assert trainer.env_step == 30 * 4
    assert "No improvement in the last" in str(trainer.finished())
    resumed = Trainer.from_state(trainer.state_dict())
    assert resumed.finished() == trainer.finished()


def test_a_run_can_stop_when_it_is_solved() -> None:
    gymnasium.register(
        "Easy-v0",
        "gymnasium.envs.classic_control:CartPoleEnv",
        max_episode_steps=50,
        reward_threshold=5,
    )
    try:
        values = {"env_id": "Easy-v0", "evaluation_period": 60, "evaluation_episodes": 2}
        stops = trained(1_000, **values, stop_when_solved=True)
        assert stops.env_step == stops.evaluations.solved_at == 60
        assert "Solved after 60" in str(stops.finished())
        goes_on = trained(200, **values)
        assert goes_on.env_step == 200
        assert goes_on.evaluations.solved_at == 60
    finally:
        gymnasium.registry.pop("Easy-v0")


def test_an_evaluation_can_be_stopped_in_the_middle_also_by_saving_and_comes_to_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = SMALL.replace(evaluation_period=50, evaluation_episodes=3, total_steps=100)
    whole = Trainer(config)
    whole.run()
    a_look_takes_a_second(monkeypatch)
    sliced = Trainer(config)
    stopped_in_the_middle = 0
    while not sliced.finished():
        sliced.run(max_seconds=4)
        if sliced.evaluations.is_under_way and sliced.env_step == 50:
            stopped_in_the_middle += 1
            if stopped_in_the_middle == 3:
                sliced = Trainer.from_state(sliced.state_dict())
    assert stopped_in_the_middle > 3
    expected, found = (t.history.evaluations.frame() for t in (whole, sliced))
    assert expected.drop(columns="seconds").equals(found.drop(columns="seconds"))
    assert torch.equal(whole.learner.online.parameters, sliced.learner.online.parameters)


def test_a_change_in_the_middle_of_an_evaluation_holds_for_it() -> None:
    trainer = Trainer(SMALL.replace(evaluation_period=50, evaluation_episodes=3))
    trainer.run(max_steps=49)
    trainer._step()
    trainer._go_on_evaluating()
    trainer.change(max_episode_steps=5)
    trainer.run(max_steps=0)
    assert trainer.history.evaluations.columns()["mean_return"].tolist() == [5.0]


def test_a_change_that_does_not_concern_an_evaluation_under_way_lets_it_go_on() -> None:
    trainer = Trainer(SMALL.replace(evaluation_period=50, evaluation_episodes=3))
    trainer.run(max_steps=49)
    trainer._step()
    trainer._go_on_evaluating()
    under_way = trainer.evaluations._play
    trainer.change(learning_rate=0.5, batch_size=16)
    assert trainer.evaluations._play is under_way
    trainer.change(gamma=0.5)
    assert trainer.evaluations._play is not under_way


def test_a_diverged_policy_never_counts_as_the_best_though_its_return_is_no_worse() -> None:
    # Whatever it does, an episode of MountainCar that is cut after ten steps returns −10.
    trainer = trained(20, env_id="MountainCar-v0", max_episode_steps=10, evaluation_episodes=2)
    trainer.evaluate()
    sound = trainer.best_agent()
    trainer.run(max_steps=20)
    trainer.learner.online.parameters.fill_(torch.nan)
    with pytest.raises(DivergenceError):
        trainer.evaluate()
    assert trainer.history.evaluations.columns()["mean_return"].tolist() == [-10]
    assert trainer.best_agent().env_steps == sound.env_steps == 20
    assert torch.equal(trainer.best_agent().network.parameters, sound.network.parameters)
