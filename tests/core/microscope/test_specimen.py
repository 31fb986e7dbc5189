"""A copy of a run under the microscope: what it does is what the run does, and back is back."""

from functools import cache
from typing import Any

import numpy as np
import pytest
import torch

from dqn_core import Agent, DQNConfig, Trainer
from dqn_core.microscope.specimen import Act, Specimen
from dqn_core.microscope.update import Update
from tests.core.small_runs import SMALL, assert_bit_equal, fingerprint, trained, weights

KINDS: dict[str, dict[str, Any]] = {
    "plain": {"double_dqn": False},
    "several updates a step": {"train_frequency": 4, "gradient_steps": 3},
    "double, n-step, prioritised": {
        "double_dqn": True,
        "n_step": 3,
        "sampling": "prioritised",
        "tau": 1.0,
        "target_update_period": 7,
    },
    "categorical": {"head": "categorical", "dueling": True},
    "quantile": {"head": "quantile", "sampling": "prioritised"},
    "munchausen": {"munchausen": True},
    "noisy": {"noisy": True, "double_dqn": True, "layer_norm": True},
    "indices and masks": {"env_id": "Taxi-v4", "action_masks": True},
}


run_after = cache(trained)  # which nobody trains on


def specimen(steps: int = 60, **values: Any) -> Specimen:
    return Specimen(run_after(steps, **values).state_without_history())


def state(specimen: Specimen) -> dict[str, Any]:
    """Without what a clock says."""
    return {n: v for n, v in specimen.trainer.state_without_history().items() if n != "seconds"}


def newest(specimen: Specimen) -> Update:
    assert specimen.update is not None
    return specimen.update


@pytest.fixture(params=list(KINDS.values()), ids=list(KINDS))
def looked_at(request: pytest.FixtureRequest) -> Specimen:
    """After an update of each kind of learner."""
    of_kind = specimen(**request.param)
    of_kind.advance("update")
    return of_kind


def test_the_copy_makes_the_steps_that_the_run_makes_next() -> None:
    run = trained(60, train_frequency=4, gradient_steps=3)
    copy = Specimen(run.state_without_history())
    for act in ("update", "step", "update", "update", "step"):
        copy.advance(act)
    run.run(max_steps=copy.trainer.env_step - run.env_step)
    copy.trainer.run(max_steps=0)  # the updates that are still due
    assert torch.equal(weights(run), weights(copy.trainer))
    assert run.gradient_updates == copy.trainer.gradient_updates


def test_looking_leaves_the_run_as_it_is() -> None:
    run = trained(60)
    before = fingerprint(run)
    Specimen(run.state_without_history()).advance("update")
    assert fingerprint(run) == before


def test_a_copy_that_follows_is_a_new_copy(looked_at: Specimen) -> None:
    """With nothing left of what was done with it, and nothing taken over from the run before."""
    run = Trainer.from_state(looked_at.trainer.state_dict())
    run.run(max_steps=9)
    looked_at.advance("copy")
    looked_at.follow(run.state_without_history())
    assert (looked_at.step, looked_at.update, looked_at.has_copied) == (None, None, False)
    assert not looked_at.can_go_back
    new = Specimen(run.state_without_history())
    assert_bit_equal(state(looked_at), state(new))
    for of_run in (looked_at, new):
        of_run.advance("update")
    assert_bit_equal(state(looked_at), state(new))
    np.testing.assert_array_equal(newest(looked_at).targets, newest(new).targets)


@pytest.mark.parametrize("act", ["step", "update", "copy"])
def test_back_and_forward_is_the_identity(act: Act, looked_at: Specimen) -> None:
    before, update = state(looked_at), looked_at.update
    looked_at.advance(act)
    after, step = state(looked_at), looked_at.step
    looked_at.back()
    assert_bit_equal(state(looked_at), before)
    assert looked_at.update is update
    looked_at.forward()
    assert_bit_equal(state(looked_at), after)
    assert looked_at.step is step
    assert not looked_at.can_go_forward


def test_the_same_act_after_a_way_back_comes_to_the_same(looked_at: Specimen) -> None:
    looked_at.advance("update")
    first = state(looked_at)
    looked_at.back()
    looked_at.advance("update")
    assert_bit_equal(state(looked_at), first)


def test_each_number_shown_is_the_one_that_the_update_used(looked_at: Specimen) -> None:
    learner, shown = looked_at.trainer.learner, newest(looked_at)
    last = learner.last
    assert last is not None
    for mine, theirs in (
        (shown.observations, last.batch.observations),
        (shown.actions, last.batch.actions.squeeze(-1)),
        (shown.rewards, last.batch.rewards),
        (shown.discounts, last.batch.discounts),
        (shown.td_errors, last.td_errors),
        (shown.losses, last.losses),
        (shown.q, last.q_values),
    ):
        np.testing.assert_array_equal(mine, theirs[0].numpy())
    assert shown.loss == float(learner.loss()[0])
    assert shown.gradient_norm == float(learner.gradient_norm[0, 0])
    np.testing.assert_array_equal(
        shown.of_online[-1].ravel(), last.outputs[0].flatten().numpy(), "of the same network"
    )
    if not last.head.atoms:
        np.testing.assert_array_equal(shown.targets, last.targets[0].numpy())


@pytest.mark.parametrize("values", [KINDS["plain"], KINDS["double, n-step, prioritised"]], ids=str)
def test_the_equation_holds_in_the_numbers_shown(values: dict[str, Any]) -> None:
    of_run = specimen(**values)
    of_run.advance("update")
    shown = newest(of_run)
    rows = np.arange(len(shown.best))
    following = shown.next_q[rows, shown.best]
    np.testing.assert_array_equal(shown.rewards + shown.discounts * following, shown.targets)
    np.testing.assert_array_equal(shown.q[rows, shown.actions] - shown.targets, shown.td_errors)
    assert not shown.discounts[shown.returns.terminated].any(), "nothing follows a termination"
    assert (shown.discounts[~shown.returns.terminated] > 0).all()
    powers = 0.99 ** np.arange(shown.returns.rewards.shape[1])
    np.testing.assert_allclose((shown.returns.rewards * powers).sum(1), shown.rewards, rtol=1e-6)


def test_the_q_values_after_an_update_are_those_of_the_moved_network(
    looked_at: Specimen,
) -> None:
    learner, shown = looked_at.trainer.learner, newest(looked_at)
    if learner.online.shape.noisy:
        assert shown.q_after is None, "with noise it is another network at each use"
        return
    assert learner.last is not None
    observations = learner.last.batch.observations
    after = Agent(looked_at.trainer.config, learner.online.copy(), 0)
    assert shown.q_after is not None
    np.testing.assert_allclose(
        shown.q_after, after.q_values(observations[0].numpy()), rtol=1e-4, atol=1e-5
    )
    assert (shown.q_after != shown.q).any()


def test_the_shares_of_a_loss_are_weighted_and_make_a_whole(looked_at: Specimen) -> None:
    shown = newest(looked_at)
    weights = np.ones_like(shown.losses) if shown.weights is None else shown.weights
    np.testing.assert_allclose(
        shown.shares, weights * shown.losses / (weights * shown.losses).sum(), rtol=1e-5
    )
    assert shown.shares.sum() == pytest.approx(1)


def test_the_dice_shown_are_those_that_decided() -> None:
    of_run = specimen(epsilon_end=0.5)
    for _ in range(20):
        of_run.advance("step")
        step = of_run.step
        assert step is not None
        random_action = int(step.dice[1] * 2)
        assert step.action == (random_action if step.is_random else step.q_values.argmax())


def test_a_step_and_the_update_after_it_are_apart() -> None:
    of_run = specimen()
    of_run.advance("step")
    assert (of_run.trainer.env_step, of_run.trainer.gradient_updates) == (61, 51)
    of_run.advance("update")
    assert (of_run.trainer.env_step, of_run.trainer.gradient_updates) == (61, 52)


@pytest.mark.parametrize(
    ("unit", "period"), [("gradient_updates", 7), ("env_steps", 5), ("episodes", 1)]
)
def test_a_target_copy_is_gone_on_to_whatever_its_clock(unit: str, period: int) -> None:
    of_run = specimen(tau=1.0, target_update_unit=unit, target_update_period=period)
    learner = of_run.trainer.learner
    for _ in range(3):
        before = learner.target.parameters.clone()
        of_run.advance("copy")
        assert of_run.has_copied
        assert not torch.equal(learner.target.parameters, before)


def test_what_takes_long_is_gone_on_with() -> None:
    of_run = Specimen(Trainer(SMALL).state_without_history())
    calls = 1
    while not of_run.advance("update", seconds=0, is_new=calls == 1):
        calls += 1
    assert of_run.trainer.env_step == SMALL.learning_starts
    assert calls == SMALL.learning_starts + 1
    of_run.back()
    assert of_run.trainer.env_step == 0


def test_of_a_run_that_is_over_the_next_update_is_seen_all_the_same() -> None:
    run = trained(100, total_steps=100)
    assert run.finished()
    of_run = Specimen(run.state_without_history())
    of_run.advance("update")
    assert newest(of_run).learning_rate == pytest.approx(SMALL.learning_rate_end)


def test_what_was_too_much_is_forgotten_from_the_oldest_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dqn_core.microscope.specimen.MOST_BYTES", 0)
    of_run = specimen()
    for _ in range(3):
        of_run.advance("step")
    of_run.back()
    assert of_run.trainer.env_step == 62
    assert not of_run.can_go_back


def test_what_the_updates_were_made_of_counts_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch with the units of two networks may be larger than the run itself."""
    monkeypatch.setattr("dqn_core.microscope.specimen.MOST_BYTES", 200_000)
    of_run = specimen(batch_size=60, hidden_dims="64")
    for _ in range(10):
        of_run.advance("update")
    ways_back = 0
    while of_run.can_go_back:
        of_run.back()
        ways_back += 1
    assert 1 < ways_back < 8


def test_one_member_of_several_is_looked_at() -> None:
    trainer = Trainer([SMALL.replace(seed=seed) for seed in (3, 4)])
    trainer.run(max_steps=60)
    of_run = Specimen(trainer.state_without_history())
    of_run.advance("update")
    alone = Specimen(trained(60, seed=3).state_without_history())
    alone.advance("update")
    np.testing.assert_array_equal(newest(of_run).targets, newest(alone).targets)
    assert isinstance(of_run.trainer.config, DQNConfig)
