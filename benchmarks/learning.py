"""Does `recommended` solve CartPole-v1, seed after seed?

    python benchmarks/learning.py

50,000 environment steps with each of the seeds 0 to 9, then the mean return over 100 fresh
episodes: of the last policy, and of the one that did best in a greedy evaluation on the way. These
seeds are for reporting alone: whoever tunes the preset does so on seeds from 1000 on
(``--first-seed 1000``). The table is also written to benchmarks/results/.
"""

from pathlib import Path

from report import ROOT, Report, arguments

from dqn_core import Trainer, evaluate, preset
from dqn_core.compute import set_threads
from dqn_core.statistics import bootstrap_interval, interquartile_mean

THRESHOLD = 475.0
EVALUATION_SEED = 1_000_000
"""Far from every seed that trains or tunes."""


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--seeds", type=int, default=10, help="number of seeds (default: 10)")
    parser.add_argument("--results", type=Path, default=ROOT / "benchmarks" / "results")
    options = parser.parse_args()
    set_threads()
    total_steps, episodes, count = (300, 2, 2) if options.quick else (50_000, 100, options.seeds)

    rows = []
    for seed in range(options.first_seed, options.first_seed + count):
        config = preset("recommended").replace(
            env_id="CartPole-v1", seed=seed, total_steps=total_steps
        )
        trainer = Trainer(config)
        trainer.run()
        last = evaluate(trainer.agent(), episodes, seed=EVALUATION_SEED).mean_return
        kept = trainer.best_agent()
        best = evaluate(kept, episodes, seed=EVALUATION_SEED).mean_return
        rows.append([seed, last, best, kept.env_steps, trainer.seconds])
        trainer.close()
        print(f"seed {seed}: last {last:.1f}, best {best:.1f}", flush=True)

    report = Report("`recommended` on CartPole-v1")
    report.say(
        f"{total_steps:,} environment steps a seed, then {episodes} fresh greedy episodes. "
        "The time includes the greedy evaluations during training."
    )
    report.table("seeds", ["seed", "last", "best", "best at step", "seconds"], rows)
    for column, name in ((1, "last"), (2, "best evaluated")):
        means = [row[column] for row in rows]
        low, high = bootstrap_interval([means])
        report.say(
            f"The {name} policy reaches {THRESHOLD:g} with "
            f"{sum(mean >= THRESHOLD for mean in means)} of {count} seeds; interquartile mean "
            f"{interquartile_mean(means):.1f}, 95 % interval {low:.1f} to {high:.1f}."
        )
    options.results.mkdir(exist_ok=True)
    (options.results / "learning.md").write_text(report.markdown)
    report.finish(options.json or options.results / "learning.json")


if __name__ == "__main__":
    main()
