"""How long until CartPole-v1 is solved?

    python benchmarks/solve.py

Wall time and environment steps to the first greedy evaluation (10 episodes, every 2,500 steps)
with a mean of 475 or more, for `recommended` and for Stable-Baselines3 with the values that its
rl-zoo tuned for CartPole-v1, 10 seeds each, in turns. A run that has not solved it within its
50,000 steps counts as slower than any that has.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from report import Report, arguments

from dqn_core import Trainer, preset
from dqn_core.base.compute import set_threads

THRESHOLD = 475.0
EPISODES = 10


@dataclass
class Solved:
    """When an agent solved it; infinite if it did not."""

    seconds: float = math.inf
    evaluating: float = math.inf
    env_steps: float = math.inf


def until_solved(
    advance: Callable[[], int], evaluate: Callable[[], float], total_steps: int
) -> Solved:
    """Train and evaluate in turns; ``advance`` returns the environment steps made so far."""
    started, evaluating, env_steps = time.perf_counter(), 0.0, 0
    while env_steps < total_steps:
        env_steps = advance()
        before = time.perf_counter()
        mean_return = evaluate()
        evaluating += time.perf_counter() - before
        if mean_return >= THRESHOLD:
            return Solved(time.perf_counter() - started, evaluating, env_steps)
    return Solved()


def this_project(seed: int, total_steps: int, period: int) -> Solved:
    config = preset("recommended").replace(
        env_id="CartPole-v1", seed=seed, evaluation_period=0, evaluation_episodes=EPISODES
    )
    trainer = Trainer(config)

    def advance() -> int:
        trainer.run(max_steps=period)
        return trainer.env_step

    def evaluate() -> float:
        trainer.evaluate()
        return float(trainer.history.evaluations.columns()["mean_return"][-1])

    return until_solved(advance, evaluate, total_steps)


def stable_baselines(seed: int, total_steps: int, period: int) -> Solved:
    """rl-baselines3-zoo, hyperparams/dqn.yml, CartPole-v1.

    It trains in one call, so that ε falls as intended, and is evaluated from a callback; 128
    updates follow each 256 steps.
    """
    import gymnasium
    from stable_baselines3 import DQN
    from stable_baselines3.common.callbacks import BaseCallback
    from stable_baselines3.common.evaluation import evaluate_policy
    from stable_baselines3.common.logger import Logger
    from stable_baselines3.common.monitor import Monitor

    environment = Monitor(gymnasium.make("CartPole-v1"))
    environment.reset(seed=1_000_000 + seed)
    model = DQN(
        "MlpPolicy",
        "CartPole-v1",
        learning_rate=2.3e-3,
        batch_size=64,
        buffer_size=100_000,
        learning_starts=1_000,
        gamma=0.99,
        target_update_interval=10,
        train_freq=256,
        gradient_steps=128,
        exploration_fraction=0.16,
        exploration_final_eps=0.04,
        policy_kwargs={"net_arch": [256, 256]},
        seed=seed,
        device="cpu",
    )
    model.set_logger(Logger(folder=None, output_formats=[]))
    result = Solved()
    started = time.perf_counter()

    class Evaluate(BaseCallback):
        evaluating = 0.0

        def _on_step(self) -> bool:
            if self.n_calls % period:
                return True
            before = time.perf_counter()
            mean_return, _ = evaluate_policy(model, environment, n_eval_episodes=EPISODES)
            self.evaluating += time.perf_counter() - before
            assert isinstance(mean_return, float)
            if mean_return < THRESHOLD:
                return True
            result.seconds = time.perf_counter() - started
            result.evaluating, result.env_steps = self.evaluating, self.n_calls
            return False

    model.learn(total_steps, callback=Evaluate())
    return result


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--seeds", type=int, default=10, help="seeds of each (default: 10)")
    options = parser.parse_args()
    set_threads()
    total_steps, period, seeds = (300, 150, 1) if options.quick else (50_000, 2_500, options.seeds)
    contenders = {
        "DQN Lab, `recommended`": this_project,
        "Stable-Baselines3, rl-zoo's values": stable_baselines,
    }
    solved: dict[str, list[Solved]] = {name: [] for name in contenders}
    for seed in range(seeds):
        for name, solve in contenders.items():
            solved[name].append(solve(seed, total_steps, period))

    report = Report("Time to solve CartPole-v1")
    report.table(
        ["", "seed", "seconds", "of it evaluating", "environment steps"],
        [
            [name, seed, *(_or_never(v) for v in (run.seconds, run.evaluating, run.env_steps))]
            for name, runs in solved.items()
            for seed, run in enumerate(runs)
        ],
    )
    medians = {name: median(run.seconds for run in runs) for name, runs in solved.items()}
    ours, theirs = medians.values()
    report.table(
        ["", "solved", "median seconds", "median environment steps"],
        [
            [
                name,
                f"{sum(math.isfinite(run.seconds) for run in runs)} of {seeds}",
                _or_never(medians[name]),
                _or_never(median(run.env_steps for run in runs)),
            ]
            for name, runs in solved.items()
        ],
    )
    if math.isfinite(ours) and math.isfinite(theirs):
        report.say(f"Median seconds of `recommended` ÷ Stable-Baselines3's: {ours / theirs:.3f}.")
    print(report.markdown)


def _or_never(value: float) -> float | str:
    return value if math.isfinite(value) else "not solved"


if __name__ == "__main__":
    main()
