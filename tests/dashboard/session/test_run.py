"""A run as the page sees it: commands between two steps, its pace, its place among others."""

import itertools
import threading
import time

import numpy as np
import pytest
import torch

from dashboard.session.links import MOST_MEMBERS
from dashboard.session.motion import SLICE_SECONDS
from dashboard.session.run import MOST_PASSED, Run, Status
from dashboard.web.slots import Slots
from dqn_core import DQNConfig, LabError
from dqn_core.environments import Environment
from tests.dashboard.runs import SMALL, advance


def test_a_new_run_trains_only_once_started() -> None:
    run = Run([SMALL])
    run.advance(Slots(1))
    assert (run.status, run.trainer.env_step) == (Status.READY, 0)
    run.start()
    advance(run, 100)
    assert run.trainer.env_step >= 100


def test_one_step_is_one_environment_step_and_then_a_pause() -> None:
    run = Run([SMALL])
    run.step()
    advance(run, 10)
    assert (run.status, run.trainer.env_step) == (Status.PAUSED, 1)


def test_one_episode_ends_with_the_episode() -> None:
    run = Run([SMALL])
    run.episode()
    advance(run, 10_000)
    assert run.status is Status.PAUSED
    assert run.trainer.episodes == [1]
    assert run.trainer.current_length() == 0


def test_slow_motion_makes_no_more_steps_than_its_speed() -> None:
    run = Run([SMALL])
    run.steps_per_second = 20
    run.start()
    slots, started = Slots(1), time.monotonic()
    while time.monotonic() - started < 0.5:
        time.sleep(run.advance(slots))
    assert 1 <= run.trainer.env_step <= 20 * (time.monotonic() - started) + 2


def test_slow_motion_waits_a_whole_period_before_the_second_step_also_after_full_speed() -> None:
    run, slots = Run([SMALL]), Slots(1)
    run.start()
    advance(run, 40)
    run.steps_per_second = 0.02
    run.advance(slots)
    made = run.trainer.env_step
    assert run.advance(slots) > 0
    assert run.trainer.env_step == made
    assert run.measured_speed == 0, "what was measured was another speed"


def test_slow_motion_slows_steps_and_not_the_updates_and_evaluations_that_belong_to_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "dashboard.session.motion.SLICE_SECONDS", 0.005
    )  # a round takes several slices
    run = Run([SMALL.replace(learning_starts=1, gradient_steps=50, evaluation_period=1)])
    run.steps_per_second = 0.02
    run.start()
    slots, started = Slots(1), time.monotonic()
    waited = run.advance(slots)
    while not waited:
        assert time.monotonic() - started < 120
        waited = run.advance(slots)
    assert run.trainer.env_step == 1
    assert run.trainer.gradient_updates == 50
    assert len(run.history.evaluations) == 1


def test_of_many_passed_agents_the_first_and_the_newest_stay_and_the_rest_are_spread() -> None:
    run = Run([SMALL.replace(evaluation_period=10, evaluation_episodes=1, total_steps=2_000)])
    for _ in range(MOST_PASSED + 5):
        run.trainer.run(max_steps=10)
        run._keep_passed()
    steps = [agent.env_steps for agent in run.passed_agents]
    assert steps[0] == 0
    assert steps[-1] == 10 * (MOST_PASSED + 5)
    assert len(steps) <= MOST_PASSED
    gaps = np.diff(steps)
    assert gaps.max() <= 2 * gaps.min()


def test_a_step_budget_finishes_the_run_and_a_larger_one_opens_it_again() -> None:
    run = Run([SMALL.replace(total_steps=100)])
    run.start()
    advance(run, 1_000)
    assert run.status is Status.FINISHED
    assert "100 environment steps" in run.message
    run.change(total_steps=200)
    run.start()
    advance(run, 1_000)
    assert run.trainer.env_step == 200


def test_runs_beyond_the_slots_wait_in_the_order_in_which_they_came() -> None:
    slots = Slots(1)
    first, second, third = (Run([SMALL]) for _ in range(3))
    for run in (first, second, third):
        run.start()
        run.advance(slots)
    assert [run.status for run in (first, second, third)] == ["running", "waiting", "waiting"]
    assert [second.ahead, third.ahead] == [1, 2]
    first.pause()
    first.advance(slots)
    third.advance(slots)
    second.advance(slots)
    assert [run.status for run in (first, second, third)] == ["paused", "running", "waiting"]


def test_the_agent_is_kept_as_it_was_at_each_evaluation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = itertools.count(step=0.6 * SLICE_SECONDS)  # a slice has one evaluation at most
    monkeypatch.setattr("time.perf_counter", lambda: next(clock))
    run = Run([SMALL.replace(evaluation_period=50, evaluation_episodes=1)])
    run.start()
    advance(run, 220)
    run.pause()
    steps = [agent.env_steps for agent in run.passed_agents]
    assert steps == [0, *run.history.evaluations.columns()["env_step"]], "not some steps later"
    assert len(steps) > 3
    weights = [agent.network.parameters for agent in run.passed_agents]
    assert not torch.equal(weights[0], weights[-1])


def test_a_pause_while_the_run_asks_for_a_place_is_kept() -> None:
    run = Run([SMALL])

    class Full(Slots):
        def enter(self, run_id: str) -> int:
            run.pause()
            return 1

    run.start()
    run.advance(Full(1))
    assert run.status is Status.PAUSED


@pytest.mark.parametrize("way", ["step", "episode"])
def test_a_step_or_an_episode_ends_with_the_evaluation_that_is_due_and_no_further(
    way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "dashboard.session.motion.SLICE_SECONDS", 1e-4
    )  # far less than the evaluation takes
    run = Run([SMALL.replace(evaluation_period=1, evaluation_episodes=20)])
    getattr(run, way)()
    slices = 0
    while run.is_active:
        run.advance(Slots(1))
        slices += 1
    steps = 1 if way == "step" else run.history.episodes.columns()["length"][0]
    assert run.trainer.env_step == steps
    assert len(run.history.evaluations) == steps
    assert slices > 1


def test_a_page_has_so_much_memory_for_a_replay_buffer_whatever_the_server_has() -> None:
    widest = [DQNConfig(seed=seed, buffer_capacity=1_000_000) for seed in range(16)]
    Run(widest).close()
    crowd = [
        DQNConfig(seed=seed, buffer_capacity=1_000_000, hidden_dims="4, 4") for seed in range(30)
    ]
    with pytest.raises(LabError, match="30 × 1,000,000 transitions may take 1"):
        Run(crowd)
    run = Run([config.replace(buffer_capacity=1_000) for config in crowd])
    with pytest.raises(LabError, match="a page has 1 GiB: lower the buffer capacity"):
        run.change(buffer_capacity=1_000_000)
    assert run.config.buffer_capacity == 1_000
    run.close()


def test_the_heaviest_evaluation_leaves_the_interpreter_to_others_after_each_step(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The thread looks at its commands and lets pages be answered between two slices only."""
    made, own = 0, threading.get_ident()
    step = Environment.step

    def counted(environment: Environment, action: int) -> tuple[np.ndarray, float, bool, bool]:
        nonlocal made
        made += threading.get_ident() == own  # what earlier tests have begun may still be played
        return step(environment, action)

    monkeypatch.setattr(Environment, "step", counted)
    clock = itertools.count(step=0.6 * SLICE_SECONDS)  # as if each thing took more than half of it
    monkeypatch.setattr("time.perf_counter", lambda: next(clock))
    heaviest = SMALL.replace(
        evaluation_period=1, evaluation_episodes=1_000, max_episode_steps=100_000
    )
    run = Run([heaviest.replace(seed=seed) for seed in range(MOST_MEMBERS)])
    run.start()
    slots = Slots(1)
    for _ in range(100):
        made = 0
        run.advance(slots)
        assert made <= 256
    assert made > 0
    assert run.trainer.evaluations.is_under_way
