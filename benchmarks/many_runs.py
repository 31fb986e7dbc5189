"""Does a server's memory stay flat over many runs?

    python benchmarks/many_runs.py

One session begins short runs one after the other, as a visitor does with Reset, with the store on;
every tenth is changed in the middle, undone and compared with the earlier runs. Printed is what the
process holds of memory (RSS) after so many of them. The first runs fill caches that have a limit:
what is to be flat is the rest.
"""

import gc
import os
import tempfile
from pathlib import Path

from report import Report, arguments

from dashboard.session.going_on import fork_from

RUNS, EVERY, STEPS = 200, 50, 600


def resident() -> float:
    """MB that this process holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def measured(runs: int, every: int) -> list[tuple[int, float]]:
    """The memory after so many runs."""
    from dashboard.session.links import Link
    from dashboard.session.session import Session
    from dashboard.session.snapshots import snapshots_on_the_way
    from dashboard.web.slots import Slots
    from dqn_core import DQNConfig
    from dqn_core.base.compute import give_back_free_memory, set_threads

    set_threads()
    config = DQNConfig(total_steps=10_000, learning_starts=100, evaluation_period=300)
    session, slots, found = Session(Link(config=config)), Slots(1), []

    def train(steps: int) -> None:
        session.turns.start()
        while session.turns.is_active and session.run.trainer.env_step < steps:
            session.turns.advance(slots)
        session.turns.pause()
        session.turns.advance(slots)

    for number in range(1, runs + 1):
        session.reset(seed=number)
        train(STEPS // 2)
        if number % 10 == 0:
            session.set("learning_rate", 0.5 * session.config.learning_rate)
            train(STEPS)
            fork_from(session, snapshots_on_the_way(session.run)[-1])
            session.earlier.of(session.run)
        train(STEPS)
        if number % every == 0:
            gc.collect()
            give_back_free_memory()
            found.append((number, resident()))
    session.turns.close()
    return found


def main() -> None:
    options = arguments(__doc__).parse_args()
    runs, every = (20, 5) if options.quick else (RUNS, EVERY)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DQN_LAB_RUNS"] = folder
        found = measured(runs, every)
    report = Report("The memory of many runs")
    first = found[0][1]
    report.table(
        ["runs", "MB", "MB more than at the first look"],
        [[number, megabytes, megabytes - first] for number, megabytes in found],
    )
    print(report.markdown)


if __name__ == "__main__":
    main()
