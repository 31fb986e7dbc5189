"""A run that goes on as several, each with another value."""

from typing import Any

import pytest
import torch

from dqn_core import DQNConfig, Trainer
from dqn_core.base.errors import ConfigurationError
from dqn_core.forking import forked, of_members
from tests.core.small_runs import SMALL, targets, trained, weights

MIDDLE, END = 137, 260
KINDS: list[dict[str, Any]] = [
    {},
    {"sampling": "prioritised", "evaluation_period": 50},
    {"noisy": True, "head": "categorical", "value_high": 100.0},
]


def lived(trainer: Trainer) -> list[Any]:
    """Weights, transitions, and what was recorded of episodes, evaluations and changes."""
    tables = trainer.history.frames()
    return [
        weights(trainer).tolist(),
        targets(trainer).tolist(),
        trainer.replay.state_dict()["rows"].tolist(),
        *(
            tables[name].drop(columns="seconds").to_dict("list")
            for name in ("episodes", "evaluations", "changes")
        ),
    ]


@pytest.mark.parametrize("values", KINDS, ids=["plain", "prioritised", "noisy categorical"])
def test_a_fork_has_the_bits_of_the_run_and_of_the_run_in_which_the_value_was_changed(
    values: dict[str, Any],
) -> None:
    run = trained(MIDDLE, **values)
    (race,) = forked(run, "gamma", [0.5, 0.99, 0.9])
    race.run(max_steps=END - MIDDLE)
    for member, gamma in enumerate((0.5, 0.99, 0.9)):
        alone = Trainer.from_state(run.state_dict())
        alone.change(gamma=gamma)
        alone.run(max_steps=END - MIDDLE)
        mine = Trainer.from_state(of_members(race.state_dict(), [member]))
        assert lived(mine) == lived(alone)
    run.run(max_steps=END - MIDDLE)
    assert torch.equal(weights(run)[0], weights(race)[1]), "nothing was changed for this one"


def test_each_seed_goes_on_with_each_value_in_the_order_of_the_values() -> None:
    run = Trainer([SMALL.replace(seed=seed) for seed in (4, 5)])
    run.run(max_steps=60)
    (race,) = forked(run, "learning_rate", [1e-3, 1e-2])
    assert [(c.learning_rate, c.seed) for c in race.configs] == [
        (1e-3, 4),
        (1e-3, 5),
        (1e-2, 4),
        (1e-2, 5),
    ]
    changes = race.history.changes.frame()
    assert changes["member"].tolist() == [2, 3], "the others have the value that they had"
    assert changes["env_step"].tolist() == [60, 60]
    rows = race.history.episodes.frame()
    assert (rows["env_step"].diff().dropna() >= 0).all()
    of_each = [rows.query("member == @p")["return"].tolist() for p in range(4)]
    assert of_each[:2] == of_each[2:]


def test_a_member_that_has_stopped_goes_no_further_in_a_fork_either() -> None:
    run = Trainer([SMALL.replace(seed=seed) for seed in (4, 5)])
    run.run(max_steps=20)
    run.cancel([0])
    (race,) = forked(run, "gamma", [0.5, 0.9])
    assert [config.seed for config in race.configs] == [5, 5]


@pytest.mark.parametrize(("name", "value"), [("hidden_dims", "4"), ("gamma", 2.0), ("seed", 1)])
def test_a_value_that_a_run_cannot_go_on_with_is_refused(name: str, value: Any) -> None:
    run = Trainer(DQNConfig.replace(SMALL, total_steps=500))
    with pytest.raises(ConfigurationError, match=name):
        forked(run, name, [getattr(run.config, name), value])


def test_a_value_that_members_share_is_a_run_of_its_own() -> None:
    run = Trainer([SMALL.replace(seed=seed) for seed in (4, 5)])
    run.run(max_steps=60)
    races = forked(run, "batch_size", [SMALL.batch_size, 4])
    assert [[c.batch_size for c in race.configs] for race in races] == [[8, 8], [4, 4]]
    run.run(max_steps=20)
    races[0].run(max_steps=20)
    assert torch.equal(weights(run), weights(races[0])), "nothing was changed for this one"
