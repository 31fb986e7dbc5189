"""The signs of health: their numbers, and from when on they warn."""

from typing import Any

import numpy as np
import pytest

from dashboard.session.run import Run
from dashboard.session.trends import TREND_POINTS
from dashboard.train_page.reward_sums import largest_reward_sum
from dashboard.train_page.signs import Sign, signs, status_of
from dashboard.train_page.updates import JUDGED
from dqn_core import DQNConfig, preset
from dqn_core.base.errors import DivergenceError
from dqn_core.base.numbers import number, percent
from dqn_core.diagnostics import dormant_shares, spread_observations, target_distance
from dqn_core.divergence import Stop


def a_run(steps: int = 0, members: int = 1, **changes: Any) -> Run:
    config = DQNConfig(learning_starts=20, evaluation_period=0, hidden_dims="16, 16", batch_size=8)
    config = config.replace(**changes)
    run = Run([config.replace(seed=p) for p in range(members)])
    run.trainer.run(max_steps=steps)
    return run


def sign(run: Run, name: str, member: int = 0) -> Sign:
    return next(sign for sign in signs(run, member) if sign.name == name)


def record(run: Run, rows: int, **values: float) -> None:
    """Rows of updates that are healthy but for ``values``."""
    healthy = {
        name: 0.0 for name in run.history.updates.columns() if name not in ("member", *values)
    } | {"update_ratio": 1e-3, "target_distance": 0.05, "mean_q": 10.0, "td_error_p90": 0.5}
    for step in range(rows):
        row = healthy | {"env_step": step, "gradient_update": step, "episode": 0} | values
        run.history.updates.append(member=0, **row)
        run.trainer.env_step = run.trainer.gradient_updates = step


def end_episodes(run: Run, *returns: float, length: int = 10, terminated: bool = True) -> None:
    for value in returns:
        run.trainer.episodes[0] += 1
        run.history.episodes.append(
            **{"member": 0, "env_step": 0, "episode": 0, "seconds": 0.0, "return": value},
            length=length,
            terminated=terminated,
            epsilon=0,
            exploration_share=0,
        )


@pytest.mark.parametrize(
    ("value", "status"),
    [(None, "wait"), (0.1, "good"), (0.2, "watch"), (0.5, "bad"), (float("nan"), "bad")],
)
def test_a_status_follows_its_two_thresholds(value: float | None, status: str) -> None:
    assert status_of(value, 0.2, 0.5) == status


def test_a_run_that_has_not_begun_waits() -> None:
    assert {sign.status for sign in signs(a_run())} == {"wait"}
    assert all(sign.sentence.endswith(".") for sign in signs(a_run()))


def test_few_rows_are_not_judged() -> None:
    run = a_run()
    record(run, JUDGED - 1, update_ratio=1.0)
    assert sign(run, "Update-to-weight ratio").status == "wait"


@pytest.mark.parametrize(
    ("name", "column", "levels"),
    [
        (
            "Update-to-weight ratio",
            "update_ratio",
            {1e-6: "watch", 1e-3: "good", 0.01: "watch", 1: "bad"},
        ),
        ("Distance to target network", "target_distance", {0: "bad", 0.1: "good", 0.3: "watch"}),
        ("Dormant units", "dormant_2", {0.5: "good", 0.75: "watch", 0.97: "bad"}),
        ("TD error", "td_error_p90", {1: "good", 5: "watch", 9.6: "bad", float("inf"): "bad"}),
        ("Size of Q-values", "mean_q", {5: "good", 15: "watch", -15: "watch", 29: "bad"}),
    ],
)
def test_signs_warn_where_they_say(name: str, column: str, levels: dict[float, str]) -> None:
    for value, status in levels.items():
        run = a_run()
        end_episodes(run, 10.0, 4.0)  # 9.56 with γ = 0.99
        record(run, 20, **{column: value})
        assert sign(run, name).status == status, value


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_dormant_units_are_told_of_every_layer_that_there_is(depth: int) -> None:
    run = Run([DQNConfig(hidden_dims="8, " * (depth - 1) + "8", learning_starts=20)])
    run.trainer.run(max_steps=220)
    dormant = sign(run, "Dormant units")
    assert len(dormant.value.split(" · ")) == len(dormant.trend) == depth
    assert dormant.detail.startswith(f"of hidden layer {' · '.join('1234'[:depth])}:")
    updates = run.history.updates.frame()
    assert updates.filter(like="dormant").notna().all().tolist() == [n < depth for n in range(4)]


@pytest.mark.parametrize("unit", [-1000.0, -0.01, 0.01, 1000.0])
def test_values_are_judged_alike_whatever_the_unit_of_the_reward(unit: float) -> None:
    for size, status in ((0.1, "good"), (0.6, "watch"), (2.0, "bad")):
        run = a_run()
        end_episodes(run, 10 * unit, 2 * unit)
        record(run, 20, td_error_p90=size * 10 * abs(unit), mean_q=3 * size * 10 * unit)
        assert sign(run, "TD error").status == status
        assert sign(run, "Size of Q-values").status == status


def test_before_an_episode_has_ended_values_have_no_measure() -> None:
    run = a_run()
    record(run, 20)
    assert sign(run, "TD error").status == sign(run, "Size of Q-values").status == "wait"
    end_episodes(run, 0.0)
    assert sign(run, "TD error").status == "wait", "and where no reward ever came"


@pytest.mark.parametrize("gamma", [0.0, 0.9, 0.999, 0.999999999, 1.0])
def test_a_reward_sum_is_that_of_equal_rewards_to_the_end_and_beyond_a_time_limit(
    gamma: float,
) -> None:
    ended, cut = a_run(gamma=gamma), a_run(gamma=gamma)
    end_episodes(ended, -200.0, -30.0, length=20)
    end_episodes(cut, -200.0, -30.0, length=20, terminated=False)
    naive = sum(gamma**t * -10.0 for t in range(20))
    endless = sum(gamma**t * -10.0 for t in range(20_000)) if gamma < 0.9999 else -200.0
    assert largest_reward_sum(ended, 0) == pytest.approx(naive)
    assert largest_reward_sum(cut, 0) == pytest.approx(endless, rel=1e-6)


def test_a_run_that_diverges_is_bad_long_before_it_is_stopped_and_stays_so() -> None:
    hot = {"learning_rate": 3e-3, "learning_rate_end": 3e-3, "hidden_dims": "64, 64"}
    config = preset("notebook").replace(**hot, target_update_unit="gradient_updates", seed=1001)
    run = Run([config.replace(target_update_period=1)])
    run.trainer.run(max_steps=1_200)
    assert sign(run, "Size of Q-values").status == "good"
    run.trainer.run(max_steps=350)
    assert sign(run, "Size of Q-values").status == "bad"
    run.trainer.run(max_steps=200)
    assert sign(run, "TD error").status == "bad"
    with pytest.raises(DivergenceError):
        run.trainer.run()
    assert run.trainer.env_step > 1_850
    run.history.updates = a_run().history.updates  # however little is known of its updates
    values = ("Size of Q-values", "TD error")
    assert {sign(run, name).status for name in values} == {"bad"}


def test_a_run_that_learns_on_large_rewards_is_not_bad() -> None:
    run = Run([preset("recommended").replace(env_id="CliffWalking-v1", seed=1000)])
    run.trainer.run(max_steps=3_100)
    assert run.history.updates.columns()["td_error_p90"][-1] > 10
    assert {sign.status for sign in signs(run)} == {"good"}


def test_episodes_that_are_all_alike_give_nothing_to_learn_from() -> None:
    run = Run([DQNConfig(env_id="MountainCar-v0", hidden_dims="4, 4", learning_starts=10_000)])
    assert sign(run, "Difference in rewards").status == "wait"
    run.trainer.run(max_steps=9 * 200)
    assert sign(run, "Difference in rewards").status == "good", "too few to tell"
    run.trainer.run(max_steps=200)
    found = sign(run, "Difference in rewards")
    assert (found.value, found.status) == ("−200", "watch")
    assert "Every episode so far had the return −200" in found.sentence
    end_episodes(run, *[-200.0] * 90)
    assert sign(run, "Difference in rewards").status == "bad"
    end_episodes(run, -143.0)
    found = sign(run, "Difference in rewards")
    assert (found.value, found.status) == ("−200 to −143", "good")


def test_a_solved_task_whose_episodes_have_become_alike_is_not_bad() -> None:
    run = a_run()
    end_episodes(run, 20.0, 31.0, *[500.0] * 5_000)
    found = sign(run, "Difference in rewards")
    assert (found.value, found.status) == ("500", "good")


def test_one_odd_batch_does_not_change_a_status() -> None:
    run = a_run()
    record(run, 20)
    record(run, 1, update_ratio=5.0)
    assert sign(run, "Update-to-weight ratio").status == "good"
    assert sign(run, "Update-to-weight ratio").value == "5"


def test_a_small_full_replay_is_bad_and_a_filling_one_is_not() -> None:
    filling = sign(a_run(60, buffer_capacity=1_000), "Replay fill")
    assert (filling.value, filling.status) == (percent(0.06), "good")
    assert "60 of 1,000" in filling.detail
    assert sign(a_run(200, buffer_capacity=41), "Replay fill").status == "bad"


@pytest.mark.parametrize(
    ("steps", "values"),
    [
        (15, {}),  # before learning starts
        (400, {"buffer_capacity": 41}),
        (300, {}),  # the oldest are from before learning started
        (301, {"gradient_steps": 3, "train_frequency": 4, "buffer_capacity": 100}),
    ],
)
def test_ages_count_the_gradient_updates_since_a_transition_was_stored(
    steps: int, values: dict[str, int]
) -> None:
    run = a_run(steps, **values)
    config, kept = run.config, len(run.trainer.replay)
    made = np.zeros(steps + 1)  # after each step
    for step in range(1, steps + 1):
        due = step >= config.learning_starts and step % config.train_frequency == 0
        made[step] = made[step - 1] + due * config.gradient_steps
    assert made[-1] == run.trainer.gradient_updates
    ages = made[-1] - made[steps - kept + 1 :]
    found = sign(run, "Age of sampled transitions")
    assert float(found.value) == pytest.approx(ages.mean(), abs=3)
    assert float(found.detail.rpartition(" ")[2]) == pytest.approx(ages.max(), abs=3)
    assert "environment" not in found.detail + found.sentence, "one unit"


def test_the_numbers_of_a_run_are_the_learners() -> None:
    run = a_run(members=2)
    run.trainer.run(max_steps=20)  # the first update's row is the newest
    shares = dormant_shares(
        run.trainer.learner.online, spread_observations(run.trainer.replay, 256)
    )
    distances = target_distance(run.trainer.learner)
    for member in range(2):
        first, second = (percent(float(share)) for share in shares[member])
        assert sign(run, "Dormant units", member).value == f"{first} · {second}"
        shown = sign(run, "Distance to target network", member).value
        assert shown == percent(float(distances[member]))


def test_signs_of_a_member_are_its_own_also_after_another_one_stopped() -> None:
    run = a_run(300, members=3)
    run.trainer._stop({1: Stop(300, "why")})
    run.trainer.run(max_steps=700)
    updates = run.history.updates.frame()
    for member in (0, 1, 2):
        newest = updates[updates["member"] == member].iloc[-1]
        shown = sign(run, "Update-to-weight ratio", member).value
        assert shown == number(newest["update_ratio"])


def test_trends_are_thinned_and_keep_the_newest() -> None:
    run = a_run()
    record(run, 500)
    for step in range(500):
        assert run.history.updates.columns()["env_step"][step] == step
    (line,) = sign(run, "Age of sampled transitions").trend
    assert TREND_POINTS / 2 <= len(line.values) <= TREND_POINTS + 1
    assert line.values[-1] == pytest.approx(499 / 2, rel=1e-3)
    assert np.diff(line.values).min() > 0


def test_the_mean_age_follows_the_priorities() -> None:
    run = a_run(60, sampling="prioritised", priority_exponent=1.0)
    replay = run.trainer.replay
    state = replay.state_dict()
    state["sampler"]["errors"][0, :-1] = 0.0  # all but the newest have nothing to teach
    replay.load_state_dict(state)
    shown = sign(run, "Age of sampled transitions")
    assert shown.value == "0"
    assert not shown.trend, "nobody knows what was drawn earlier"


def test_what_a_batch_is_drawn_from_is_shown_where_it_is_prioritised() -> None:
    assert not any(each.shares for each in signs(a_run(60)))
    run = a_run(60, sampling="prioritised")
    for name in ("Batch by age", "Batch by TD error"):
        assert sum(sign(run, name).shares) == pytest.approx(1, abs=1e-3)
    assert sign(run, "Batch by TD error").shares[-1] > 0.1
    assert not sign(run, "Age of sampled transitions").trend
