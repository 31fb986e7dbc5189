"""The budgets of a run: how much of each is used up, and which one will end the run first."""

from dataclasses import dataclass

from dashboard.session.run import Run
from dqn_core import HYPERPARAMETERS

MEASURED_EPISODES = 10
"""Episodes of each member whose length says how long those to come will be."""


@dataclass(frozen=True)
class Budget:
    """``seconds_left`` until it is used up at the pace of the moment, None while nobody knows."""

    label: str
    done: float
    total: float
    seconds_left: float | None

    @property
    def share(self) -> float:
        return min(1.0, self.done / self.total)


def budgets(run: Run) -> list[Budget]:
    """Those that are set: of environment steps, episodes and seconds."""
    config, trainer = run.config, run.trainer
    every = (
        ("total_steps", config.total_steps, trainer.env_step, run.measured_speed),
        ("total_episodes", config.total_episodes, trainer.fewest_episodes, _episodes_a_second(run)),
        ("total_seconds", config.total_seconds, trainer.seconds, run.training_share),
    )
    return [
        Budget(
            HYPERPARAMETERS[name].label,
            done,
            total,
            max(0.0, total - done) / a_second if a_second else None,
        )
        for name, total, done, a_second in every
        if total
    ]


def first_to_end(run: Run) -> Budget:
    """The one that will be used up first; while nobody knows when, the one that is used up most.

    Of equals the last: steps are always limited, the others only on purpose.
    """
    found = budgets(run)[::-1]
    known = [budget.seconds_left for budget in found if budget.seconds_left is not None]
    if len(known) == len(found):
        return found[known.index(min(known))]
    return max(found, key=lambda budget: budget.share)


def _episodes_a_second(run: Run) -> float:
    """Episodes a second of each member, by the length of the newest; 0 while there are none."""
    lengths = run.history.episodes.columns(-MEASURED_EPISODES * len(run.trainer.counted))["length"]
    return run.measured_speed / float(lengths.mean()) if len(lengths) else 0.0
