"""What do the signs of health and the map of Q-values cost a run that is training?

    python benchmarks/health.py

Two runs that do the same to the bit advance in turns, one with the signs, one without: the median
over the turns of their ratio, with a bootstrap interval. Then what each part takes by itself, as a
share of training. All times are the thread's own on the processor, so that what else the machine
does counts less.
"""

import time
from collections.abc import Callable, Mapping
from unittest.mock import patch

import numpy as np
import torch
from report import Report, arguments, microseconds

from dashboard.session.run import Run
from dashboard.train_page.q_map_message import POINTS, View, plane_message
from dashboard.train_page.signs import signs
from dqn_core import DQNConfig, diagnostics
from dqn_core.compute import set_threads
from dqn_core.q_map import dimensions
from dqn_core.trainer import STATISTICS_PERIOD

BAR = 0.03
LONG = 40_000
"""Rows of the table of updates of a long run: four million gradient updates."""


def without_signs(run: Run) -> Callable[[int], None]:
    """Advance a run whose signs of health are not worked out."""
    signs_made = diagnostics.health(run.trainer.learner, run.trainer.replay)
    nothing = {name: [np.nan] for name in signs_made}

    def advance(steps: int) -> None:
        with patch("dqn_core.update_statistics.health", lambda *_: nothing):
            run.trainer.run(max_steps=steps)

    return advance


def parts(run: Run) -> dict[str, tuple[Callable[[], object], str]]:
    """The pieces by themselves, and how often each is done."""
    learner, replay, spec = run.trainer.learner, run.trainer.replay, run.trainer.spec
    seen = diagnostics.spread_observations(replay, diagnostics.STATES_LOOKED_AT)
    period, second = f"{STATISTICS_PERIOD} updates", "second"

    def map_of(view: View) -> Callable[[], object]:
        def message() -> bytes | None:
            look = run.look(0, 300)
            return plane_message(spec, look, dimensions(spec, look.spread), view)

        return message

    maps = {
        f"map: {quantity}": (map_of(View(quantity, 2, 3, (0.0, 0.0, 0.0, 0.0))), second)
        for quantity in POINTS
    }
    return {
        "all signs in the trainer": (lambda: diagnostics.health(learner, replay), period),
        "– states to look at": (lambda: diagnostics.spread_observations(replay, 256), period),
        "– dormant units": (lambda: diagnostics.dormant_shares(learner.online, seen), period),
        "– target distance": (lambda: diagnostics.target_distance(learner), period),
        "– update to weight": (lambda: diagnostics.update_ratio(learner), period),
        f"page: signs of a run of {LONG:,} rows": (lambda: signs(run), second),
        "page: copy for the map, under the run's lock": (lambda: run.look(0, 300), second),
        **maps,
    }


def processor_seconds(
    contenders: Mapping[str, Callable[[], object]], turns: int
) -> dict[str, list[float]]:
    """Time on the processor of each call, in turns."""
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(turns):
        # Who comes first changes, lest one always finds the caches as the other left them.
        for name in sorted(contenders, reverse=bool(turn % 2)):
            started = time.thread_time()
            contenders[name]()
            seconds[name].append(time.thread_time() - started)
    return seconds


def repeated(call: Callable[[], object], times: int) -> Callable[[], None]:
    @torch.inference_mode()
    def repeat() -> None:
        for _ in range(times):
            call()

    return repeat


def main() -> None:
    options = arguments(__doc__).parse_args()
    set_threads()
    steps = STATISTICS_PERIOD  # each turn has the signs once
    turns, times = (4, 3) if options.quick else (300, 5)
    config = DQNConfig(evaluation_period=0, total_steps=10_000_000)
    runs = {name: Run([config]) for name in ("with", "without")}
    for run in runs.values():
        run.trainer.run(max_steps=config.learning_starts + 500)
    bare = without_signs(runs["without"])
    seconds = processor_seconds(
        {
            "with": lambda: runs["with"].trainer.run(max_steps=steps),
            "without": lambda: bare(steps),
        },
        turns,
    )
    ratios = np.array(seconds["with"]) / np.array(seconds["without"]) - 1
    cost = float(np.median(ratios))
    draws = np.random.default_rng(0).choice(ratios, (2_000, turns))
    low, high = np.quantile(np.median(draws, axis=1), [0.025, 0.975]).tolist()
    step = microseconds(seconds["without"], steps)

    report = Report("Cost of the signs of health")
    report.say(
        f"One step of training, with one update, takes {step:.0f} µs. With the signs, paired over "
        f"{turns} turns of {steps:,} steps, it takes {cost:+.1%} more, "
        f"95 % interval {low:+.1%} to {high:+.1%} "
        f"(bar: under {BAR:.0%})."
    )
    long = runs["with"]
    row = {name: column[-1] for name, column in long.history.updates.columns().items()}
    while len(long.history.updates) < LONG:
        long.history.updates.append(**row)
    pieces = parts(long)
    seconds = processor_seconds(
        {name: repeated(call, times) for name, (call, _) in pieces.items()}, max(3, turns // 10)
    )
    rows = []
    for name, (_, period) in pieces.items():
        micro = microseconds(seconds[name], times)
        of = 1e6 if period == "second" else STATISTICS_PERIOD * step
        rows.append([name, micro, period, f"{micro / of:.2%}"])
    report.table("parts", ["part", "µs", "once in", "share of training"], rows)
    report.figures |= {"cost": cost, "interval": [low, high]}
    report.finish(options.json)


if __name__ == "__main__":
    main()
