"""Where training ends: budgets of the configuration, limits of a call."""

import time
from typing import Any

import pytest

from dqn_core import Trainer
from dqn_core.base.errors import ConfigurationError
from tests.core.small_runs import SMALL, a_look_takes_a_second, trained


def test_limits_of_run_count_steps_episodes_and_seconds() -> None:
    trainer = Trainer(SMALL)
    assert trainer.run(max_steps=0) == 0
    assert trainer.run(max_steps=17) == 17
    before = trainer.episodes[0]
    trainer.run(max_episodes=2)
    assert trainer.episodes[0] == before + 2
    assert trainer.history.episodes.frame()["env_step"].iloc[-1] == trainer.env_step
    assert trainer.run(max_seconds=0.0) == 0
    assert 0 < trainer.run(max_seconds=0.05) < 10_000
    assert trainer.seconds > 0.05


def test_the_step_budget_ends_the_run_and_a_larger_one_lets_it_go_on() -> None:
    trainer = trained(1_000, total_steps=130)
    assert trainer.env_step == 130
    assert "130" in str(trainer.finished())
    assert trainer.run() == 0
    trainer.change(total_steps=150)
    assert trainer.run() == 20


def test_the_episode_budget_ends_the_run_with_the_last_step_of_an_episode() -> None:
    trainer = trained(5_000, total_episodes=4)
    assert trainer.episodes == [4]
    assert trainer.history.episodes.frame()["env_step"].iloc[-1] == trainer.env_step
    assert "4 episodes" in str(trainer.finished())


def test_the_time_budget_ends_the_run_and_counts_training_time_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a_look_takes_a_second(monkeypatch)
    trainer = Trainer(SMALL)
    trainer.run(max_seconds=10)
    assert not trainer.finished()
    assert 10 <= trainer.seconds < 13
    trainer.change(total_seconds=30)
    for _ in range(1_000):  # seconds without training
        time.perf_counter()
    assert trainer.run() > 10
    assert 30 <= trainer.seconds < 33
    assert "time budget of 30 seconds" in str(trainer.finished())
    assert trainer.run() == 0


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"max_steps": -1}, "max_steps must be a whole number from 0 to"),
        ({"max_steps": 1.5}, "not 1.5"),
        ({"max_steps": "10"}, "not '10'"),
        ({"max_episodes": -1}, "max_episodes must be a whole number from 0 to"),
        ({"max_seconds": -1}, "max_seconds must be a finite number from 0 on, not -1"),
        ({"max_seconds": float("nan")}, "not nan"),
    ],
    ids=str,
)
def test_a_limit_that_is_none_is_refused_in_one_sentence(limits: Any, said: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        Trainer(SMALL).run(**limits)
    assert said in str(refused.value)
