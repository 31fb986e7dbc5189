"""A run as the page sees it: commands between two steps, changes and the way back, failure."""

import itertools
import threading
import time

import numpy as np
import pytest
import torch

from dashboard.session.links import MOST_MEMBERS
from dashboard.session.restore_points import MOST_KEPT
from dashboard.session.run import MOST_SNAPSHOTS, SLICE_SECONDS, Run, Status
from dashboard.session.words import change_label
from dashboard.web.slots import Slots
from dashboard.web.turnstile import Turnstile
from dqn_core import DQNConfig, LabError, Trainer
from dqn_core.environments import Environment
from dqn_core.hyperparameter import Value
from tests.core.foreign import Foreign, fails_at, registered

SMALL = DQNConfig(
    gamma=0.99,
    learning_rate=1e-3,
    train_frequency=1,
    hidden_dims="8, 8",
    batch_size=8,
    learning_starts=20,
    buffer_capacity=500,
    evaluation_period=0,
)


def advance(run: Run, until_step: int) -> None:
    slots = Slots(1)
    while run.is_active and run.trainer.env_step < until_step:
        run.advance(slots)


def flat_state(run: Run) -> torch.Tensor:
    learner = run.state_dict()["learner"]
    tensors = [part for _, part in sorted(learner.items()) if isinstance(part, torch.Tensor)]
    return torch.cat([tensor.flatten() for tensor in tensors])


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
    run.steps_per_second = 0.5
    run.advance(slots)
    made = run.trainer.env_step
    assert run.advance(slots) > 0
    assert run.trainer.env_step == made
    assert run.measured_speed == 0, "what was measured was another speed"


def test_slow_motion_slows_steps_and_not_the_updates_and_evaluations_that_belong_to_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "dashboard.session.run.SLICE_SECONDS", 0.005
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


def test_a_change_reaches_the_learner_and_not_only_the_page() -> None:
    run = Run([SMALL])
    run.start()
    advance(run, 60)
    run.change(gamma=0.5, learning_rate=0.02)
    assert run.trainer.gamma.tolist() == [[0.5]]
    assert run.trainer.learner.learning_rates == [pytest.approx(0.02)]
    assert run.change_labels() == ["γ 0.99 → 0.5", "α 0.001 → 0.02"]
    assert set(run.tables()["changes"]["env_step"]) == {run.trainer.env_step}


def test_setting_a_value_it_has_already_is_no_change_and_copies_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = Run([SMALL])
    monkeypatch.setattr(run.trainer, "state_dict", lambda: pytest.fail("the state was copied"))
    assert not run.change(gamma=SMALL.gamma)
    assert not run.change()
    assert run.restore_points == []


def test_undo_keeps_no_more_points_and_bytes_than_it_may_and_always_the_newest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = Run([SMALL])
    values = [0.5 + step / 100 for step in range(MOST_KEPT + 3)]
    for gamma in values:
        run.change(gamma=gamma)
    assert len(run.restore_points) == MOST_KEPT
    run.undo(0)
    assert run.config.gamma == values[2], "the oldest went first"
    monkeypatch.setattr("dashboard.session.restore_points.MOST_BYTES", 1)
    for gamma in (0.1, 0.2):
        run.change(gamma=gamma)
    assert len(run.restore_points) == 1
    run.undo(0)
    assert run.config.gamma == 0.1


def test_of_many_snapshots_the_first_and_the_newest_stay_and_the_rest_are_spread() -> None:
    run = Run([SMALL.replace(evaluation_period=10, evaluation_episodes=1, total_steps=2_000)])
    for _ in range(MOST_SNAPSHOTS + 5):
        run.trainer.run(max_steps=10)
        run._keep_snapshot()
    steps = [agent.env_steps for agent in run.snapshots]
    assert steps[0] == 0
    assert steps[-1] == 10 * (MOST_SNAPSHOTS + 5)
    assert len(steps) <= MOST_SNAPSHOTS
    gaps = np.diff(steps)
    assert gaps.max() <= 2 * gaps.min()


def test_a_refused_change_leaves_everything_as_it_was() -> None:
    run = Run([SMALL])
    run.start()
    advance(run, 40)
    before = flat_state(run)
    with pytest.raises(LabError, match="gamma must be 0 to 1"):
        run.change(gamma=3.0)
    assert torch.equal(flat_state(run), before)
    assert (run.config, run.restore_points) == (SMALL, [])


def test_undo_gives_the_bit_equal_earlier_state_and_the_same_way_on() -> None:
    run = Run([SMALL])
    run.start()
    advance(run, 100)
    run.pause()
    at, before = run.trainer.env_step, flat_state(run)
    run.change(gamma=0.5)
    run.start()
    advance(run, at + 100)
    old_id, old_trend = run.id, run.trend(0)
    run.undo(0)
    assert run.trend(0) is not old_trend, "which holds rows that are gone"
    assert (run.trainer.env_step, run.status) == (at, Status.PAUSED)
    assert torch.equal(flat_state(run), before)
    assert run.config == SMALL
    assert run.id != old_id, "the curves must be drawn anew"

    straight = Run([SMALL])
    for trainer in (run.trainer, straight.trainer):
        trainer.run(max_steps=at + 150 - trainer.env_step)
    assert torch.equal(flat_state(run), flat_state(straight))


def test_a_larger_budget_says_where_the_learning_rate_goes() -> None:
    falling = SMALL.replace(learning_rate=1e-3, learning_rate_end=1e-5, total_steps=100)
    run = Run([falling])
    run.start()
    advance(run, 100)
    assert run.status is Status.FINISHED
    run.change(total_steps=200)
    assert run.message == ("α falls over the step budget, so it changes from 0.00001 to 0.000505.")
    run.change(gamma=0.9)
    run.start()
    assert run.message == ""


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


def test_a_seed_that_diverges_is_named_and_the_others_go_on() -> None:
    run = Run([SMALL.replace(seed=seed, evaluation_period=100) for seed in (4, 5, 6)])
    run.start()
    advance(run, 200)
    run.change(tau=0.01)
    run.trainer.learner.online.parameters[0] = float("nan")
    advance(run, 700)
    stop = run.trainer.stops[0]
    assert stop is not None
    assert run.status is Status.RUNNING
    assert run.stopped == [f"Seed 4 stopped: {stop.reason}"]
    assert all(snapshot.env_steps <= stop.env_step for snapshot in run.snapshots)
    run.pause()
    run.episode()
    advance(run, 10_000)
    assert run.status is Status.PAUSED, "an episode of those that go on"
    assert run.trainer.current_length(1) == 0
    run.undo(0)
    assert run.stopped == []
    run.redo()
    assert len(run.stopped) == 1


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


def test_a_change_before_a_failure_can_be_undone_after_it() -> None:
    with registered("Foreign-v0", lambda **_: Foreign(outcome=fails_at(100))) as env_id:
        run = Run([SMALL.replace(env_id=env_id)])
        run.start()
        advance(run, 50)
        run.change(gamma=0.5)
        advance(run, 10_000)
        assert run.status is Status.INTERRUPTED
        run.undo(0)
        assert (run.status, run.config.gamma) == (Status.PAUSED, 0.99)
        assert 50 <= run.trainer.env_step < 99


def test_an_error_inside_the_program_becomes_a_sentence() -> None:
    run = Run([SMALL])
    run.start()
    run.trainer.environments[0].close = None  # type: ignore[method-assign, assignment]
    run.trainer.environments[0].step = None  # type: ignore[method-assign, assignment]
    advance(run, 10)
    assert run.status is Status.FAILED
    assert "error inside the program" in run.message


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


def test_a_snapshot_of_the_agent_is_kept_at_each_evaluation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = itertools.count(step=0.6 * SLICE_SECONDS)  # a slice has one evaluation at most
    monkeypatch.setattr("dqn_core.trainer.time.perf_counter", lambda: next(clock))
    run = Run([SMALL.replace(evaluation_period=50, evaluation_episodes=1)])
    run.start()
    advance(run, 220)
    run.pause()
    steps = [agent.env_steps for agent in run.snapshots]
    assert steps == [0, *run.history.evaluations.columns()["env_step"]], "not some steps later"
    assert len(steps) > 3
    weights = [agent.network.parameters for agent in run.snapshots]
    assert not torch.equal(weights[0], weights[-1])


def test_a_page_gets_its_turn_while_the_trainer_hurries() -> None:
    turnstile, asked = Turnstile(), threading.Event()
    order: list[str] = []

    def train() -> None:
        for _ in range(3):
            with turnstile.for_trainer():
                order.append("slice")
                asked.wait(120)

    def ask() -> None:
        with turnstile.for_page():
            order.append("page")

    trainer, page = threading.Thread(target=train), threading.Thread(target=ask)
    trainer.start()
    while not order:
        time.sleep(0.001)
    page.start()
    while not turnstile._asking:
        time.sleep(0.001)
    asked.set()
    trainer.join()
    page.join()
    assert order == ["slice", "page", "slice", "slice"], "only the slice under way goes first"


@pytest.mark.parametrize(
    ("name", "old", "new", "label"),
    [
        ("gamma", 0.99, 0.9, "γ 0.99 → 0.9"),
        ("double_dqn", True, False, "Double DQN on → off"),
        ("buffer_capacity", 50_000, 1_000, "N 50,000 → 1,000"),
        ("target_update_unit", "episodes", "env_steps", "Target update unit episodes → env steps"),
    ],
)
def test_changes_are_labelled_with_their_symbol(
    name: str, old: Value, new: Value, label: str
) -> None:
    assert change_label(name, old, new) == label


def test_undo_keeps_the_place_in_the_queue_and_takes_no_second_one() -> None:
    slots, run = Slots(1), Run([SMALL])
    run.start()
    run.advance(slots)
    run.change(gamma=0.5)
    run.undo(0)
    run.start()
    run.advance(slots)
    assert run.ahead == 0
    slots.leave(run.place)
    assert slots.enter("another") == 0


def test_a_second_click_on_undo_is_nothing() -> None:
    run = Run([SMALL])
    run.start()
    advance(run, 20)
    run.change(gamma=0.5)
    run.undo(0)
    before = run.trainer.env_step
    run.undo(0)
    assert run.trainer.env_step == before
    assert run.restore_points == []


def test_undo_says_so_where_the_episode_could_not_be_restored(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dqn_core.interaction.restores_exactly", lambda *_: False)
    run = Run([SMALL])
    run.start()
    advance(run, 20)
    run.change(gamma=0.5)
    run.undo(0)
    assert run.message.endswith("cannot be resumed in mid-episode: a new episode was started.")


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
        "dashboard.session.run.SLICE_SECONDS", 1e-4
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


def test_a_run_on_another_device_is_looked_at_and_undone_as_on_the_processor(device: str) -> None:
    run = Run([SMALL.replace(device="cuda")])
    run.start()
    advance(run, 100)
    run.pause()
    assert run.trainer.learner.online.parameters.device.type == device
    seen = run.look(0, recent=10)
    assert seen.agent.network.parameters.device.type == "cpu"
    assert seen.recent.shape == (10, 4)
    before = flat_state(run)
    run.change(gamma=0.5)
    run.start()
    advance(run, 200)
    run.undo(0)
    assert torch.equal(flat_state(run).cpu(), before.cpu())


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
    assert not run.restore_points
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
    monkeypatch.setattr("dqn_core.trainer.time.perf_counter", lambda: next(clock))
    heaviest = SMALL.replace(
        evaluation_period=1, evaluation_episodes=1_000, max_episode_steps=100_000
    )
    run = Run([heaviest.replace(seed=seed) for seed in range(MOST_MEMBERS)])
    run.start()
    slots = Slots(1)
    for _ in range(100):
        made = 0
        run.advance(slots)
        assert 0 < made <= 256
    assert run.trainer.evaluations.is_under_way
