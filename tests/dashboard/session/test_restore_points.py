"""Changes of a run, and the way back."""

import pytest
import torch

from dashboard.session.restore_points import MOST_KEPT
from dashboard.session.run import Run, Status
from dashboard.session.words import change_label
from dashboard.web.slots import Slots
from dqn_core import LabError
from dqn_core.hyperparameter import Value
from tests.core.foreign import Foreign, fails_at, registered
from tests.dashboard.runs import SMALL, advance, flat_state


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
