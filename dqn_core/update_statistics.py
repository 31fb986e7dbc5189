"""What the newest update tells: the columns of the table of updates."""

import math
from collections.abc import Iterator, Sequence

from dqn_core.diagnostics import health
from dqn_core.history import OF_LAYERS
from dqn_core.learner import Learner
from dqn_core.masks import among
from dqn_core.replay import ReplayBuffer


def update_statistics(
    learner: Learner, replay: ReplayBuffer, members: Sequence[int]
) -> Iterator[tuple[int, dict[str, float]]]:
    """What the newest update tells of each of these members, where all of it is finite."""
    columns = _columns(learner, replay)
    for p in members:
        row = {name: values[p] for name, values in columns.items()}
        if all(map(math.isfinite, row.values())):
            yield p, dict.fromkeys(OF_LAYERS, math.nan) | row


def _columns(learner: Learner, replay: ReplayBuffer) -> dict[str, list[float]]:
    """One value a member for each column that the newest update gives."""
    last = learner.last
    assert last is not None
    ranks = last.td_errors.new_tensor([0.1, 0.5, 0.9])
    p10, p50, p90 = last.td_errors.abs().quantile(ranks, dim=1).tolist()
    return {
        "loss": learner.loss().tolist(),
        "mean_q": among(last.q_values, last.batch.allowed).amax(-1).mean(1).tolist(),
        "gradient_norm": learner.gradient_norm[:, 0].tolist(),
        "td_error_p10": p10,
        "td_error_p50": p50,
        "td_error_p90": p90,
        **health(learner, replay),
        "learning_rate": list(learner.learning_rates),
    }
