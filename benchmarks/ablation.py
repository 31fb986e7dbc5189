"""What does each part of the DQN family do, added to DQN, and removed from all of them?

    python benchmarks/ablation.py
    python benchmarks/ablation.py CartPole-v1 MountainCar-v0 --workers 1

Ten seeds of each arm, side by side in one `Trainer`, under the environments' usual time limits. In
an environment all arms have the same values except for those of their parts. The learning rate
follows one rule: it begins at the environment's recommended value and falls on a straight line to a
hundredth of it. No arm was tuned.

Each arm that is done is kept in benchmarks/results/ablation/ and not trained again. The table and
the picture, benchmarks/results/ablation.md and .svg, have all that are done.
"""

import argparse
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from intervals_picture import Estimate, picture
from report import ROOT, Report, arguments
from stages import Figures, Stage

from dqn_core import DQNConfig, Trainer, evaluate, recommended
from dqn_core.base.compute import set_threads
from dqn_core.base.statistics import bootstrap_interval, interquartile_mean
from dqn_core.configuration.hyperparameter import Value

STEPS = {
    "CartPole-v1": 50_000,
    "Acrobot-v1": 50_000,
    "MountainCar-v0": 100_000,
    "LunarLander-v3": 100_000,
}
EVALUATIONS = 20
"""Greedy evaluations of a run, whose mean is the area under its curve."""

EVALUATION_SEED = 1_000_000
"""Far from every seed that trains."""

DQN = DQNConfig(
    double_dqn=False,
    n_step=1,
    batch_size=64,
    train_frequency=4,
    loss="mse",
    gradient_clip=10.0,
    target_update_period=500,
    target_update_unit="env_steps",
    tau=1.0,
    epsilon_end=0.05,
    epsilon_decay=10_000,
    hidden_dims="64, 64",
    evaluation_episodes=5,
)
"""Mnih et al. 2015 in the small, with Adam and the squared error."""

Values = dict[str, Value]
PARTS: dict[str, Values] = {
    "Double": {"double_dqn": True},
    "dueling": {"dueling": True},
    "n-step": {"n_step": 3},
    "prioritised": {"sampling": "prioritised"},
    "C51": {"head": "categorical"},
    "noisy": {"noisy": True},
}
"""Those of Rainbow (Hessel et al. 2018), which all go together."""

QUANTILES: Values = {"head": "quantile", "loss": "huber"}
MUNCHAUSEN: Values = {"munchausen": True}
"""Goes neither with n-step returns nor with C51."""


def all_but(*names: str) -> Values:
    """What all parts but these change of `DQN`."""
    kept = [values for part, values in PARTS.items() if part not in names]
    return {name: value for values in kept for name, value in values.items()}


ARMS: dict[str, Values] = {
    "DQN": {},
    **{f"DQN + {part}": values for part, values in PARTS.items()},
    "DQN + quantiles": QUANTILES,
    "DQN + Munchausen": MUNCHAUSEN,
    "all": all_but(),
    **{f"all − {part}": all_but(part) for part in PARTS},
    "all, quantiles for C51": all_but("C51") | QUANTILES,
    "all, Munchausen for n-step, quantiles for C51": (
        all_but("n-step", "C51") | QUANTILES | MUNCHAUSEN
    ),
}
"""What each arm changes of `DQN`."""


@dataclass(frozen=True)
class Arm:
    """One arm in one environment."""

    env_id: str
    name: str
    stage: Stage

    def run(self) -> str:
        """Train and judge its seeds unless that is done; returns what it is called."""
        set_threads()
        self.stage.done(self._judge)
        return f"{self.env_id}: {self.name}"

    def _judge(self, trainer: Trainer) -> Figures:
        history, episodes = trainer.history.evaluations.columns(), self.stage.judgement["episodes"]
        figures = []
        for p, seed in enumerate(self.stage.seeds):
            area = history["mean_return"][history["member"] == p].mean().item()
            end = evaluate(trainer.agent(p), int(episodes), seed=EVALUATION_SEED).mean_return
            figures.append({"seed": seed, "area": area, "end": end})
        return figures

    def estimates(self) -> dict[str, Estimate]:
        """Of the area under its curve and of its end; none while it is not done."""
        kept = self.stage.kept()
        if kept is None:
            return {}
        return {
            measure: estimate([seed[measure] for seed in kept["figures"]])
            for measure in ("area", "end")
        }


def estimate(values: Sequence[float]) -> Estimate:
    """The interquartile mean over seeds and its 95 % interval."""
    return Estimate(interquartile_mean(values), *bootstrap_interval(values))


def planned(results: Path, quick: bool) -> list[Arm]:
    """Every arm in every environment; in the small only DQN and all parts."""
    names = ("DQN", "all") if quick else ARMS
    return [
        Arm(env_id, name, _stage(env_id, name, results / "ablation", quick))
        for env_id in STEPS
        for name in names
    ]


def _stage(env_id: str, name: str, folder: Path, quick: bool) -> Stage:
    steps, seeds, evaluations, episodes = STEPS[env_id], 10, EVALUATIONS, 100
    if quick:
        steps, seeds, evaluations, episodes = 200, 2, 2, 2
    rate = recommended(env_id).learning_rate
    config = DQN.replace(
        env_id=env_id,
        learning_rate=rate,
        learning_rate_end=rate / 100,
        total_steps=steps,
        learning_starts=min(DQN.learning_starts, steps // 2),
        evaluation_period=steps // evaluations,
        **ARMS[name],
    )
    return Stage(config, range(seeds), folder / env_id / f"{name}.json", {"episodes": episodes})


def report_of(arms: Sequence[Arm], picture_path: Path) -> Report:
    """The tables of the arms that are done; their picture is written beside them."""
    panels: dict[str, dict[str, Mapping[str, Estimate]]] = {}
    for arm in arms:
        if estimates := arm.estimates():
            panels.setdefault(arm.env_id, {})[arm.name] = estimates
    report, stage = Report("Each part, added to DQN and removed from all"), arms[0].stage
    report.say(
        f"Each arm has the seeds 0 to {stage.seeds[-1]}. In an environment all values but those of "
        "the parts are the same in all arms; Adam's learning rate begins at what is recommended "
        "for the environment and falls linearly to a hundredth of that. No arm was tuned. "
        "Area: the mean return of the greedy evaluations during training. End: that of the last "
        f"policy over {stage.judgement['episodes']} fresh episodes. Interquartile means over seeds "
        "with 95 % intervals."
    )
    for env_id, panel in panels.items():
        planned_here = [arm for arm in arms if arm.env_id == env_id]
        config = planned_here[0].stage.config
        report.say(
            f"{env_id}: {config.total_steps:,} environment steps, learning rate from "
            f"{config.learning_rate:g}; {len(panel)} of {len(planned_here)} arms are done."
        )
        rows = [[name, *map(_shown, estimates.values())] for name, estimates in panel.items()]
        report.table(["arm", "area", "end"], rows)
    report.say(f"![Interquartile means with intervals]({picture_path.name})")
    picture_path.write_text(picture(panels))
    return report


def _shown(estimate: Estimate) -> str:
    return "{:.1f} ({:.1f} to {:.1f})".format(*estimate)


def parsed() -> argparse.Namespace:
    parser = arguments(__doc__)
    parser.add_argument("env_ids", nargs="*", metavar="environment", help="default: all of them")
    parser.add_argument("--workers", type=int, default=2, help="arms at a time (default: 2)")
    parser.add_argument("--results", type=Path, default=ROOT / "benchmarks" / "results")
    return parser.parse_args()


def main() -> None:
    options = parsed()
    arms = planned(options.results, options.quick)
    chosen = [arm for arm in arms if arm.env_id in (options.env_ids or STEPS)]
    with ProcessPoolExecutor(options.workers) as workers:
        for name in workers.map(Arm.run, chosen):
            print(name, flush=True)
    set_threads()
    report = report_of(arms, options.results / "ablation.svg")
    (options.results / "ablation.md").write_text(report.markdown)
    print(report.markdown)


if __name__ == "__main__":
    main()
