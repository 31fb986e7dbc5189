"""What the training loop writes into the history."""

import numpy as np
import pytest

from dqn_core.diagnostics import target_distance
from dqn_core.trainer import STATISTICS_PERIOD
from tests.core.small_runs import trained


def test_episodes_in_the_history_add_up_to_the_steps_made() -> None:
    trainer = trained(400, max_episode_steps=20)
    frame = trainer.history.episodes.frame()
    assert frame["episode"].tolist() == list(range(1, len(frame) + 1))
    assert trainer.episodes == [len(frame)]
    assert frame["length"].cumsum().tolist() == frame["env_step"].tolist()
    assert frame["return"].tolist() == frame["length"].tolist()
    assert frame["length"].sum() + trainer.current_length() == 400
    assert (frame["length"][~frame["terminated"]] == 20).all()
    assert frame["seconds"].is_monotonic_increasing


def test_update_statistics_are_those_of_the_update_they_name() -> None:
    trainer = trained(10 + STATISTICS_PERIOD)
    frame = trainer.history.updates.frame()
    assert frame["gradient_update"].tolist() == [1, 1 + STATISTICS_PERIOD]
    learner, last = trainer.learner, trainer.learner.last
    assert last is not None
    final = frame.iloc[-1]
    assert final["env_step"] == trainer.env_step
    assert final["loss"] == pytest.approx(learner.loss().item(), rel=1e-6)
    assert final["mean_q"] == pytest.approx(last.q_values.amax(-1).mean().item(), rel=1e-6)
    assert final["gradient_norm"] == pytest.approx(learner.gradient.parameters.norm().item())
    quantiles = np.quantile(last.td_errors.abs().numpy(), [0.1, 0.5, 0.9])
    np.testing.assert_allclose(
        final[["td_error_p10", "td_error_p50", "td_error_p90"]].astype(float), quantiles, rtol=1e-5
    )


def test_the_lag_of_a_target_that_is_copied_now_and_then_is_seen_at_all_its_sizes() -> None:
    for period in (20, 50, 100):
        updates = range(1, 1 + period * STATISTICS_PERIOD, STATISTICS_PERIOD)
        assert {update % period for update in updates} == set(range(period))
    copied = {"target_update_unit": "gradient_updates", "target_update_period": 20}
    trainer = trained(10, **copied, tau=1.0)
    lags = []
    while trainer.env_step < 1_000:
        trainer.run(max_steps=1)
        lags.append(target_distance(trainer.learner).item())
    recorded = trainer.history.updates.columns()["target_distance"]
    assert np.mean(recorded) == pytest.approx(np.mean(lags), rel=0.3)


@pytest.mark.parametrize("clipping", ["norm", "value"])
def test_the_gradient_norm_is_that_before_clipping(clipping: str) -> None:
    free, clipped = (
        trained(11, gradient_clipping=way, gradient_clip=1e-3) for way in ("none", clipping)
    )
    norms = [run.history.updates.columns()["gradient_norm"].tolist() for run in (free, clipped)]
    assert norms[0] == norms[1]
    assert norms[0][0] > 1e-2
