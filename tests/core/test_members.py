"""Agents trained side by side: each as if it were alone."""

from typing import Any

import numpy as np
import pytest
import torch

from dqn_core import Trainer
from dqn_core.base.errors import ConfigurationError
from dqn_core.configuration.config import HYPERPARAMETERS
from dqn_core.random_streams import UniformStream
from tests.core.small_runs import SMALL

RUN = SMALL.replace(buffer_capacity=2_000, epsilon_decay=300, total_steps=2_000)

OWN: list[dict[str, Any]] = [
    {"seed": 0},
    {"seed": 1, "gamma": 0.9, "loss": "mse"},
    {"seed": 2, "learning_rate": 1e-2, "gradient_clipping": "value", "gradient_clip": 0.1},
    {"seed": 3, "target_update_unit": "episodes", "target_update_period": 2, "tau": 1.0},
    {"seed": 4, "target_update_unit": "env_steps", "target_update_period": 50, "tau": 0.5},
    {"seed": 5, "epsilon_schedule": "exponential", "epsilon_end": 0.2, "epsilon_decay": 50},
    {"seed": 6, "gradient_clipping": "none", "learning_rate_end": 1e-3},
]


def rows(trainer: Trainer, member: int = 0) -> torch.Tensor:
    kept: torch.Tensor = trainer.replay.state_dict()["rows"][member]
    return kept


def test_streams_of_a_member_do_not_depend_on_who_else_is_there() -> None:
    together = UniformStream([7, 8, 9], "exploration")
    alone = UniformStream([8], "exploration")
    for count in (1, 2, 64, 4_000, 5_000, 3):
        np.testing.assert_array_equal(together.take(count)[1], alone.take(count)[0])


def test_concerns_of_one_member_draw_from_streams_of_their_own() -> None:
    drawn = [UniformStream([0], concern).take(50)[0] for concern in ("exploration", "replay")]
    assert not np.array_equal(*drawn)


def test_exploring_members_live_through_exactly_what_they_would_alone() -> None:
    """Acting at random, a member's weights decide nothing: its data are equal to the bit."""
    configs = [RUN.replace(seed=seed, epsilon_end=1.0) for seed in range(4)]
    together = Trainer(configs)
    together.run(max_steps=400)
    for member, config in enumerate(configs):
        alone = Trainer(config)
        alone.run(max_steps=400)
        assert torch.equal(rows(together, member), rows(alone))
        mine = together.history.episodes.frame().query("member == @member")
        theirs = alone.history.episodes.frame()
        for name in ("env_step", "return", "length", "epsilon", "exploration_share"):
            assert mine[name].tolist() == theirs[name].tolist()


def test_a_members_weights_over_hundreds_of_updates_are_those_it_has_alone() -> None:
    configs = [RUN.replace(**{"epsilon_end": 1.0} | own) for own in OWN]
    configs = [config.replace(epsilon_start=1.0, epsilon_end=1.0) for config in configs]
    together = Trainer(configs)
    together.run(max_steps=410)
    assert together.gradient_updates == 401
    for member, config in enumerate(configs):
        alone = Trainer(config)
        alone.run(max_steps=410)
        assert torch.equal(rows(together, member), rows(alone))
        for mine, theirs in (
            (together.learner.online, alone.learner.online),
            (together.learner.target, alone.learner.target),
        ):
            assert torch.equal(mine.parameters[member], theirs.parameters[0])


@pytest.mark.parametrize(
    "values",
    [{"head": "categorical", "dueling": True}, {"head": "quantile"}, {"munchausen": True}],
    ids=str,
)
def test_members_of_every_head_have_the_weights_that_they_have_alone(
    values: dict[str, Any],
) -> None:
    own: list[dict[str, Any]] = [
        {"seed": 0},
        {"seed": 1, "gamma": 0.5},
    ]  # so that the atoms differ, too
    configs = [RUN.replace(**values, **of_member, epsilon_end=1.0) for of_member in own]
    together = Trainer(configs)
    together.run(max_steps=60)
    for member, config in enumerate(configs):
        alone = Trainer(config)
        alone.run(max_steps=60)
        mine, theirs = (
            together.learner.online.parameters[member],
            alone.learner.online.parameters[0],
        )
        assert torch.equal(mine, theirs)


def test_a_member_acting_greedily_goes_the_way_it_goes_alone() -> None:
    configs = [RUN.replace(**own) for own in OWN]
    together = Trainer(configs)
    together.run(max_steps=150)
    for member, config in enumerate(configs):
        alone = Trainer(config)
        alone.run(max_steps=150)
        assert torch.equal(rows(together, member), rows(alone))


def test_different_seeds_differ_in_everything_and_equal_ones_in_nothing() -> None:
    trainer = Trainer([RUN.replace(seed=seed) for seed in (3, 4, 3)])
    initial = trainer.learner.online.parameters.clone()
    assert torch.equal(initial[0], initial[2])
    assert not torch.equal(initial[0], initial[1])
    trainer.run(max_steps=200)
    weights = trainer.learner.online.parameters
    assert torch.equal(rows(trainer, 0), rows(trainer, 2))
    assert torch.equal(weights[0], weights[2])
    assert (weights[0] - weights[1]).abs().max() > 0.1
    assert not torch.equal(rows(trainer, 0), rows(trainer, 1))


def test_members_that_differ_in_what_they_share_are_refused_by_name() -> None:
    other = {
        "env_id": "Acrobot-v1",
        "batch_size": 16,
        "hidden_dims": "16, 16",
        "double_dqn": False,
        "loss": "mse",
    }
    with pytest.raises(ConfigurationError) as refusal:
        Trainer([RUN, RUN.replace(**other)])
    message = str(refusal.value)
    for name in other:
        assert (name in message) == (not HYPERPARAMETERS[name].per_member)
    with pytest.raises(ConfigurationError, match="at least one"):
        Trainer([])


@pytest.mark.parametrize(
    "declared",
    [h for h in HYPERPARAMETERS.values() if not h.per_member and h.kind is int],
    ids=lambda declared: declared.name,
)
def test_each_shared_number_is_refused_when_it_differs(declared: object) -> None:
    name = declared.name  # type: ignore[attr-defined]
    value = getattr(RUN, name) + 1
    with pytest.raises(ConfigurationError, match=name):
        Trainer([RUN, RUN.replace(**{name: value})])


def test_a_change_reaches_one_member_or_all_and_says_so() -> None:
    trainer, twin = (Trainer([RUN.replace(seed=seed) for seed in range(3)]) for _ in range(2))
    for run in (trainer, twin):
        run.run(max_steps=60)
    trainer.change(member=1, gamma=0.3)
    for run in (trainer, twin):
        run.run(max_steps=40)
    same = [
        torch.equal(mine, theirs)
        for mine, theirs in zip(
            trainer.learner.online.parameters, twin.learner.online.parameters, strict=True
        )
    ]
    assert same == [True, False, True]
    assert trainer.history.changes.frame()[["member", "env_step"]].to_numpy().tolist() == [[1, 60]]
    trainer.change(batch_size=4)
    assert trainer.history.changes.frame()["member"].tolist() == [1, 0, 1, 2]


def test_what_all_share_cannot_be_changed_for_one_member_alone() -> None:
    trainer = Trainer([RUN, RUN.replace(seed=1)])
    before = list(trainer.configs)
    with pytest.raises(ConfigurationError, match="must agree in batch_size"):
        trainer.change(member=1, batch_size=4)
    assert trainer.configs == before
    assert len(trainer.history.changes) == 0


def test_each_member_has_its_own_rows_in_the_history_and_its_own_agent() -> None:
    trainer = Trainer(
        [RUN.replace(seed=seed, evaluation_period=100, evaluation_episodes=2) for seed in (0, 1)]
    )
    trainer.run(max_steps=200)
    frames = trainer.history.frames()
    for name in ("episodes", "evaluations", "updates"):
        assert set(frames[name]["member"]) == {0, 1}
    for member in range(2):
        episodes = frames["episodes"].query("member == @member")
        assert episodes["episode"].tolist() == list(range(1, trainer.episodes[member] + 1))
        agent = trainer.agent(member)
        assert agent.config.seed == member
        assert torch.equal(agent.network.parameters[0], trainer.learner.online.parameters[member])
    kept = trainer.agent(1)
    before = kept.network.parameters.clone()
    trainer.run(max_steps=50)
    assert torch.equal(kept.network.parameters, before)


def test_the_episode_budget_waits_for_the_slowest_member() -> None:
    trainer = Trainer([RUN.replace(seed=seed, total_episodes=5) for seed in range(3)])
    trainer.run()
    assert min(trainer.episodes) == 5
    assert trainer.finished()


def test_a_member_that_is_cancelled_goes_no_further_and_the_others_do_as_if_it_had_never_been() -> (
    None
):
    configs = [SMALL.replace(seed=seed, evaluation_period=50) for seed in range(3)]
    together, alone = Trainer(configs), Trainer(configs[2])
    together.run(max_steps=50)
    assert together.evaluations.is_under_way or together.is_between_steps
    together.cancel([0, 1])
    together.cancel([0])
    together.run(max_steps=50)
    alone.run(max_steps=100)
    assert together.going_on == [2]
    assert [stop and stop.reason for stop in together.stops] == ["Cancelled at step 50."] * 2 + [
        None
    ]
    assert torch.equal(together.learner.online.parameters[2], alone.learner.online.parameters[0])
    evaluations = together.history.evaluations.frame()
    mine = evaluations.query("member == 2")["mean_return"].tolist()
    assert mine == alone.history.evaluations.frame()["mean_return"].tolist()
    with pytest.raises(ConfigurationError, match="No member"):
        together.cancel([2])


def test_an_evaluation_that_is_under_way_begins_again_without_a_member_that_is_cancelled() -> None:
    together = Trainer([SMALL.replace(seed=seed) for seed in range(2)])
    together.evaluations.begin()
    together.evaluations.advance(together.env_step)
    together.cancel([0])
    together.evaluate()
    assert together.history.evaluations.frame()["member"].tolist() == [1]
