"""Is every environment learnt, seed after seed?

    python benchmarks/environments.py
    python benchmarks/environments.py Taxi-v4 LunarLander-v3

Each environment is trained with its recommended values and the seeds 0 to 9, side by side in one
`Trainer`; then each policy plays fresh greedy episodes. "Last" is the policy at the end of the step
budget, "best" the one that did best in a greedy evaluation on the way. These seeds are for
reporting alone: whoever tunes values does so on seeds from 1000 on (``--first-seed 1000``, with
other folders for what is written).

What is done is kept in benchmarks/results/environments/, a file for each environment, and trained
again only when its values change. The table is benchmarks/results/environments.md. The last policy
of the first seed goes to assets/agents/, whatever it came to.
"""

import argparse
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from report import ROOT, Report, arguments
from stages import Figures, Stage

from dqn_core import Agent, Trainer, evaluate, recommended
from dqn_core.base.compute import set_threads
from dqn_core.base.statistics import bootstrap_interval, interquartile_mean
from dqn_core.environments import environment_spec
from dqn_core.files.checkpoint import save_agent

EVALUATION_SEED = 1_000_000
"""Far from every seed that trains or tunes."""


@dataclass(frozen=True)
class Goal:
    """The mean return over fresh episodes that counts as learnt, and the results of others."""

    bar: float
    published: str = "none over seeds"
    episodes: int = 100


GOALS = {
    "CartPole-v1": Goal(475, "500 (RL Zoo, one run)"),
    "Acrobot-v1": Goal(-90, "−69 (RL Zoo, QR-DQN, one run)"),
    "MountainCar-v0": Goal(-110, "−101 (RL Zoo, one run)"),
    "LunarLander-v3": Goal(200, "266 (SLM-Lab, 4 seeds)"),
    "FrozenLake-v1": Goal(0.70, episodes=200),
    "FrozenLake8x8-v1": Goal(0.80, episodes=200),
    "Taxi-v4": Goal(7.5),
    "CliffWalking-v1": Goal(-13),
    "CliffWalkingSlippery-v1": Goal(-75),
}
QUICK = {
    "total_steps": 300,
    "learning_starts": 100,
    "evaluation_period": 150,
    "evaluation_episodes": 2,
}


@dataclass(frozen=True)
class Task:
    """One environment: what is asked of it, its stage, and where the first seed's agent goes."""

    env_id: str
    goal: Goal
    stage: Stage
    agent_path: Path

    def done(self) -> dict[str, Any]:
        return self.stage.done(self._judge)

    def _judge(self, trainer: Trainer) -> Figures:
        self.agent_path.parent.mkdir(parents=True, exist_ok=True)
        save_agent(self.agent_path, trainer.agent())
        return [self._figures(trainer, p) for p in range(trainer.members)]

    def _figures(self, trainer: Trainer, p: int) -> dict[str, Any]:
        last, best = trainer.agent(p), trainer.best_agent(p)
        history = trainer.history.evaluations.columns()
        at_bar = (history["member"] == p) & (history["mean_return"] >= self.goal.bar)
        return {
            "seed": last.config.seed,
            "last": self._fresh_mean(last),
            "best": self._fresh_mean(best),
            "best at step": best.env_steps,
            "steps to the bar": _first(history["env_step"][at_bar]),
            "seconds to the bar": _first(history["seconds"][at_bar]),
        }

    def _fresh_mean(self, agent: Agent) -> float:
        """Over episodes that no training saw, under the environment's own time limit."""
        usual = Agent(agent.config.replace(max_episode_steps=0), agent.network)
        episodes = int(self.stage.judgement["episodes"])
        return evaluate(usual, episodes, seed=EVALUATION_SEED).mean_return


def _first(values: Any) -> float | None:
    return values[0].item() if len(values) else None


def planned(options: argparse.Namespace) -> list[Task]:
    """Every environment, or in the small."""
    seeds = range(options.first_seed, options.first_seed + (2 if options.quick else 10))
    tasks = []
    for env_id, goal in GOALS.items():
        config, episodes = recommended(env_id), goal.episodes
        if options.quick:
            config, episodes = config.replace(**QUICK), 2
        path = options.results / "environments" / f"{env_id}.json"
        stage = Stage(config, seeds, path, {"bar": goal.bar, "episodes": episodes})
        tasks.append(Task(env_id, goal, stage, options.agents / f"{env_id}.safetensors"))
    return tasks


def row(task: Task, done: Mapping[str, Any]) -> dict[str, str]:
    """An environment's row of the table."""
    seeds, bar, optimum = done["figures"], task.goal.bar, environment_spec(task.env_id).optimum
    cells = {
        "environment": task.env_id,
        "steps": f"{task.stage.config.total_steps:,}",
        "optimum": "–" if optimum is None else f"{optimum:.4g}",
        "best published": task.goal.published,
        "bar": f"{bar:g}",
    }
    for policy in ("last", "best"):
        means = [seed[policy] for seed in seeds]
        low, high = bootstrap_interval(means)
        at_bar = sum(mean >= bar for mean in means)
        cells[f"{policy}: seeds at the bar"] = f"{at_bar} of {len(means)}"
        cells[f"{policy}: interquartile mean (95 % interval)"] = (
            f"{interquartile_mean(means):.4g} ({low:.4g} to {high:.4g})"
        )
    cells["steps to the bar"] = _median([seed["steps to the bar"] for seed in seeds])
    # Whatever else the machine did then: the processor's seconds, and the same share of them.
    processor, clock = done["processor seconds"], done["seconds"]
    cells["seconds to the bar"] = _median(
        [seed["seconds to the bar"] for seed in seeds], processor / clock
    )
    return cells | {"seconds in all": f"{processor:,.0f}"}


def _median(values: Sequence[float | None], scale: float = 1) -> str:
    """Over all seeds; one that never reached the bar counts as the slowest."""
    middle = scale * median(math.inf if value is None else value for value in values)
    return f"{middle:,.0f}" if math.isfinite(middle) else "never"


def report_of(tasks: Sequence[Task]) -> Report:
    """The tables of the environments that are done."""
    report = Report("Every environment, learnt by every seed")
    pairs = [(task, found) for task in tasks if (found := task.stage.kept())]
    processors = dict.fromkeys(found["machine"]["processor"] for _, found in pairs)
    report.say(
        f"Trained on {', '.join(processors)}, one core, with the recommended values of each "
        "environment; the seeds took no part in choosing them. All policies play the same fresh "
        "greedy episodes (200 in FrozenLake, 100 elsewhere) under the environment's own time "
        "limit: “last” is the policy at the end of training, “best” the one that did best in a "
        "greedy evaluation on the way."
    )
    rows = [row(task, found) for task, found in pairs]
    report.table(list(rows[0]), [list(each.values()) for each in rows])
    report.say(
        "To the bar: until the first greedy evaluation during training that reaches it, the median "
        "of the seeds. Seconds are of the processor, for all seeds side by side with evaluations."
    )
    report.say("The mean return of each seed's last policy:")
    returns = [
        [task.env_id, *(f"{seed['last']:.4g}" for seed in found["figures"])]
        for task, found in pairs
    ]
    report.table(["seed", *map(str, tasks[0].stage.seeds)], returns)
    return report


def parsed() -> argparse.Namespace:
    parser = arguments(__doc__)
    parser.add_argument("env_ids", nargs="*", metavar="environment", help="default: all of them")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--results", type=Path, default=ROOT / "benchmarks" / "results")
    parser.add_argument("--agents", type=Path, default=ROOT / "assets" / "agents")
    return parser.parse_args()


def main() -> None:
    options = parsed()
    set_threads()
    tasks = planned(options)
    for task in tasks:
        if task.env_id in (options.env_ids or GOALS):
            print(f"{task.env_id} …", flush=True)
            task.done()
    report = report_of(tasks)
    (options.results / "environments.md").write_text(report.markdown)
    print(report.markdown)


if __name__ == "__main__":
    main()
