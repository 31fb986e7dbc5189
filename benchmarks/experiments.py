"""Is the effect there that each experiment of the Learn page claims?

    python benchmarks/experiments.py
    python benchmarks/experiments.py no-target double

Ten seeds of each arm, others than the page has and than the experiments were made with. An effect
is there where one arm beats the other so often that chance alone does not explain it.

Each arm that is done is kept in benchmarks/results/experiments/ and not trained again. The table,
benchmarks/results/experiments.md, has all that are done.
"""

import argparse
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from report import ROOT, Report, arguments
from stages import Figures, Stage

from dqn_core import Trainer
from dqn_core.comparison import Curve, Group
from dqn_core.compute import set_threads
from dqn_core.experiments.catalogue import EXPERIMENTS
from dqn_core.experiments.experiment import Arm, Experiment
from dqn_core.experiments.judging import Finding, findings

SEEDS = range(100, 110)
HEADER = ["experiment", "arm", "measure", "interquartile mean", "95 % interval"]
CLAIMS = ["experiment", "claim", "of 100 pairs of seeds", "95 % interval", "the effect is"]


def stage_of(experiment: Experiment, arm: Arm, folder: Path, quick: bool) -> Stage:
    """The seeds of one arm; in the small two of them, for a hundred steps."""
    changes: dict[str, Any] = {}
    seeds = SEEDS
    if quick:
        changes = {"total_steps": 100, "evaluation_period": 50, "evaluation_episodes": 1}
        seeds = SEEDS[:2]
    config = experiment.configs(arm)[0].replace(**changes)
    return Stage(
        config,
        seeds,
        folder / experiment.id / f"{arm.id}.json",
        {},
        partial(defective, arm),
    )


def defective(arm: Arm, configs: Sequence[Any]) -> Trainer:
    """A trainer with what is wrong in that arm."""
    trainer = Trainer(configs)
    if arm.defect:
        arm.defect(trainer)
    return trainer


def curves_of(experiment: Experiment, trainer: Trainer) -> Figures:
    """The measure of each seed over the steps."""
    seeds = [config.seed for config in trainer.configs]
    curves = experiment.curves(trainer.history.evaluations.columns(), seeds)
    return [
        {"seed": seed, "steps": curve.env_steps.tolist(), "values": curve.returns.tolist()}
        for seed, curve in zip(seeds, curves, strict=True)
    ]


def group_of(experiment: Experiment, arm: Arm, stage: Stage, figures: Figures) -> Group:
    curves = [Curve(np.array(one["steps"]), np.array(one["values"])) for one in figures]
    return experiment.group(arm, curves, stage.config.total_steps, stage.seeds)


def report_of(found: Mapping[str, list[Finding]]) -> Report:
    """The tables of the experiments that are done."""
    report = Report("The effects that the experiments claim, over ten other seeds")
    report.say(
        f"Each arm has the seeds {SEEDS[0]} to {SEEDS[-1]}. An effect is there where the interval "
        "of the probability that a seed of the first arm comes to more than one of the second "
        "leaves out one half (Agarwal et al. 2021)."
    )
    claims, standings = [], []
    for name, of_one in found.items():
        experiment, shown = EXPERIMENTS[name], set()
        for finding in of_one:
            less, more = (experiment.arm(arm) for arm in (finding.effect.less, finding.effect.more))
            improvement = finding.comparison.improvement
            if improvement is None:
                continue
            low, high = improvement.interval
            claims.append(
                [
                    name,
                    f"{more.label} > {less.label}",
                    f"{100 * improvement.probability:.0f}",
                    f"{100 * low:.0f} to {100 * high:.0f}",
                    "there" if finding.is_there else "NOT there",
                ]
            )
            for arm, standing in zip((less, more), finding.comparison.standings, strict=True):
                if arm.id not in shown:
                    shown.add(arm.id)
                    low, high = standing.interval
                    middle = f"{standing.interquartile_mean:.2f}"
                    interval = f"{low:.2f} to {high:.2f}"
                    standings.append([name, arm.label, experiment.measure.label, middle, interval])
    report.table("claims", CLAIMS, claims)
    report.table("arms", HEADER, standings)
    return report


def parsed() -> argparse.Namespace:
    parser = arguments(__doc__)
    parser.add_argument(
        "experiments", nargs="*", choices=[[], *EXPERIMENTS], metavar="experiment", default=[]
    )
    parser.add_argument("--results", type=Path, default=ROOT / "benchmarks" / "results")
    return parser.parse_args()


def main() -> None:
    options = parsed()
    set_threads()
    found: dict[str, list[Finding]] = {}
    for experiment in EXPERIMENTS.values():
        groups = {}
        for arm in experiment.arms:
            stage = stage_of(experiment, arm, options.results / "experiments", options.quick)
            is_asked = not options.experiments or experiment.id in options.experiments
            kept = stage.done(partial(curves_of, experiment)) if is_asked else stage.kept()
            if kept:
                groups[arm.id] = group_of(experiment, arm, stage, kept["figures"])
                print(f"{experiment.id}: {arm.id}", flush=True)
        if len(groups) == len(experiment.arms):
            found[experiment.id] = findings(experiment, groups)
    report = report_of(found)
    (options.results / "experiments.md").write_text(report.markdown)
    report.finish(options.json)


if __name__ == "__main__":
    main()
