"""The Train page's figures: the numbers of the moment, and how far the run is."""

from typing import Any

from dashboard.run import Run
from dqn_core.exploration import epsilon_at
from dqn_core.learner import learning_rate_at
from dqn_core.statistics import interquartile_mean, smooth

RECENT = 200
"""Episodes of a member that its average return looks back on."""


def figures(run: Run) -> dict[str, Any]:
    """The numbers of the moment by their names, and how far the run is, for `assets/figures.js`."""
    status = run.status  # first: what is read after "paused" stays
    step, config, left = run.trainer.env_step, run.config, run.seconds_left
    episode = run.trainer.episodes[run.trainer.first] + 1
    budget = f"of {config.total_steps:,}"
    if step > config.total_steps:
        budget = f"with a budget {budget}"
    where = f"Environment step {step:,} {budget}, episode {episode:,}"
    return {
        "numbers": {
            "Average return": over_members(average_returns(run)),
            "Greedy return": over_members(greedy_returns(run)),
            "ε": f"{epsilon_at(config, step):.3f}",
            "α": number(learning_rate_at(config, step)),
            "Steps a second": f"{run.measured_speed:,.0f}"
            + (" each" if run.trainer.members > 1 else ""),
            "Time left": "–" if left is None else clock(left),
        },
        "status": status,
        "where": where + _to_the_threshold(run),
        "env_step": step,
        "budget": config.total_steps,
    }


def average_returns(run: Run) -> list[float]:
    """Each counted member's average return of late, of those that have ended an episode."""
    columns = run.history.episodes.columns(-RECENT * run.trainer.members)
    of_each = (columns["return"][columns["member"] == p] for p in run.trainer.counted)
    return [float(smooth(returns)[-1]) for returns in of_each if len(returns)]


def greedy_returns(run: Run) -> list[float]:
    """Each counted member's mean return in its newest greedy evaluation."""
    columns = run.history.evaluations.columns(-len(run.trainer.counted))
    return [float(value) for value in columns["mean_return"]]


def over_members(returns: list[float]) -> str:
    """Their interquartile mean, written out."""
    if not returns:
        return "–"
    return number(interquartile_mean(returns))


def number(value: float) -> str:
    """With one decimal, small ones with three digits; never in powers of ten where it is large."""
    text = f"{value:,.1f}" if abs(value) >= 1 else f"{value:.3g}"
    return text.replace("-", "−")


def _to_the_threshold(run: Run) -> str:
    """How far the greedy policy is from solving the environment, where that is defined."""
    threshold, solved_at = run.trainer.spec.reward_threshold, run.trainer.evaluations.solved_at
    if solved_at is not None:
        return f" · solved at step {solved_at:,}"
    greedy = greedy_returns(run)
    if threshold is None or not greedy:
        return ""
    mean, which = number(sum(greedy) / len(greedy)), "mean " if len(greedy) > 1 else ""
    aim = number(threshold).removesuffix(".0")
    return f" · {which}greedy return {mean} of the {aim} that solve it"


def clock(seconds: float) -> str:
    """Seconds as minutes and seconds, or hours and minutes."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d} h" if minutes >= 60 else f"{minutes}:{rest:02d}"
