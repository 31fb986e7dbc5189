"""Which runs are more tries of the same, and how groups of them are judged against each other."""

from typing import Any

import numpy as np
import pytest

from dqn_core import DQNConfig
from dqn_core.base.errors import ConfigurationError
from dqn_core.base.statistics import (
    area_under,
    bootstrap_interval,
    improvement_interval,
    interquartile_mean,
    probability_of_improvement,
)
from dqn_core.comparison import (
    Comparison,
    Group,
    Metric,
    SeedRun,
    changes_of,
    compare,
    differing,
    grouped,
    seed_runs,
)

CHANGES = ("member", "env_step", "name", "old", "new")
NO_CHANGES = {name: np.empty(0, dtype=object) for name in CHANGES}


def table(column: str, rows: list[tuple[int, int, float]]) -> dict[str, np.ndarray]:
    """Rows of member, environment step and a return."""
    member, env_step, value = zip(*rows, strict=True) if rows else ((), (), ())
    return {
        "member": np.array(member, dtype=int),
        "env_step": np.array(env_step, dtype=int),
        column: np.array(value, dtype=float),
    }


def one(
    run: str = "a",
    seed: int = 0,
    *,
    greedy: list[tuple[int, float]] | None = None,
    training: list[tuple[int, float]] | None = None,
    env_steps: int = 1_000,
    **values: Any,
) -> SeedRun:
    """A run of one member; its evaluations and episodes are at a step each."""
    episodes = [(500, 20.0), (1_000, 40.0)] if training is None else training
    (found,) = seed_runs(
        run,
        [DQNConfig(seed=seed).replace(**values)],
        env_steps,
        episodes=table("return", [(0, *row) for row in episodes]),
        evaluations=table("mean_return", [(0, *row) for row in greedy or []]),
        changes=NO_CHANGES,
    )
    return found


def ends(run: str, returns: list[float], **values: Any) -> list[SeedRun]:
    """A run for each of these returns, of another seed each, evaluated at its end alone."""
    return [
        one(f"{run}{seed}", seed, greedy=[(1_000, value)], **values)
        for seed, value in enumerate(returns)
    ]


def judged(first: list[float], second: list[float], metric: Metric = "final") -> Comparison:
    return compare(grouped(ends("a", first) + ends("b", second, gamma=0.9)), metric)


def names(groups: list[Group]) -> list[list[str]]:
    return [group.runs for group in groups]


def test_runs_that_differ_only_in_their_seed_are_one_group_in_the_order_in_which_they_come() -> (
    None
):
    runs = [one("a", 3), one("b", 1, gamma=0.9), one("c", 5), one("d", 0, gamma=0.9)]
    groups = grouped(runs)
    assert names(groups) == [["a", "c"], ["b", "d"]]
    assert [group.seeds for group in groups] == [[3, 5], [1, 0]]
    assert differing(groups) == ["gamma"]


def test_the_members_of_a_run_are_seeds_of_one_group_and_each_has_its_own_returns() -> None:
    found = seed_runs(
        "a",
        [DQNConfig(seed=seed) for seed in (4, 5)],
        1_000,
        episodes=table("return", [(0, 10, 1.0), (1, 12, 2.0), (0, 20, 3.0)]),
        evaluations=table("mean_return", [(0, 500, 7.0), (1, 500, 9.0)]),
        changes=NO_CHANGES,
    )
    (group,) = grouped(found)
    assert (group.runs, group.seeds) == (["a"], [4, 5])
    assert [run.training.returns.tolist() for run in found] == [[1.0, 3.0], [2.0]]
    assert compare([group]).standings[0].scores == (7.0, 9.0)


def test_members_of_a_run_with_different_values_are_groups_that_say_which_members_they_are() -> (
    None
):
    configs = [DQNConfig(seed=seed, gamma=gamma) for gamma in (0.9, 0.99) for seed in (0, 1)]
    race = seed_runs(
        "race",
        configs,
        1_000,
        episodes=table("return", []),
        evaluations=table("mean_return", [(p, 500, float(p)) for p in range(4)]),
        changes=NO_CHANGES,
    )
    first, second = grouped([*race, one("alone", 2, gamma=0.99)])
    assert first.members == {"race": [0, 1]}
    assert second.members == {"race": [2, 3], "alone": [0]}
    assert second.seeds == [0, 1, 2]


def test_a_run_in_which_a_value_was_changed_is_no_try_of_one_in_which_it_was_not() -> None:
    changed = {
        "member": np.array([0]),
        "env_step": np.array([500]),
        "name": np.array(["gamma"], dtype=object),
        "old": np.array([0.99], dtype=object),
        "new": np.array([0.9], dtype=object),
    }
    episodes, evaluations = table("return", []), table("mean_return", [])
    plain, twin, other = (
        seed_runs(
            name,
            [DQNConfig(seed=seed)],
            1_000,
            episodes=episodes,
            evaluations=evaluations,
            changes=changes,
        )[0]
        for name, seed, changes in (("a", 0, NO_CHANGES), ("b", 1, changed), ("c", 2, changed))
    )
    assert names(grouped([plain, twin, other])) == [["a"], ["b", "c"]]


def test_a_seed_that_is_there_twice_is_evidence_once() -> None:
    (group,) = grouped([one("a", 0, env_steps=500), one("b", 0), one("c", 1)])
    assert (group.runs, group.seeds) == (["b", "c"], [0, 1])


def test_a_group_has_the_interquartile_mean_of_its_seeds_and_its_interval() -> None:
    returns = [5.0, 100.0, 120.0, 130.0, 500.0]
    (standing,) = compare(grouped(ends("a", returns))).standings
    assert standing.scores == tuple(returns)
    assert standing.interquartile_mean == interquartile_mean(returns)
    assert standing.interval == bootstrap_interval(returns)


def test_two_groups_have_the_probability_that_the_second_beats_the_first() -> None:
    first, second = [1.0, 2.0, 3.0, 4.0, 5.0], [3.0, 4.0, 5.0, 6.0, 7.0]
    improvement = judged(first, second).improvement
    assert improvement is not None
    assert improvement.probability == probability_of_improvement(second, first)
    assert improvement.interval == improvement_interval(second, first)


def test_one_group_and_three_have_no_such_probability() -> None:
    assert compare(grouped(ends("a", [1.0, 2.0]))).improvement is None
    three = ends("a", [1.0]) + ends("b", [2.0], gamma=0.9) + ends("c", [3.0], gamma=0.8)
    assert compare(grouped(three)).improvement is None


def test_seeds_are_judged_where_the_shortest_of_them_ends() -> None:
    long = one("a", 0, greedy=[(500, 10.0), (1_000, 20.0), (1_500, 90.0)], env_steps=1_700)
    short = one("b", 1, greedy=[(500, 12.0), (1_000, 14.0)], env_steps=1_200)
    found = compare(grouped([long, short]))
    assert (found.until, found.standings[0].scores) == (1_200, (20.0, 14.0))


def test_the_area_is_that_under_the_curve_up_to_the_same_step() -> None:
    run = one("a", 0, greedy=[(500, 10.0), (1_000, 20.0)])
    found = compare(grouped([run]), "area")
    assert found.standings[0].scores == (area_under([500, 1_000], [10.0, 20.0], 1_000),)


def test_without_greedy_evaluations_of_all_the_last_episodes_of_training_count() -> None:
    episodes = [(step, float(step)) for step in range(1, 151)]
    runs = [
        one("a", 0, training=episodes, env_steps=150),
        one("b", 1, training=episodes, greedy=[(100, 7.0)], env_steps=150),
    ]
    found = compare(grouped(runs))
    assert found.measure == "training"
    assert found.standings[0].scores == (100.5, 100.5)
    assert compare(grouped(runs[1:])).measure == "greedy"


def test_a_run_that_has_ended_no_episode_counts_nowhere_and_holds_nobody_up() -> None:
    runs = [*ends("a", [1.0, 2.0]), one("b", 7, training=[], env_steps=3)]
    found = compare(grouped(runs))
    (standing,) = found.standings
    assert (found.until, found.measure) == (1_000, "greedy")
    assert standing.counted.tolist() == [1.0, 2.0]
    nobody = compare(grouped(runs[2:])).standings[0]
    assert np.isnan(nobody.interquartile_mean)


def test_the_values_of_step_0_are_those_before_the_changes() -> None:
    changes = {
        "member": np.zeros(2, dtype=int),
        "env_step": np.array([300, 500]),
        "name": np.array(["gamma", "gamma"], dtype=object),
        "old": np.array([0.99, 0.9], dtype=object),
        "new": np.array([0.9, 0.8], dtype=object),
    }
    (found,) = seed_runs(
        "a",
        [DQNConfig(gamma=0.8)],
        1_000,
        episodes=table("return", []),
        evaluations=table("mean_return", []),
        changes=changes,
    )
    assert found.config.gamma == 0.99
    assert [(change.env_step, change.new) for change in found.changes] == [(300, 0.9), (500, 0.8)]


def test_a_seed_that_diverged_is_in_no_number_and_is_counted_as_left_out() -> None:
    found = seed_runs(
        "a",
        [DQNConfig(seed=seed) for seed in range(3)],
        1_000,
        episodes=table("return", [(member, 10, 5.0) for member in range(3)]),
        evaluations=table(
            "mean_return",
            [(0, 500, 1.0), (1, 500, 99.0), (2, 500, 3.0), (0, 900, 2.0), (2, 900, 4.0)],
        ),
        changes=NO_CHANGES,
    )
    comparison = compare(grouped(found))
    assert comparison.standings[0].counted.tolist() == [2.0, 4.0]
    assert comparison.left_out == 1


def test_returns_of_different_environments_are_not_compared() -> None:
    runs = [one("a"), one("b", env_id="Acrobot-v1")]
    with pytest.raises(ConfigurationError, match=r"CartPole-v1 and Acrobot-v1 cannot be compared"):
        compare(grouped(runs))


def test_a_change_with_which_no_step_was_made_makes_no_other_group() -> None:
    changes = {
        "member": np.array([0, 0]),
        "env_step": np.array([999, 1_000]),
        "name": np.array(["gamma", "gamma"], dtype=object),
        "old": np.array([0.99, 0.9], dtype=object),
        "new": np.array([0.9, 0.8], dtype=object),
    }
    assert [change.new for change in changes_of(changes, 0, 1_000)] == [0.9]
    assert changes_of(changes, 1, 1_000) == ()
