"""What does a member cost when several agents train side by side?

    python benchmarks/population.py

Time of one step of one member for P members and several hidden widths, in turns, on the work
described in contenders.py; and the two ratios that matter: eight members against one run of
Stable-Baselines3, and a member among eight against one alone.
"""

import functools
from collections.abc import Callable

import contenders
from report import Report, arguments, interleaved, microseconds

from dqn_core.compute import set_threads

SB3 = "Stable-Baselines3"


def main() -> None:
    options = arguments(__doc__).parse_args()
    set_threads()
    steps, repeats = (5, 2) if options.quick else (200, 9)
    members = (1, 2, 8) if options.quick else (1, 2, 4, 8, 16, 32)
    widths = (64, 128) if options.quick else (64, 128, 256)
    calls: dict[str, Callable[[], object]] = {}
    for hidden in widths:
        for count in members:
            trainer = contenders.this_project(contenders.identical_work(hidden), count)
            calls[f"{hidden}/{count}"] = functools.partial(trainer.run, max_steps=steps)
    baseline = contenders.stable_baselines()
    calls[SB3] = lambda: baseline(steps)
    seconds = interleaved(calls, repeats)
    step = {name: microseconds(values, steps) for name, values in seconds.items()}

    report = Report("Agents side by side")
    report.say("Microseconds of one step of one member:")
    report.table(
        "member_step",
        ["members", *(f"hidden {hidden}" for hidden in widths)],
        [[count, *(step[f"{hidden}/{count}"] / count for hidden in widths)] for count in members],
    )
    report.table(
        "ratios",
        ["measure", "ratio"],
        [
            [f"8 members of hidden 128, wall time ÷ {SB3}'s for one", step["128/8"] / step[SB3]],
            ["hidden 64: a member's step among 8 ÷ alone", step["64/8"] / 8 / step["64/1"]],
        ],
    )
    report.finish(options.json)


if __name__ == "__main__":
    main()
