"""A benchmark in stages, which are kept: one that was stopped goes on where it was."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from report import machine

from dqn_core import DQNConfig, Trainer
from dqn_core.base.whole_files import whole_file

Figures = list[dict[str, Any]]
"""What was found of each seed."""


@dataclass(frozen=True)
class Stage:
    """Seeds to train with one configuration, and the file in which their figures are kept.

    ``judgement`` is what else the figures depend on; ``make`` makes the trainer.
    """

    config: DQNConfig
    seeds: Sequence[int]
    path: Path
    judgement: Mapping[str, float]
    make: Callable[[Sequence[DQNConfig]], Trainer] = Trainer

    @property
    def recipe(self) -> dict[str, Any]:
        """All that the figures depend on; of the configuration only what differs from the defaults.

        So a stage stays done when a hyperparameter is added, since its default changes no run.
        """
        values = self.config.replace(seed=0).difference(DQNConfig())
        return {"values": values, "seeds": list(self.seeds), "judgement": dict(self.judgement)}

    def kept(self) -> dict[str, Any] | None:
        """What is in the file, unless that was made by another recipe."""
        if not self.path.exists():
            return None
        found: dict[str, Any] = json.loads(self.path.read_text())
        return found if found["recipe"] == self.recipe else None

    def done(self, judge: Callable[[Trainer], Figures]) -> dict[str, Any]:
        """What is `kept`, or else is found now: all seeds are trained side by side and judged."""
        return self.kept() or self._made(judge)

    def _made(self, judge: Callable[[Trainer], Figures]) -> dict[str, Any]:
        configs = [self.config.replace(seed=seed) for seed in self.seeds]
        with closing(self.make(configs)) as trainer:
            before = time.process_time()
            trainer.run()
            found = {
                "recipe": self.recipe,
                "machine": machine(),
                "seconds": trainer.seconds,
                "processor seconds": time.process_time() - before,
                "figures": judge(trainer),
            }
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(self.path) as part:
            part.write_text(json.dumps(found, indent=1) + "\n")
        return found
