"""Changes of a run that is under way."""

import pytest
import torch

from dashboard.session.run import Run, Status
from dashboard.session.words import change_label
from dqn_core import LabError
from dqn_core.configuration.hyperparameter import Value
from tests.dashboard.runs import SMALL, advance, flat_state


def test_a_change_reaches_the_learner_and_not_only_the_page() -> None:
    run = Run([SMALL])
    run.start()
    advance(run, 60)
    run.change(gamma=0.5, learning_rate=0.02)
    assert run.trainer.gamma.tolist() == [[0.5]]
    assert run.trainer.learner.learning_rates == [pytest.approx(0.02)]
    assert run.change_labels() == ["γ 0.99 → 0.5", "α 0.001 → 0.02"]
    assert set(run.history.changes.columns()["env_step"]) == {run.trainer.env_step}


def test_setting_a_value_it_has_already_is_no_change_and_copies_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = Run([SMALL])
    monkeypatch.setattr(run.trainer, "state_dict", lambda: pytest.fail("the state was copied"))
    assert not run.change(gamma=SMALL.gamma)
    assert not run.change()


def test_a_refused_change_leaves_everything_as_it_was() -> None:
    run = Run([SMALL])
    run.start()
    advance(run, 40)
    before = flat_state(run)
    with pytest.raises(LabError, match="gamma must be 0 to 1"):
        run.change(gamma=3.0)
    assert torch.equal(flat_state(run), before)
    assert (run.config, run.change_labels()) == (SMALL, [])


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


def test_a_run_on_another_device_is_looked_at_as_on_the_processor(device: str) -> None:
    run = Run([SMALL.replace(device="cuda")])
    run.start()
    advance(run, 100)
    run.pause()
    assert run.trainer.learner.online.parameters.device.type == device
    seen = run.copy_of(0, recent=10)
    assert seen.agent.network.parameters.device.type == "cpu"
    assert seen.recent.shape == (10, 4)
