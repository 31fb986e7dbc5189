"""A run that is long already, to measure what the page costs late in a run without waiting."""

import time
from collections.abc import Sequence

import numpy as np
from report import ROOT as ROOT  # puts the checkout on the path

from dashboard.session.keeping import Origin
from dashboard.session.run import Run
from dqn_core import DQNConfig
from dqn_core.trainer import STATISTICS_PERIOD

EPISODES = 20_000
GROWTH = 40
PERIOD = 0.5
EPISODE_STEPS = 50
REAL_STEPS = 2_000


class LongRun(Run):
    """A run that begins with ``EPISODES`` made-up episodes and gets ``GROWTH`` each ``PERIOD``.

    That is what full speed makes of short episodes. The networks and the replay are those of
    ``REAL_STEPS`` steps of training; the history, with statistics and evaluations as often as a
    training has them, is noise around a curve of learning.
    """

    def __init__(self, configs: Sequence[DQNConfig], origin: Origin) -> None:
        super().__init__(configs, origin)
        self._due = 0.0
        self._random = np.random.default_rng(0)
        self.trainer.run(max_steps=REAL_STEPS)
        for _ in range(EPISODES):
            self._episode()

    def _train(self) -> float:
        now = time.monotonic()
        if now < self._due:
            return min(0.05, self._due - now)
        for _ in range(GROWTH):
            self._episode()
        self._due = max(self._due + PERIOD, now)
        return 0.0

    def _episode(self) -> None:
        trainer, history = self.trainer, self.history
        before = trainer.env_step
        trainer.env_step += EPISODE_STEPS
        trainer.seconds += EPISODE_STEPS * 4e-4
        periods = {
            history.episodes: EPISODE_STEPS,
            history.updates: STATISTICS_PERIOD,
            history.evaluations: trainer.config.evaluation_period,
        }
        due = [t for t, n in periods.items() if n and trainer.env_step // n > before // n]
        for member in range(trainer.members):
            trainer.episodes[member] += 1
            when = {
                "member": member,
                "env_step": trainer.env_step,
                "episode": trainer.episodes[member],
                "seconds": trainer.seconds,
            }
            skill = 1 / (1 + np.exp(3 - trainer.episodes[member] / 1_000))
            for table in due:
                row = {name: skill * self._random.uniform(0.5, 1) for name in table.columns()}
                for name in {"return", "mean_return"} & row.keys():
                    row[name] = round(500 * row[name])
                if table is history.episodes:
                    row["length"] = EPISODE_STEPS
                table.append(**row | when)
