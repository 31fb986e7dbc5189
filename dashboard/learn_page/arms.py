"""An experiment's arms as a page trains them: runs that take turns and are not kept."""

from collections.abc import Sequence

from dashboard.session.keeping import Origin
from dashboard.session.run import Run, Status
from dashboard.session.turns import Turns
from dqn_core.base.phrases import Phrase
from dqn_core.comparison import Group
from dqn_core.experiments.experiment import Arm, Experiment
from dqn_core.experiments.judging import Finding, findings

NOT_KEPT = Origin(kept=False)
"""A defective run that came back from the store would go on without its defect."""


class Arms:
    """Runs by the ids of their arms, which a runner trains as ``turns``: none is ahead."""

    def __init__(self, experiment: Experiment, seeds: Sequence[int]) -> None:
        self.experiment = experiment
        self.seeds = seeds
        self.runs = {
            arm.id: Run(experiment.trainer(arm, seeds), NOT_KEPT) for arm in experiment.arms
        }
        self.turns = Turns([*self.runs.values()])

    @property
    def is_over(self) -> bool:
        """Whether every arm has come to its end."""
        ends = (Status.FINISHED, Status.FAILED)
        return all(run.status in ends for run in self.runs.values())

    @property
    def state(self) -> str:
        """A text that changes whenever the page has to be drawn anew."""
        return " ".join((self.turns.id, *(run.status for run in self.runs.values())))

    @property
    def env_step(self) -> int:
        """The step that every arm that can go on has reached."""
        going_on = [run.trainer for run in self.runs.values() if run.trainer.going_on]
        total = self.experiment.config.total_steps
        return min((trainer.env_step for trainer in going_on), default=total)

    @property
    def message(self) -> str:
        """What the person should know now; "" where there is nothing."""
        waiting = [run for run in self.runs.values() if run.status is Status.WAITING]
        if waiting:
            return Phrase(
                "Waiting: all places for training are taken. The experiment starts by itself."
            )
        stopped = (Status.PAUSED, Status.INTERRUPTED)
        told = [run.message for run in self.runs.values() if run.status in stopped]
        return next(filter(None, told), "")

    def findings(self) -> list[Finding]:
        """What the seeds say so far of each claim."""
        groups = {arm.id: self._group(arm) for arm in self.experiment.arms}
        return findings(self.experiment, groups)

    def _group(self, arm: Arm) -> Group:
        trainer = self.runs[arm.id].trainer
        step = trainer.env_step if trainer.going_on else self.experiment.config.total_steps
        evaluations = trainer.history.evaluations.columns()
        curves = self.experiment.curves(evaluations, self.seeds)
        return self.experiment.group(arm, curves, step, self.seeds)
