"""The numbers of the moment, as they are written."""

import math

import gymnasium
import pytest

from dashboard.session.links import Link
from dashboard.session.run import Run
from dashboard.train_page.curves import _panels
from dashboard.train_page.figures import figures
from tests.core.small_runs import SMALL


@pytest.mark.parametrize(
    ("value", "written"), [(312.04, "312"), (-915.6, "−915.6"), (0.012345, "0.0123")]
)
def test_a_return_keeps_its_digits_and_has_a_minus_of_its_own(value: float, written: str) -> None:
    run = Run([SMALL])
    when = {"member": 0, "env_step": 10, "episode": 1, "seconds": 0.1}
    run.history.evaluations.append(
        **when, mean_return=value, predicted=0.0, obtained=0.0, truncated_share=0.0
    )
    assert figures(run, 0.9)["numbers"]["greedy_return"][1] == written


def test_a_budget_that_is_behind_is_not_written_as_an_aim() -> None:
    run = Run([SMALL.replace(total_steps=200)])
    run.trainer.run(max_steps=150)
    assert figures(run, 0.9)["where"].startswith("Environment step 150 of 200, episode")
    run.change(total_steps=100)
    assert figures(run, 0.9)["where"].startswith(
        "Environment step 150 with a budget of 100, episode"
    )


def test_the_learning_rate_that_is_in_force_is_shown() -> None:
    run = Run([SMALL.replace(total_steps=100, learning_rate=0.02, learning_rate_end=0.01)])
    assert figures(run, 0.9)["numbers"]["learning_rate"][1] == "0.02"
    run.trainer.run(max_steps=50)
    assert figures(run, 0.9)["numbers"]["learning_rate"][1] == "0.015"
    run.change(learning_rate=0.04)
    assert figures(run, 0.9)["numbers"]["learning_rate"][1] == "0.025"


@pytest.mark.parametrize("step", [0, 30, 90])
def test_epsilon_is_that_of_the_next_step(step: int) -> None:
    values = {"epsilon_start": 0.9, "epsilon_end": 0.1, "epsilon_decay": 60}
    linear = Run([SMALL.replace(epsilon_schedule="linear", **values)])
    falling = Run([SMALL.replace(epsilon_schedule="exponential", **values)])
    for run in (linear, falling):
        run.trainer.run(max_steps=step)
    expected = {
        linear: max(0.1, 0.9 - 0.8 * step / 60),
        falling: 0.1 + 0.8 * math.exp(-step / 60),
    }
    for run, epsilon in expected.items():
        shown = figures(run, 0.9)["numbers"]["epsilon"][1]
        assert float(shown) == pytest.approx(epsilon, abs=6e-4)


def test_the_solved_line_and_its_text_are_the_environments_threshold() -> None:
    run = Run([SMALL.replace(evaluation_episodes=1)])
    assert "solve" not in figures(run, 0.9)["where"]
    run.trainer.evaluate()
    threshold = gymnasium.spec("CartPole-v1").reward_threshold
    assert f"solved when the greedy return reaches {threshold:g}" in figures(run, 0.9)["where"]
    run.trainer.evaluations.solved_at = 7
    assert figures(run, 0.9)["where"].endswith("solved at step 7")


def test_taxi_is_solved_where_its_optimum_allows_it_and_its_chart_shows_both() -> None:
    run = Run([SMALL.replace(env_id="Taxi-v4", evaluation_episodes=1, max_episode_steps=20)])
    run.trainer.evaluate()
    assert "solved when the greedy return reaches 7.5" in figures(run, 0.9)["where"]
    labels = {line.label: line.y for line in _panels(run, [], None, Link())[0].references}
    assert labels == {"solved": 7.5, "optimum 7.9": 7.93}
