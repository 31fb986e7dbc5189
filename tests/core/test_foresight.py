"""What a run will never do is told at its start: each sentence against a run that is played out."""

from dataclasses import replace

import numpy as np
import pytest

from dqn_core import DQNConfig, Trainer
from dqn_core.environments import EnvironmentSpec, environment_spec
from dqn_core.foresight import never_due
from tests.core.small_runs import SMALL

BRIEF = SMALL.replace(total_steps=300, evaluation_episodes=1)


def never(config: DQNConfig, **spec: object) -> dict[str, str]:
    known: EnvironmentSpec = environment_spec(config.env_id, config.max_episode_steps)
    found = never_due(config, replace(known, **spec))  # type: ignore[arg-type]
    for told in found.values():
        assert all(name in told.sentence for name in told.names)
    return {name: told.sentence for name, told in found.items()}


def test_with_noise_epsilon_is_said_to_have_no_effect() -> None:
    assert never(DQNConfig(noisy=True)) == {
        "epsilon_schedule": "With noisy on, ε is 0: epsilon_schedule, epsilon_start, epsilon_end "
        "and epsilon_decay have no effect."
    }


def test_an_ordinary_run_gives_no_cause_for_a_word() -> None:
    assert never(DQNConfig()) == {}
    assert never(DQNConfig(stop_when_solved=True, plateau_evaluations=19)) == {}


@pytest.mark.parametrize(
    ("values", "name", "words"),
    [
        (
            {"learning_starts": 301},
            "learning_starts",
            "The first gradient update is due at environment step 301, but the run ends at 300: "
            "make learning_starts smaller or total_steps larger.",
        ),
        ({"train_frequency": 400}, "train_frequency", "at environment step 400"),
        (
            {"learning_starts": 250, "train_frequency": 200},
            "learning_starts",
            "at environment step 400",
        ),
        (
            {"learning_starts": 290, "total_episodes": 2, "max_episode_steps": 100},
            "learning_starts",
            "after episode 2, at the latest at environment step 200: make learning_starts smaller "
            "or "
            "total_episodes larger.",
        ),
        (
            {"target_update_period": 301, "target_update_unit": "env_steps"},
            "target_update_period",
            "is due at environment step 301, but the run ends at 300",
        ),
        (
            {"target_update_period": 292},
            "target_update_period",
            "at gradient update 292, but the run ends after 291 gradient updates",
        ),
        (
            {"target_update_period": 4, "target_update_unit": "episodes", "total_episodes": 3},
            "target_update_period",
            "at episode 4, but the run ends after episode 3: make target_update_period smaller "
            "or total_episodes larger.",
        ),
        ({"evaluation_period": 301}, "evaluation_period", "at environment step 301"),
        (
            {"evaluation_period": 100, "plateau_evaluations": 3},
            "plateau_evaluations",
            "3 evaluations without improvement are not possible before environment step 400",
        ),
    ],
)
def test_what_comes_after_the_budget_is_told_with_both_steps(
    values: dict[str, object], name: str, words: str
) -> None:
    sentences = never(BRIEF.replace(**values))
    assert list(sentences) == [name]
    assert words in sentences[name]


def test_a_run_that_cannot_be_solved_is_told_so() -> None:
    asked = BRIEF.replace(stop_when_solved=True, evaluation_period=100)
    assert never(asked, reward_threshold=None) == {
        "stop_when_solved": "stop_when_solved will not stop this run: CartPole-v1 has no solve "
        "threshold."
    }
    assert "no solve threshold" in never(asked, reward_threshold=np.inf)["stop_when_solved"]
    short = asked.replace(max_episode_steps=400)
    assert "475, and with a time limit of 400" in never(short)["stop_when_solved"]
    late = asked.replace(evaluation_period=301)
    assert "needs a greedy evaluation" in never(late)["stop_when_solved"]


@pytest.mark.parametrize(
    "values",
    [
        {"learning_starts": 300},
        {"learning_starts": 201, "train_frequency": 100},
        {"learning_starts": 0, "train_frequency": 300},
        {"target_update_period": 291, "tau": 1.0},
        {"target_update_period": 582, "gradient_steps": 2},
        {"target_update_period": 300, "target_update_unit": "env_steps"},
        {"evaluation_period": 300},
        {"evaluation_period": 75, "plateau_evaluations": 3},
    ],
)
def test_what_the_last_step_still_brings_is_not_called_never(values: dict[str, object]) -> None:
    config = BRIEF.replace(**values)
    assert never(config) == {}
    trainer = Trainer(config)
    initial = trainer.learner.target.parameters.clone()
    trainer.run()
    assert trainer.gradient_updates
    if "target_update_period" in values:
        assert not np.array_equal(initial, trainer.learner.target.parameters)
    if "evaluation_period" in values:
        assert len(trainer.history.evaluations)
    trainer.close()


@pytest.mark.parametrize("values", [{"learning_starts": 301}, {"train_frequency": 301}])
def test_what_is_called_never_does_not_come(values: dict[str, object]) -> None:
    config = BRIEF.replace(**values)
    assert never(config)
    trainer = Trainer(config)
    trainer.run()
    assert trainer.gradient_updates == 0
    trainer.close()
