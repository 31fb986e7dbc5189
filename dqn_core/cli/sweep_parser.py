"""The options of the command line's ``sweep``."""

from collections.abc import Mapping
from typing import Any

from dqn_core.cli.argument_types import seeds, whole_number
from dqn_core.cli.loading import command
from dqn_core.cli.runs_parser import add_folder
from dqn_core.configuration.options import add_hyperparameters
from dqn_core.presets import PRESETS
from dqn_core.sweeps.axis import axis_from
from dqn_core.sweeps.choices import PRUNERS, USUAL_PRUNER, WAYS, Choice
from dqn_core.sweeps.plan import MOST_RUNS

MOST_WORKERS = 1_000


def add_sweep(commands: Any) -> None:
    """Declare the command and its options."""
    parser = commands.add_parser(
        "sweep",
        help="train with many values of hyperparameters, or search for good ones",
        usage="%(prog)s --set NAME=VALUES [options]",
        allow_abbrev=False,
        description="Train several seeds of each value, or of each combination of values, in "
        "several processes, and print which did best. All runs are kept in the store, and the "
        "result does not depend on the number of processes. Ctrl-C keeps everything; the same "
        "command again goes on where it stopped.",
        epilog="The options below give what all runs have in common; their defaults are those for "
        "CartPole-v1, and another environment gets what is recommended for it.",
    )
    parser.set_defaults(command=command("sweep.sweep"))
    of_sweep = parser.add_argument_group("Sweep")
    _what_is_tried(of_sweep)
    _who_trains(of_sweep)
    of_sweep.add_argument(
        "--name",
        default="",
        metavar="NAME",
        help="what the sweep is called in the store (default: after what it varies); without --set "
        "the sweep of that name goes on",
    )
    of_sweep.add_argument("--preset", choices=list(PRESETS), help="as in `train`")
    of_sweep.add_argument("--json", action="store_true", help="print the result as one JSON object")
    add_folder(of_sweep)
    add_hyperparameters(parser)


def _what_is_tried(of_sweep: Any) -> None:
    """Values and seeds, and how good values are searched for."""
    of_sweep.add_argument(
        "--set",
        action="append",
        type=axis_from,
        default=[],
        dest="axes",
        metavar="NAME=VALUES",
        help="a hyperparameter and its values: gamma=0.9,0.95, or a range of six values in equal "
        "ratios, learning_rate=log:1e-4:1e-2:6, or in equal distances, gamma=lin:0.9:1:6. Several "
        "widths are listed with semicolons: hidden_dims='64,64;128'. Given more than once, every "
        "combination is trained",
    )
    of_sweep.add_argument(
        "--seeds",
        type=seeds,
        metavar="N|A,B,…",
        help="seeds of each combination: N consecutive ones from --seed on, or A, B, … "
        "(default: 1). A sweep that has fewer gets those that it lacks",
    )
    for name, way in WAYS.items():
        if way.counted:
            of_sweep.add_argument(
                f"--{name}",
                type=whole_number(name, 1, MOST_RUNS),
                metavar="N",
                help=f"{way.label}: {way.help}",
            )
    of_sweep.add_argument(
        "--pruner",
        choices=list(PRUNERS),
        help="what ends a trial of a search early, by its greedy evaluations. "
        f"{_explained(PRUNERS)} Default: {USUAL_PRUNER}.",
    )


def _who_trains(of_sweep: Any) -> None:
    """Processes of this machine, or a cluster."""
    of_sweep.add_argument(
        "--workers",
        type=whole_number("workers", 1, MOST_WORKERS),
        metavar="N",
        help="processes that train at once (default: one for each processor)",
    )
    of_sweep.add_argument(
        "--ray",
        metavar="ADDRESS",
        help="train on the Ray cluster at HOST:PORT instead, or auto: the one that this machine "
        "belongs to; docs/clusters.md says how to start one",
    )


def _explained(choices: Mapping[Any, Choice]) -> str:
    return " ".join(f"{name}: {choice.help}" for name, choice in choices.items())
