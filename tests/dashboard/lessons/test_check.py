"""What a check says of a run: within its limits, over the members that count."""

import math
from dataclasses import replace

import pytest

from dashboard.lessons.check import QUANTITIES, Check, Checked, judged, read_check, written_check
from dashboard.lessons.lesson import Lesson, Step
from dashboard.lessons.progress import MOST_RUNS, Progress, read_progress
from dashboard.lessons.words import checked_words
from dashboard.session.keeping import Origin
from dashboard.session.links import Link
from dashboard.session.turns import new_turns
from dqn_core import DQNConfig, Trainer
from tests.dashboard.lessons.small_lessons import lesson

SMALL = DQNConfig(
    total_steps=400,
    learning_starts=50,
    batch_size=8,
    hidden_dims="8",
    evaluation_period=100,
    evaluation_episodes=1,
)


@pytest.fixture(scope="module")
def trainer():
    trainer = Trainer([SMALL, SMALL.replace(seed=1)])
    trainer.run(max_steps=200)
    yield trainer
    trainer.close()


@pytest.mark.parametrize(
    "text",
    [
        "greedy return >= 475 within 20,000 steps",
        "max q <= -1.5 within 10 runs",
        "steps >= 5000",
        "greedy return >= 0.7 within 20,000 steps and 10 runs",
    ],
)
def test_a_check_is_written_as_it_is_read(text):
    check = read_check(text)
    assert read_check(written_check(check)) == check


def test_a_greedy_return_counts_at_its_best_within_the_limit_over_the_members(trainer):
    rows = trainer.history.evaluations.columns()
    means = {s: rows["mean_return"][rows["env_step"] == s].mean() for s in (100, 200)}
    best = max(means.values())
    assert judged(Check("greedy return", ">=", best), [trainer]).state == "met"
    assert judged(Check("greedy return", ">=", best + 1), [trainer]).state == "open"
    early = judged(Check("greedy return", ">=", 1e9, steps=100), [trainer])
    assert (early.state, early.value) == ("missed", means[100])


def test_what_there_is_only_now_does_not_count_beyond_the_limit(trainer):
    assert judged(Check("steps", ">=", 150), [trainer]).state == "met"
    late = judged(Check("steps", ">=", 150, steps=199), [trainer])
    assert late.state == "missed"
    assert math.isnan(late.value)


def test_a_run_too_many_does_not_count(trainer):
    check = Check("steps", ">=", 150, runs=10)
    assert judged(check, [trainer], run=10).state == "met"
    assert judged(check, [trainer], run=11).state == "missed"


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_each_quantity_is_judged_before_and_after_the_first_step(quantity, trainer):
    fresh = Trainer([SMALL])
    for sign in (">=", "<="):
        assert judged(Check(quantity, sign, 1e9), [fresh]).state in ("open", "met")
        judged(Check(quantity, sign, 1e9), [trainer])
    fresh.close()


def state(progress, short, turns):
    standing = progress.look(short, turns)
    assert standing
    return standing.state


def test_of_a_number_of_runs_it_is_said_which_one_this_is_and_when_they_are_used_up():
    check = Check("greedy return", ">=", 475, runs=10)
    assert "run 3 of 10" in checked_words(check, Checked("open", 20.0, 3), "CartPole-v1")
    assert "10 runs are used up" in checked_words(check, Checked("missed", 20.0, 11), "")


def test_a_check_that_is_met_stays_so_and_each_run_counts_once():
    link = Link(config=SMALL)
    short = Lesson("T", (Step("S", "", link, check=Check("steps", ">=", 20, runs=2)),))
    progress = Progress()
    first = new_turns([SMALL], Origin(kept=False))
    assert state(progress, short, first) == "open"
    assert progress.runs == {0: []}, "it has not begun"
    first.first.trainer.run(max_steps=10)
    progress.look(short, first)
    second = new_turns([SMALL], Origin(kept=False))
    second.first.trainer.run(max_steps=30)
    assert state(progress, short, second) == "met"
    assert len(progress.runs[0]) == 2
    third = new_turns([SMALL], Origin(kept=False))
    third.first.trainer.run(max_steps=1)
    assert state(progress, short, third) == "met"
    assert read_progress(progress.written, short) == progress
    elsewhere = new_turns([SMALL.replace(env_id="Acrobot-v1")], Origin(kept=False))
    assert progress.look(short, elsewhere) is None
    for turns in (first, second, third, elsewhere):
        turns.close()


def test_a_race_in_turns_is_judged_as_one_side_by_side_at_what_all_have_reached():
    """A check by the first value alone would be decided before the others have their say."""
    configs = [SMALL, SMALL.replace(seed=1)]
    beside = Trainer(configs)
    in_turns = [Trainer([config]) for config in configs]
    beside.run(max_steps=200)
    in_turns[0].run(max_steps=250)
    in_turns[1].run(max_steps=150)
    for quantity in ("greedy return", "predicted return"):
        check = Check(quantity, ">=", 1e9, steps=100)
        assert judged(check, in_turns).value == pytest.approx(judged(check, [beside]).value)
        unlimited = Check(quantity, ">=", 1e9)
        assert judged(unlimited, in_turns) == judged(replace(unlimited, steps=199), in_turns), (
            "one of them is not yet evaluated at step 200"
        )
    assert judged(Check("steps", ">=", 151), in_turns).state == "open"
    assert judged(Check("steps", ">=", 150, steps=199), in_turns).state == "met"
    for trainer in (beside, *in_turns):
        trainer.close()


LESSON = lesson()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"at": 9}',
        "[" * 9_999,
        '{"at":0,"answers":[],"met":[],"runs":{}}',
        '{"at":0,"answers":{},"met":[Infinity],"runs":{}}',
    ],
)
def test_of_what_a_browser_remembers_nothing_breaks_a_lesson(text):
    assert read_progress(text, LESSON) == Progress()


def test_answers_checks_and_steps_that_the_lesson_does_not_have_are_forgotten():
    runs = {0: [str(n) for n in range(MOST_RUNS + 5)], 7: ["x"]}
    odd = Progress(5, {0: "2", 1: "nan", 2: "x", 9: "y"}, {0, 1, 9}, runs, {0: "2", 1: "x", 9: "y"})
    kept = Progress(0, {}, {1}, {0: runs[0][:MOST_RUNS]}, {1: "x"})
    assert read_progress(odd.written, LESSON) == kept
    good = Progress(1, {0: "1", 1: "2.5"}, {1}, {1: ["cartpole-1"]}, {0: "0"})
    assert read_progress(good.written, LESSON) == good
