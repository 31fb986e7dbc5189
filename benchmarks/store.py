"""What does it cost to keep runs, and what is left when a process is killed?

    python benchmarks/store.py

Of a run at full speed, what writing leaves to training. A process that trains is killed
at random moments: the store has to open, what was trained two seconds before has to be there, and
the run has to go on to the bit. Two processes write at once. A thousand runs are listed, and a
state with 50,000 transitions is loaded, as undo does it.
"""

import multiprocessing
import random
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

import numpy as np
from report import Report, arguments, bits_of

from dqn_core import DQNConfig, Trainer, recommended
from dqn_core.base.compute import set_threads
from dqn_core.history import EPISODES
from dqn_core.store import rows
from dqn_core.store.recorder import Recorder
from dqn_core.store.store import Store

CHILDREN = multiprocessing.get_context("forkserver")
"""Copies of a process that has loaded this file, and has opened no store."""

SLICE_SECONDS = 0.02
"""Training between two calls of the recorder, as on the page."""

SMALL = DQNConfig(
    hidden_dims="16, 16", batch_size=16, gamma=0.9, learning_rate=3e-4, total_steps=10_000_000
)
"""Its Q-values stay small for a million steps."""


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument(
        "--folder", type=Path, help="where the stores are made (default: a temporary one)"
    )
    options = parser.parse_args()
    set_threads()
    quick = options.quick
    report = Report("The store")
    folder = Path(tempfile.mkdtemp(dir=options.folder))
    try:
        by_clock, by_processor = _shares_of_speed(folder / "speed", seconds=0.2 if quick else 100.0)
        opened = _killed(folder / "killed", 1 if quick else 50, 0.5 if quick else 4.0)
        written = _written_at_once(folder / "at_once", runs=3 if quick else 100)
        first, again, one = _listed(folder / "many", runs=20 if quick else 1_000)
        load = _loaded(folder / "load", transitions=1_000 if quick else 50_000)
    finally:
        shutil.rmtree(folder)
    report.table(
        ["measure", "value"],
        [
            ["training with the store ÷ without, by the clock", by_clock],
            ["the same, by processor time", by_processor],
            [
                "processes killed / all of 2 s before is there / the run goes on to the bit",
                opened,
            ],
            ["runs that two processes wrote at once / that are there", written],
            ["runs of 500 episodes listed, ms: the first time", first],
            ["the same, ms: again", again],
            ["episodes of one of them read, ms", one],
            ["state with its transitions loaded, ms", load],
        ],
    )
    print(report.markdown)


def _shares_of_speed(folder: Path, seconds: float) -> tuple[float, float]:
    """What the store leaves of the speed: by the clock, and by processor time.

    Whoever trains writes, too: what the writing takes is what training lacks. It is counted in one
    run, since two, or two parts of one, differ by more than it. What follows a writing is slower by
    a twentieth for a slice, once a second: a thousandth. Greedy evaluations would take the time of
    some slices and not of others.
    """
    config = recommended("CartPole-v1").replace(total_steps=10_000_000, evaluation_period=0)
    store, trainer = Store(folder), Trainer(config)
    trainer.run(max_steps=config.buffer_capacity if seconds > 1 else 2_000)
    recorder = Recorder(store, store.create(trainer.configs), trainer)
    began, writing = _clocks(), np.zeros(2)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        trainer.run(max_seconds=SLICE_SECONDS)
        trained = _clocks()
        recorder.record()
        writing += _clocks() - trained
    assert not recorder.problem
    by_clock, by_processor = 1 - writing / (_clocks() - began)
    return by_clock, by_processor


def _clocks() -> np.ndarray:
    """The time, and this thread's own work."""
    return np.array([time.monotonic(), time.thread_time()])


def _killed(folder: Path, times: int, at_most: float) -> str:
    store, chance, there, same = Store(folder), random.Random(0), 0, 0
    run, twin = store.create([SMALL]).run, Trainer(SMALL)
    for _ in range(times):
        said, saying = CHILDREN.Pipe(duplex=False)
        process = CHILDREN.Process(target=_train_for_ever, args=(saying, folder, run), daemon=True)
        process.start()
        saying.close()
        looks = [said.recv()]
        time.sleep(chance.uniform(0.2, at_most))
        process.kill()
        killed = time.time()
        with suppress(EOFError):
            while True:
                looks.append(said.recv())
        process.join()
        steps = [step for at, step in looks if at < killed - 2]
        trainer = Store(folder).trainer(run)
        twin.run(max_steps=trainer.env_step - twin.env_step)
        there += Store(folder).run(run).env_steps >= max(steps, default=0)
        same += not trainer.notice and bits_of(trainer) == bits_of(twin)
        trainer.close()
    return f"{times} / {there} / {same}"


def _train_for_ever(saying: Connection, folder: Path, run: str) -> None:
    set_threads()
    store = Store(folder)
    record = store.run(run)
    trainer = store.trainer(run) if store.snapshots(run) else Trainer(record.configs)
    recorder = Recorder(store, record, trainer)
    while True:
        saying.send((time.time(), trainer.env_step))
        trainer.run(max_seconds=SLICE_SECONDS)
        recorder.record()


def _written_at_once(folder: Path, runs: int) -> str:
    Store(folder).close()
    processes = [CHILDREN.Process(target=_record, args=(folder, runs)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    codes = [process.exitcode for process in processes]
    assert codes == [0, 0], codes
    found = [record for record in Store(folder).runs() if record.env_steps == 50]
    return f"{2 * runs} / {len(found)}"


def _record(folder: Path, runs: int) -> None:
    set_threads()
    store = Store(folder)
    for seed in range(runs):
        trainer = Trainer(SMALL.replace(seed=seed))
        recorder = Recorder(store, store.create(trainer.configs), trainer)
        trainer.run(max_steps=50)
        assert recorder.finish("paused"), recorder.problem
        trainer.close()


def _listed(folder: Path, runs: int) -> tuple[float, float, float]:
    store, trainer = Store(folder), Trainer(SMALL)
    for index in range(500):
        row = dict.fromkeys(EPISODES, 0) | {"env_step": index, "return": 9.5, "terminated": True}
        trainer.history.episodes.append(**row)
    columns = trainer.history.episodes.columns()
    for seed in range(runs):
        name = store.create([SMALL.replace(seed=seed)]).run
        with store.writing() as connection:
            rows.append(connection, name, "episodes", 0, columns)
    store.close()
    store = Store(folder)
    first, again = _milliseconds(store.runs), _milliseconds(store.runs)
    return first, again, _milliseconds(lambda: store.columns(name, "episodes"))


def _loaded(folder: Path, transitions: int) -> float:
    store = Store(folder)
    trainer = Trainer(SMALL.replace(learning_starts=100_000, evaluation_period=0))
    trainer.run(max_steps=transitions)
    record = store.create(trainer.configs)
    assert Recorder(store, record, trainer).snapshot("change")
    return median(_milliseconds(lambda: store.trainer(record.run).close()) for _ in range(5))


def _milliseconds(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return (time.perf_counter() - started) * 1e3


if __name__ == "__main__":
    main()
