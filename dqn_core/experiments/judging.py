"""Whether the effect that an experiment claims is there in its seeds."""

from collections.abc import Mapping
from dataclasses import dataclass

from dqn_core.comparison import Comparison, Group, compare
from dqn_core.experiments.experiment import Effect, Experiment
from dqn_core.verdict import verdict


@dataclass(frozen=True, eq=False)
class Finding:
    """What the seeds say of an effect: ``comparison`` is of its arm ``less``, then ``more``."""

    effect: Effect
    comparison: Comparison

    @property
    def is_there(self) -> bool:
        """Whether ``more`` was above ``less`` in more pairs of seeds than chance alone explains."""
        improvement = self.comparison.improvement
        is_more = improvement is not None and improvement.probability > 0.5
        return is_more and verdict(self.comparison) == "real"


def findings(experiment: Experiment, groups: Mapping[str, Group]) -> list[Finding]:
    """One for each claimed effect; ``groups`` are the arms' by id."""
    return [
        Finding(
            effect, compare([groups[effect.less], groups[effect.more]], experiment.measure.metric)
        )
        for effect in experiment.effects
    ]
