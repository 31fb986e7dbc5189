"""The signs of health: their numbers, and from when on they warn."""

from collections import Counter
from typing import Any

import numpy as np
import pytest

from dashboard.health import JUDGED, TREND_POINTS, Sign, Trend, signs, status_of
from dashboard.run import Run
from dqn_core import DQNConfig
from dqn_core.diagnostics import dormant_shares, spread_observations, target_distance
from dqn_core.divergence import Stop


def a_run(steps: int = 0, members: int = 1, **changes: Any) -> Run:
    config = DQNConfig(learning_starts=20, evaluation_period=0, hidden_dim=16, batch_size=8)
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
    assert sign(run, "Update to weight").status == "wait"


@pytest.mark.parametrize(
    ("name", "column", "levels"),
    [
        (
            "Update to weight",
            "update_ratio",
            {1e-6: "watch", 1e-3: "good", 0.01: "watch", 1: "bad"},
        ),
        ("Distance to target network", "target_distance", {0: "bad", 0.1: "good", 0.3: "watch"}),
        ("Dormant units", "dormant_2", {0.5: "good", 0.75: "watch", 0.97: "bad"}),
        ("TD error", "td_error_p90", {1: "good", 6: "watch", 12: "bad", float("inf"): "bad"}),
    ],
)
def test_signs_warn_where_they_say(name: str, column: str, levels: dict[float, str]) -> None:
    for value, status in levels.items():
        run = a_run()
        record(run, 20, **{column: value})
        assert sign(run, name).status == status, value


def test_one_odd_batch_does_not_change_a_status() -> None:
    run = a_run()
    record(run, 20)
    record(run, 1, update_ratio=5.0)
    assert sign(run, "Update to weight").status == "good"
    assert sign(run, "Update to weight").value == "5"


def test_a_small_full_replay_is_bad_and_a_filling_one_is_not() -> None:
    filling = sign(a_run(60, buffer_capacity=1_000), "Replay fill")
    assert (filling.value, filling.status) == ("6 %", "good")
    assert "60 of 1,000" in filling.detail
    assert sign(a_run(200, buffer_capacity=41), "Replay fill").status == "bad"


def test_age_counts_environment_steps() -> None:
    assert sign(a_run(101), "Age of what is sampled").value == "50"
    full = sign(a_run(150, buffer_capacity=41), "Age of what is sampled")
    assert full.value == "20"
    assert "oldest 40" in full.detail


def test_the_numbers_of_a_run_are_the_learners() -> None:
    run = a_run(members=2)
    run.trainer.run(max_steps=20)  # the first update's row is the newest
    shares = dormant_shares(
        run.trainer.learner.online, spread_observations(run.trainer.replay, 256)
    )
    distances = target_distance(run.trainer.learner)
    for member in range(2):
        first, second = (f"{float(share):.1%}".replace("%", " %") for share in shares[member])
        assert sign(run, "Dormant units", member).value == f"{first} · {second}"
        shown = float(sign(run, "Distance to target network", member).value.rstrip(" %"))
        assert shown == pytest.approx(100 * float(distances[member]), abs=0.06)


def test_signs_of_a_member_are_its_own_also_after_another_one_stopped() -> None:
    run = a_run(300, members=3)
    run.trainer._stop({1: Stop(300, "why")})
    run.trainer.run(max_steps=700)
    updates = run.history.updates.frame()
    for member in (0, 1, 2):
        newest = updates[updates["member"] == member].iloc[-1]
        shown = sign(run, "Update to weight", member).value
        assert shown == f"{newest['update_ratio']:.3g}"


def test_trends_are_thinned_and_keep_the_newest() -> None:
    run = a_run()
    record(run, 500)
    for step in range(500):
        assert run.history.updates.columns()["env_step"][step] == step
    (line,) = sign(run, "Age of what is sampled").trend
    assert TREND_POINTS / 2 <= len(line.values) <= TREND_POINTS + 1
    assert line.values[-1] == pytest.approx(499 / 2, rel=1e-3)
    assert np.diff(line.values).min() > 0


def test_a_trend_that_grew_is_the_one_of_all_rows_at_once_and_reads_each_row_once() -> None:
    class Told(np.ndarray):
        """Tells which rows are read."""

        def __getitem__(self, rows: Any) -> Any:
            read.append(np.asarray(super().__getitem__(rows)).tolist())
            return np.asarray(super().__getitem__(rows))

    grown, read = Trend(), list[list[int]]()
    for length in (0, 1, 2, 59, 60, 61, 62, 500, 501, 5_000):
        rows = np.arange(length)
        of_all = Trend().of({"member": rows}, rows)["member"]
        assert grown.of({"member": rows.view(Told)}, rows)["member"].tolist() == of_all.tolist()
        assert len(of_all) <= TREND_POINTS + 1
        assert length == 0 or of_all[-1] == length - 1
        assert len(set(np.diff(of_all)[:-1])) <= 1
    times = Counter(row for rows in read for row in rows)
    newest = {length - 1 for length in (1, 2, 59, 60, 61, 62, 500, 501, 5_000)}
    assert all(number == 1 for row, number in times.items() if row not in newest)
