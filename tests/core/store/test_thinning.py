"""Which snapshots go first, and which stay to the last."""

from itertools import pairwise

from dqn_core.store.snapshots import Kind, Snapshot
from dqn_core.store.thinning import surplus


def line(run, *kinds_and_steps):
    return [
        Snapshot(id, run, step, 0, Kind(kind), 10, "")
        for id, (kind, step) in enumerate(kinds_and_steps, start=100 * ord(run))
    ]


def gone(snapshots, budget):
    return [(s.run, str(s.kind), s.env_step) for s in surplus(snapshots, budget)]


def test_within_the_budget_all_stay():
    assert gone(line("a", ("start", 0), ("periodic", 10), ("latest", 20)), 30) == []


def test_periodic_ones_are_thinned_evenly():
    run = line("a", ("start", 0), *(("periodic", 10 * k) for k in range(1, 9)), ("latest", 90))
    left = [s for s in run if s not in surplus(run, 60)]
    steps = [s.env_step for s in left if s.kind == "periodic"]
    assert len(steps) == 4
    assert max(b - a for a, b in pairwise(steps)) <= 30


def test_the_run_with_the_most_of_them_loses_one_first():
    runs = line("a", ("start", 0), ("periodic", 5), ("end", 20))
    runs += line("b", ("start", 0), *(("periodic", k) for k in range(5, 10)), ("end", 20))
    assert {run for run, _, _ in gone(runs, sum(s.bytes for s in runs) - 40)} == {"b"}


def test_what_a_run_goes_on_from_stays_to_the_last():
    runs = line("a", ("start", 0), ("change", 10), ("best", 15), ("end", 20))
    runs += line("b", ("start", 0), ("periodic", 30))
    assert gone(runs, 0) == [
        ("a", "change", 10),
        ("a", "best", 15),
        ("a", "start", 0),
        ("b", "start", 0),
        ("a", "end", 20),
        ("b", "periodic", 30),
    ]
