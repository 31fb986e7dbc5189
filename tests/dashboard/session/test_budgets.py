"""Which budget ends a run first, and when."""

from typing import Any

import pytest

from dashboard.session.budgets import first_to_end
from dashboard.session.run import Run, Status
from dashboard.train_page.figures import figures
from dqn_core import preset
from tests.core.small_runs import SMALL


def a_run(steps: int = 0, **values: Any) -> Run:
    run = Run([SMALL.replace(**values)])
    run.trainer.run(max_steps=steps)
    return run


def measured(run: Run, steps_a_second: float, training: float = 1.0) -> Run:
    """As if the last ten seconds had gone like that."""
    run._motion.pace.add(0.0, 0, 0.0)
    run._motion.pace.add(10.0, int(10 * steps_a_second), 10 * training)
    return run


def test_time_left_follows_from_the_measured_speed() -> None:
    run = a_run(total_steps=1_000)
    assert first_to_end(run).seconds_left is None
    assert first_to_end(measured(run, 100)).seconds_left == pytest.approx(10)


def test_the_notebook_shows_the_episodes_that_end_it() -> None:
    run = Run([preset("notebook")])
    assert first_to_end(run).label == "Episode budget"
    run.trainer.run(max_steps=400)
    measured(run, 400)
    budget, episodes = first_to_end(run), run.history.episodes.frame()
    assert (budget.label, budget.done, budget.total) == ("Episode budget", len(episodes), 200)
    left = (200 - len(episodes)) * episodes["length"].tail(10).mean() / 400
    assert budget.seconds_left == pytest.approx(left)
    shown = figures(run, 0.9)
    assert shown["budget"] == {"name": "Episode budget", "done": len(episodes), "total": 200}
    assert (
        f"episode {len(episodes) + 1} of 200 · the episode budget ends it first" in shown["where"]
    )


def test_the_step_budget_comes_first_where_the_episodes_are_long() -> None:
    run = measured(a_run(200, total_steps=300, total_episodes=1_000), 50)
    assert first_to_end(run).label == "Step budget"
    assert first_to_end(run).seconds_left == pytest.approx(2)


def test_a_time_budget_counts_training_alone() -> None:
    run = measured(a_run(20, total_seconds=60), 1, training=0.25)
    run.trainer.seconds = 30.0
    budget = first_to_end(run)
    assert (budget.label, budget.total) == ("Time budget", 60)
    assert budget.seconds_left == pytest.approx(120)
    assert "0:30 of 1:00 of training" in figures(run, 0.9)["where"]


def test_an_episode_beyond_the_last_one_is_never_named() -> None:
    run = a_run(1_000, total_episodes=3)
    assert run.trainer.finished()
    shown = figures(run, 0.9)
    assert "episode 3 of 3" in shown["where"]
    assert shown["budget"]["done"] == shown["budget"]["total"] == 3


def test_a_run_that_has_failed_or_ended_has_no_time_left() -> None:
    run = measured(a_run(20, total_steps=1_000), 100)
    assert figures(run, 0.9)["numbers"]["time_left"][1] == "0:09"
    run.status = Status.FAILED
    assert figures(run, 0.9)["numbers"]["time_left"][1] == "–"
    run.status = Status.FINISHED
    assert figures(run, 0.9)["numbers"]["time_left"][1] == "0:00"
