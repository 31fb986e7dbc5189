"""Is the effect there that each experiment of the Learn page claims?

    python benchmarks/experiments.py
    python benchmarks/experiments.py no-target double

Each arm has ten seeds: neither those of the page nor those that the experiments were made with. An
effect is there if one arm beats the other more often than chance alone explains.

Each arm that is done is kept in benchmarks/results/experiments/ and not trained again. The table,
benchmarks/results/experiments.md, has all that are done.
"""

import argparse
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from report import ROOT, Report, arguments
from stages import Figures, Stage

from dqn_core import Trainer
from dqn_core.base.compute import set_threads
from dqn_core.comparison import Curve, Group
from dqn_core.experiments.catalogue import EXPERIMENTS
from dqn_core.experiments.experiment import Arm, Experiment
from dqn_core.experiments.judging import Finding, findings

SEEDS = range(100, 110)
CLAIMS = ["experiment", "claim", "of 100 pairs of seeds", "95 % interval", "the effect is"]
ARMS = ["experiment", "arm", "measure", "interquartile mean", "95 % interval"]


def stage_of(experiment: Experiment, arm: Arm, folder: Path, quick: bool) -> Stage:
    """The seeds of one arm; in the small two of them, for a hundred steps."""
    config, path = experiment.configs(arm)[0], folder / experiment.id / f"{arm.id}.json"
    if not quick:
        return Stage(config, SEEDS, path, {}, arm.trainer)
    config = config.replace(total_steps=100, evaluation_period=50, evaluation_episodes=1)
    return Stage(config, SEEDS[:2], path, {}, arm.trainer)


def curves_of(experiment: Experiment, trainer: Trainer) -> Figures:
    """The measure of each seed over the steps."""
    seeds = [config.seed for config in trainer.configs]
    curves = experiment.curves(trainer.history.evaluations.columns(), seeds)
    return [
        {"seed": seed, "steps": curve.env_steps.tolist(), "values": curve.returns.tolist()}
        for seed, curve in zip(seeds, curves, strict=True)
    ]


def group_of(experiment: Experiment, arm: Arm, stage: Stage, figures: Figures) -> Group:
    """What the kept figures of an arm say."""
    curves = [Curve(np.array(one["steps"]), np.array(one["values"])) for one in figures]
    return experiment.group(arm, curves, stage.config.total_steps, stage.seeds)


def found_of(experiment: Experiment, folder: Path, quick: bool, may_train: bool) -> list[Finding]:
    """What the seeds say of each claim; nothing while an arm is not done."""
    groups = {}
    for arm in experiment.arms:
        stage = stage_of(experiment, arm, folder, quick)
        kept = stage.done(partial(curves_of, experiment)) if may_train else stage.kept()
        if kept is None:
            return []
        groups[arm.id] = group_of(experiment, arm, stage, kept["figures"])
    return findings(experiment, groups)


def claim_row(experiment: Experiment, finding: Finding) -> list[str]:
    """A claim with the probability that a seed of the first arm comes to more."""
    improvement = finding.comparison.improvement
    assert improvement is not None
    low, high = improvement.interval
    return [
        experiment.id,
        f"{experiment.arm(finding.effect.more).label} > "
        f"{experiment.arm(finding.effect.less).label}",
        f"{100 * improvement.probability:.0f}",
        f"{100 * low:.0f} to {100 * high:.0f}",
        "there" if finding.is_there else "NOT there",
    ]


def arm_rows(experiment: Experiment, found: Sequence[Finding]) -> list[list[str]]:
    """What each arm came to."""
    standings = {
        arm_id: standing
        for finding in found
        for arm_id, standing in zip(
            (finding.effect.less, finding.effect.more), finding.comparison.standings, strict=True
        )
    }
    return [
        [
            experiment.id,
            arm.label,
            experiment.measure.label,
            f"{standings[arm.id].interquartile_mean:.2f}",
            "{:.2f} to {:.2f}".format(*standings[arm.id].interval),
        ]
        for arm in experiment.arms
    ]


def report_of(found: Mapping[str, list[Finding]]) -> Report:
    """The tables of the experiments that are done."""
    report = Report("The effects that the experiments claim, over ten other seeds")
    report.say(
        f"Each arm has the seeds {SEEDS[0]} to {SEEDS[-1]}. An effect is there where the interval "
        "of the probability that a seed of the first arm comes to more than one of the second "
        "leaves out one half (Agarwal et al. 2021)."
    )
    done = [(EXPERIMENTS[name], of_one) for name, of_one in found.items() if of_one]
    claims = [claim_row(experiment, one) for experiment, of_one in done for one in of_one]
    report.table(CLAIMS, claims)
    arms = [row for experiment, of_one in done for row in arm_rows(experiment, of_one)]
    report.table(ARMS, arms)
    return report


def parsed() -> argparse.Namespace:
    parser = arguments(__doc__)
    parser.add_argument("experiments", nargs="*", metavar="experiment", help="default: all of them")
    parser.add_argument("--results", type=Path, default=ROOT / "benchmarks" / "results")
    options = parser.parse_args()
    for name in options.experiments:
        if name not in EXPERIMENTS:
            parser.error(f"There is no experiment {name}: choose of {', '.join(EXPERIMENTS)}.")
    return options


def main() -> None:
    options = parsed()
    set_threads()
    found = {}
    for name, experiment in EXPERIMENTS.items():
        is_asked = not options.experiments or name in options.experiments
        folder = options.results / "experiments"
        found[name] = found_of(experiment, folder, options.quick, is_asked)
        print(name, flush=True)
    report = report_of(found)
    (options.results / "experiments.md").write_text(report.markdown)
    print(report.markdown)


if __name__ == "__main__":
    main()
