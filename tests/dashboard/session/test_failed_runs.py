"""Runs that diverge, and whose environment or program fails."""

import pytest

from dashboard.session.run import Run, Status
from dqn_core import Trainer
from tests.core.foreign import Foreign, fails_at, registered
from tests.dashboard.runs import SMALL, advance


def test_a_seed_that_diverges_is_named_and_the_others_go_on() -> None:
    run = Run([SMALL.replace(seed=seed, evaluation_period=100) for seed in (4, 5, 6)])
    run.start()
    advance(run, 200)
    run.trainer.learner.online.parameters[0] = float("nan")
    advance(run, 700)
    stop = run.trainer.stops[0]
    assert stop is not None
    assert run.status is Status.RUNNING
    assert run.stopped == [f"Seed 4 stopped: {stop.reason}"]
    assert all(agent.env_steps <= stop.env_step for agent in run.passed_agents)
    run.pause()
    run.episode()
    advance(run, 10_000)
    assert run.status is Status.PAUSED, "an episode of those that go on"
    assert run.trainer.current_length(1) == 0


def test_a_run_whose_seeds_have_all_diverged_has_failed_also_after_it_was_saved() -> None:
    run = Run([SMALL.replace(seed=seed) for seed in (4, 5)])
    run.start()
    advance(run, 200)
    run.trainer.learner.online.parameters.fill_(float("nan"))
    advance(run, 10_000)
    for failed in (run, Run(Trainer.from_state(run.state_dict()))):
        assert failed.status is Status.FAILED
        assert "no longer finite" in failed.message
        assert [sentence[:15] for sentence in failed.stopped] == [
            "Seed 4 stopped:",
            "Seed 5 stopped:",
        ]
        failed.start()
        assert failed.status is Status.FAILED


def test_a_failing_run_keeps_what_it_had_and_says_why() -> None:
    run = Run([SMALL])
    run.start()
    advance(run, 200)
    episodes = len(run.history.episodes)
    run.trainer.learner.online.parameters.fill_(float("nan"))
    advance(run, 10_000)
    assert run.status is Status.FAILED
    assert "no longer finite" in run.message
    assert len(run.history.episodes) >= episodes > 0
    run.start()
    assert run.status is Status.FAILED, "a failed run cannot be started again, only reset"


@pytest.mark.parametrize("members", [1, 2])
def test_a_run_whose_environment_fails_is_interrupted_and_can_be_resumed(members: int) -> None:
    with registered("Foreign-v0", lambda **_: Foreign(outcome=fails_at(450))) as env_id:
        run = Run([SMALL.replace(env_id=env_id, seed=seed) for seed in range(members)])
        run.start()
        advance(run, 10_000)
        assert (run.status, run.trainer.env_step) == (Status.INTERRUPTED, 449)
        assert run.message.startswith("Environment step 450")
        assert "Foreign-v0 failed at step 10 of an episode: RuntimeError: boom." in run.message
        assert len(run.history.episodes) == 44 * members
        inner = [environment.env.unwrapped for environment in run.trainer.environments]
        for resume in (run.step, run.episode, run.start):
            inner[0].calls = 449  # type: ignore[attr-defined]
            resume()
            advance(run, 10_000)
            assert (run.status, run.trainer.env_step) == (Status.INTERRUPTED, 449)
        for each in inner:
            each.calls = 450  # type: ignore[attr-defined]
        run.start()
        advance(run, 600)
        assert run.is_active


def test_an_error_inside_the_program_becomes_a_sentence() -> None:
    run = Run([SMALL])
    run.start()
    run.trainer.environments[0].close = None  # type: ignore[method-assign, assignment]
    run.trainer.environments[0].step = None  # type: ignore[method-assign, assignment]
    advance(run, 10)
    assert run.status is Status.FAILED
    assert "error inside the program" in run.message
