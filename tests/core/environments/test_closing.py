"""What was opened is closed, and no more is open than is needed."""

from typing import Any

import pytest
from gymnasium.spaces import Box

from dqn_core import Agent, Trainer, evaluate
from dqn_core.base.errors import EnvironmentFailure, UnsupportedEnvironmentError
from dqn_core.configuration.config import DQNConfig
from dqn_core.environments import make_environment
from dqn_core.environments.configured import environments_for
from dqn_core.episodes.evaluation import MOST_ENVIRONMENTS, ROWS
from tests.core.foreign import Foreign, Register, fails_at
from tests.core.small_runs import SMALL


class Counted(Foreign):
    """Knows how many of it are open, and how many there were at most."""

    open = most = 0
    possible = 1_000_000

    def __init__(self, **options: Any) -> None:
        if Counted.open == Counted.possible:
            raise RuntimeError("no more")
        super().__init__(**options)
        Counted.open += 1
        Counted.most = max(Counted.most, Counted.open)

    def close(self) -> None:
        Counted.open -= 1


@pytest.fixture(autouse=True)
def _counted_from_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Counted, "open", 0)
    monkeypatch.setattr(Counted, "most", 0)


def test_where_one_of_several_cannot_be_made_all_are_closed(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Counted, "possible", 3)
    with pytest.raises(UnsupportedEnvironmentError, match="no more"):
        environments_for(DQNConfig(env_id=register(Counted)), 5)
    assert Counted.open == 0


def test_an_evaluation_needs_only_one_environment_at_a_time_and_a_run_one_a_seed(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A simulator may have one port, or one licence."""
    config = SMALL.replace(env_id=register(Counted), evaluation_period=20, evaluation_episodes=5)
    trainer = Trainer([config, config.replace(seed=1)])
    monkeypatch.setattr(Counted, "possible", 5)
    trainer.run(max_steps=20)
    assert trainer.history.evaluations.columns()["mean_return"].tolist() == [10, 10]
    trainer.close()
    assert Counted.open == 0
    monkeypatch.setattr(Counted, "possible", 1)
    assert evaluate(trainer.agent(), 5).returns.tolist() == [10] * 5
    assert Counted.open == 0


def test_an_evaluation_opens_no_more_environments_than_it_needs_at_a_time(
    register: Register,
) -> None:
    agent = Trainer(SMALL.replace(env_id=register(Counted))).agent()
    before = Counted.open
    Counted.most = 0
    result = evaluate(agent, 300)
    assert result.returns.tolist() == [10.0] * 300
    assert Counted.open == before
    assert Counted.most <= before + ROWS
    few = register(Counted, "Fragile-v0", kwargs={"outcome": fails_at(5)})
    with pytest.raises(EnvironmentFailure):
        evaluate(Agent(agent.config.replace(env_id=few), agent.network), 300)
    assert Counted.open == before


def test_the_evaluations_of_many_members_share_few_environments(register: Register) -> None:
    config = SMALL.replace(
        env_id=register(Counted),
        evaluation_period=10,
        evaluation_episodes=MOST_ENVIRONMENTS // 4,
        hidden_dims="4, 4",
    )
    trainer = Trainer([config.replace(seed=seed) for seed in range(16)])
    trainer.run(max_steps=10)
    trainer.run(max_steps=0, max_episodes=0)
    while not trainer.is_between_steps:
        trainer.run(max_steps=0)
    assert trainer.history.evaluations.columns()["mean_return"].tolist() == [10.0] * 16
    assert Counted.most <= 16 + MOST_ENVIRONMENTS
    trainer.close()
    assert Counted.open == 0


def test_an_environment_that_is_refused_is_closed(register: Register) -> None:
    env_id = register(Counted, kwargs={"action_space": Box(-1, 1, (1,))})
    with pytest.raises(UnsupportedEnvironmentError):
        make_environment(env_id)
    assert Counted.open == 0


def test_a_trainer_whose_first_reset_fails_leaves_no_environment_open(register: Register) -> None:
    env_id = register(Counted, kwargs={"start": fails_at(1)})
    with pytest.raises(EnvironmentFailure):
        Trainer([SMALL.replace(env_id=env_id, seed=seed) for seed in range(3)])
    assert Counted.open == 0


class CannotBeClosed(Foreign):
    """Raises at the end."""

    def close(self) -> None:
        raise OSError("the window is gone")


def test_an_environment_that_cannot_be_closed_costs_nothing(
    register: Register, capsys: pytest.CaptureFixture[str]
) -> None:
    env_id = register(CannotBeClosed)
    trainer = Trainer(SMALL.replace(env_id=env_id, evaluation_period=10, evaluation_episodes=2))
    trainer.run(max_steps=20)
    trainer.close()
    assert len(trainer.history.evaluations) == 2
    warned = capsys.readouterr().err.splitlines()
    assert "Foreign-v0 could not be closed: OSError: the window is gone." in warned
    with pytest.raises(UnsupportedEnvironmentError, match="action space"):
        make_environment(
            register(CannotBeClosed, "Odd-v0", kwargs={"action_space": Box(-1, 1, (1,))})
        )
