"""What do worker processes gain in a sweep, and what does it lose when they are killed?

    python benchmarks/sweeps.py
    python benchmarks/sweeps.py --scaling

A sweep of 64 runs, trained by one process and by two, in turns; by a Ray cluster on this machine,
where Ray is installed; and by two processes of which one is killed again and again at random
moments. Each time all runs have to be there once, with the bits that they have with one process.
With ``--scaling`` it is the same sweep, once by one process and once by two: some two minutes.
"""

import hashlib
import logging
import random
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

from report import Report, arguments, bits_of

import dqn_core
from dqn_core import DQNConfig
from dqn_core.base.compute import set_threads
from dqn_core.store.store import Store
from dqn_core.sweeps.axis import axis_from
from dqn_core.sweeps.catalogue import declare, pieces_of
from dqn_core.sweeps.driver import train_pieces
from dqn_core.sweeps.plan import Plan
from dqn_core.sweeps.tasks import Crew
from dqn_core.sweeps.workers import Workers

Bits = dict[int, str]
"""A digest of the final state of each piece's run."""


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--scaling", action="store_true", help="only one process against two")
    options = parser.parse_args()
    set_threads()
    quick = options.quick
    plan = _plan(quick)
    report = Report("Sweeps")
    folder = Path(tempfile.mkdtemp())
    try:
        seconds: dict[int, list[float]] = {1: [], 2: []}
        for turn in range(1 if quick or options.scaling else 2):
            for count in seconds:
                place = folder / f"{turn}-{count}"
                seconds[count].append(_seconds(place, plan, _processes(count)))
        expected = _bits(folder / "0-1", plan)
        rows: list[list[Any]] = [
            ["runs", sum(map(len, plan.pieces()))],
            ["one process, s", median(seconds[1])],
            ["two processes, times as fast", median(seconds[1]) / median(seconds[2])],
            ["two processes: pieces with the same bits", _same(folder / "0-2", plan, expected)],
        ]
        if not quick and not options.scaling:
            rows.append(["Ray: pieces with the same bits", _by_ray(folder, plan, expected)])
        if not options.scaling:
            kills, workers = (1, 1) if quick else (50, 2)
            rows += _killed(folder / "killed", plan, expected, kills, workers)
    finally:
        shutil.rmtree(folder)
    report.table(["measure", "value"], rows)
    print(report.markdown)


def _plan(quick: bool) -> Plan:
    base = DQNConfig(hidden_dims="64, 64", total_steps=400 if quick else 20_000)
    axes = ("gamma=0.9,0.99",) if quick else ("gamma=0.9,0.95", "learning_rate=log:1e-4:1e-2:4")
    return Plan(base, tuple(map(axis_from, axes)), tuple(range(8)))


def _processes(count: int) -> Callable[[Store], Workers]:
    return lambda store: Workers(store, count)


def _seconds(
    folder: Path, plan: Plan, crew_for: Callable[[Store], Crew], show: Callable[[Crew], object] = id
) -> float:
    """How long that crew takes for the whole sweep, its start included."""
    store = Store(folder)
    sweep = declare(store, plan)
    started = time.perf_counter()
    with closing(crew_for(store)) as crew:
        errors = train_pieces(store, sweep, crew, lambda: False, lambda: show(crew))
    took = time.perf_counter() - started
    store.close()
    assert not errors, errors
    return took


def _by_ray(folder: Path, plan: Plan, expected: Bits) -> str:
    folder /= "ray"
    if not find_spec("ray"):
        return "Ray is not installed"
    import ray

    from dqn_core.sweeps.cluster import RayCrew

    modules = {"py_modules": [dqn_core]}
    ray.init(
        "local", num_cpus=2, runtime_env=modules, log_to_driver=False, logging_level=logging.ERROR
    )
    try:
        _seconds(folder, plan, lambda store: RayCrew(store, plan.base, "auto"))
    finally:
        ray.shutdown()
    return _same(folder, plan, expected)


def _killed(folder: Path, plan: Plan, expected: Bits, kills: int, workers: int) -> list[list[Any]]:
    """Kill so many workers at random moments, in as many sweeps as needed."""
    chance, killed = random.Random(0), 0
    due = time.monotonic()

    def kill(crew: Crew) -> None:
        nonlocal killed, due
        assert isinstance(crew, Workers)
        if killed < kills and time.monotonic() >= due:
            chance.choice(crew.processes).kill()
            killed += 1
            due = time.monotonic() + chance.uniform(0.5, 6.0)

    sweeps, same, once = 0, 0, 0
    while killed < kills:
        place = folder / str(sweeps)
        _seconds(place, plan, _processes(workers), kill)
        found = _bits(place, plan)
        same += sum(found.get(piece) == bits for piece, bits in expected.items())
        once += _runs(place) == len(expected)
        sweeps += 1
    pieces = sweeps * len(expected)
    return [
        ["workers killed", killed],
        ["… pieces with the same bits", f"{same} of {pieces}"],
        ["… sweeps in which no run is missing and none is there twice", f"{once} of {sweeps}"],
    ]


def _runs(folder: Path) -> int:
    with closing(Store(folder)) as store:
        return len(store.runs())


def _same(folder: Path, plan: Plan, expected: Bits) -> str:
    found = _bits(folder, plan)
    return f"{sum(found.get(n) == bits for n, bits in expected.items())} of {len(expected)}"


def _bits(folder: Path, plan: Plan) -> Bits:
    with closing(Store(folder)) as store:
        pieces = pieces_of(store, declare(store, plan).name)
        return {piece.number: _digest(store, piece.run) for piece in pieces if piece.run}


def _digest(store: Store, run: str) -> str:
    with closing(store.trainer(run)) as trainer:
        return hashlib.sha256(bits_of(trainer)).hexdigest()


if __name__ == "__main__":
    main()
