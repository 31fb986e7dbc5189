"""The command line's ``compare``: kept runs against each other, judged by their seeds."""

import argparse
from collections.abc import Sequence
from typing import Any, get_args

from dqn_core.base.numbers import number
from dqn_core.cli.results import json_text, standing_result
from dqn_core.cli.runs import kept
from dqn_core.cli.runs_parser import add_folder
from dqn_core.cli.streams import say
from dqn_core.comparison import (
    Comparison,
    Group,
    Metric,
    SeedRun,
    Standing,
    compare,
    differing,
    grouped,
)
from dqn_core.configuration.options import value_words
from dqn_core.store.seed_runs import stored_seed_runs
from dqn_core.store.store import Store
from dqn_core.verdict import basis_words, letter, verdict_words


def add_compare(commands: Any) -> None:
    """Declare the command and its options."""
    parser = commands.add_parser(
        "compare",
        help="compare kept runs",
        allow_abbrev=False,
        description="Compare runs of a folder that `train --runs` or the app has filled. Runs that "
        "differ only in their seed are one group. Of two groups it says how probable it is that a "
        "seed of the one beats a seed of the other (probability of improvement, Agarwal et al. "
        "2021).",
    )
    parser.set_defaults(command=compare_runs)
    parser.add_argument("names", nargs="+", metavar="RUN", help="name of a run, such as cartpole-7")
    add_folder(parser)
    parser.add_argument(
        "--metric",
        choices=get_args(Metric),
        default="final",
        help="judge a seed by the return that it came to (final, the default), or by the area "
        "under its curve divided by the steps (area)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def compare_runs(options: argparse.Namespace) -> int:
    """Compare the runs that ``options`` name, and print the result."""
    groups = grouped(_seed_runs(kept(options.runs), options.names))
    comparison = compare(groups, options.metric)
    say(json_text(_result(comparison)) if options.json else _in_words(comparison))
    return 0


def _seed_runs(store: Store, names: Sequence[str]) -> list[SeedRun]:
    """The seeds of these runs; a run that is named twice is one."""
    return [
        one
        for record in {record.run: record for record in map(store.called, names)}.values()
        for one in stored_seed_runs(store, record)
    ]


def _result(comparison: Comparison) -> dict[str, Any]:
    """``scores`` are those of the seeds in their order; None where a seed is left out."""
    improvement = comparison.improvement
    return {
        "metric": comparison.metric,
        "measure": comparison.measure,
        "until": comparison.until,
        "groups": [
            {
                "runs": standing.group.runs,
                "seeds": standing.group.seeds,
                **standing_result(standing),
            }
            for standing in comparison.standings
        ],
        "probability_of_improvement": improvement
        and {"probability": improvement.probability, "interval": improvement.interval},
    }


def _in_words(comparison: Comparison) -> str:
    names = differing([standing.group for standing in comparison.standings])
    lines = []
    for position, standing in enumerate(comparison.standings):
        lines += [
            f"{letter(position)}: {', '.join(standing.group.runs)}{_values(standing.group, names)}",
            f"   {_standing(standing)}",
        ]
    lines += [basis_words(comparison), verdict_words(comparison, "A", "B")]
    return "\n".join(filter(None, lines))


def _standing(standing: Standing) -> str:
    """How a group did, in words; one seed has no interval."""
    score, seeds = number(standing.interquartile_mean), len(standing.counted)
    if seeds == 1:
        return f"{score} with one seed"
    low, high = standing.interval
    return (
        f"interquartile mean {score} over {seeds} seeds, 95 % interval {number(low)} to "
        f"{number(high)}"
    )


def _values(group: Group, names: Sequence[str]) -> str:
    """What tells a group from the others: its values, and its changes."""
    values = [f"{name} {value_words(getattr(group.config, name))}" for name in names]
    values += [f"{c.name} {c.old} → {c.new} at step {c.env_step:,}" for c in group.changes]
    return f" ({', '.join(values)})" if values else ""
