"""How fast is one agent's step, and how far is its update from the floor?

    python benchmarks/learner.py

Steps per second of this project, Stable-Baselines3, Tianshou (where it is installed) and plain
PyTorch on identical work (see contenders.py), in turns, one thread each; then where one step of
this project goes, against the matrix products and the Adam step alone.
"""

import functools
import importlib.util
from collections.abc import Callable

import contenders
import torch
from report import Report, arguments, interleaved, microseconds, ratio

from dqn_core import DQNConfig, Trainer
from dqn_core.base.compute import denormals_as_zero, set_threads

OURS = "DQN Lab"
SB3 = "Stable-Baselines3"


def parts(trainer: Trainer) -> dict[str, Callable[[], object]]:
    """The pieces of one step of ``trainer``, each callable by itself."""
    config, learner = trainer.config, trainer.learner
    batch = trainer.replay.sample(config.batch_size, trainer.gamma)
    return {
        "act": trainer._choose_actions,
        "environment and store": lambda: trainer._interact(*trainer._choose_actions()),
        "sample": lambda: trainer.replay.sample(config.batch_size, trainer.gamma),
        "update": lambda: learner.update(batch),
    }


def repeated(call: Callable[[], object], times: int) -> Callable[[], None]:
    def repeat() -> None:
        # As in `Trainer.run`; on one batch over and over moments become too small in no time.
        with torch.inference_mode(), denormals_as_zero():
            for _ in range(times):
                call()

    return repeat


def main() -> None:
    options = arguments(__doc__).parse_args()
    set_threads()
    steps, repeats = (20, 2) if options.quick else (1_000, 11)
    report = Report("One agent's step")
    report.say(" ".join((contenders.__doc__ or "").split()))

    ours = contenders.this_project(contenders.identical_work())
    recommended = contenders.this_project(DQNConfig(evaluation_period=0, total_steps=10_000_000))
    advance = {
        OURS: lambda n: ours.run(max_steps=n),
        f"{OURS}, `recommended` (Double, Polyak)": lambda n: recommended.run(max_steps=n),
        SB3: contenders.stable_baselines(),
        "plain PyTorch": contenders.PlainPyTorch().advance,
    }
    if importlib.util.find_spec("tianshou"):
        advance["Tianshou"] = contenders.tianshou()
    else:
        report.say(
            "Tianshou is left out: `pip install tianshou` adds it, best in a second virtual "
            "environment, since it takes pandas back to version 2."
        )
    seconds = interleaved(
        {name: functools.partial(run, steps) for name, run in advance.items()}, repeats
    )
    micro = {name: microseconds(times, steps) for name, times in seconds.items()}
    report.table(
        ["", "µs a step", "steps/s", f"{OURS} is so many times as fast"],
        [[name, micro[name], 1e6 / micro[name], micro[name] / micro[OURS]] for name in advance],
    )

    floor = contenders.floor()
    pieces = parts(ours) | {"floor": lambda: floor(1)}
    seconds = interleaved({name: repeated(call, steps) for name, call in pieces.items()}, repeats)
    # Differences and ratios within a turn: a pause of the machine seldom falls on both of a pair.
    seconds["environment and store"] = [
        both - act
        for both, act in zip(seconds["environment and store"], seconds["act"], strict=True)
    ]
    times = {name: microseconds(values, steps) for name, values in seconds.items()}
    ratios = {n: ratio(seconds[n], seconds["floor"]) for n in ("sample", "update", "floor")}
    report.say("One step of this project, piece by piece, and the floor of an update:")
    report.table(
        ["part", "µs", "÷ floor"],
        [[name, value, ratios.get(name, "")] for name, value in times.items()],
    )
    print(report.markdown)


if __name__ == "__main__":
    main()
