"""The compared runs as groups of seeds: how each is called and drawn."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.charts.lines import dash, hue
from dashboard.session.view import Dash
from dashboard.session.words import change_label, named_value, show
from dashboard.web.language import _, said
from dqn_core import HYPERPARAMETERS
from dqn_core.comparison import Group, SeedRun, differing, grouped
from dqn_core.configuration.hyperparameter import Value
from dqn_core.store.record import RunRecord
from dqn_core.verdict import letter

MOST_NAMED = 3
"""Values that tell a group from the others in a legend."""


@dataclass(frozen=True, eq=False)
class Line:
    """A group of runs that are one line: the ``names`` of its runs, and what it ``differs`` in.

    Its ``position`` among all gives it a letter, a colour and a dash.
    """

    position: int
    group: Group
    names: tuple[str, ...]
    differs: tuple[str, ...]

    @property
    def letter(self) -> str:
        return letter(self.position)

    @property
    def hue(self) -> int:
        """Position of its colour."""
        return hue(self.position)

    @property
    def dash(self) -> Dash:
        return dash(self.position)

    @property
    def label(self) -> str:
        """``A: γ 0.9, 5 seeds``; where nothing tells it apart, the names of its runs."""
        named = list(self.differs[:MOST_NAMED])
        if more := len(self.differs) - len(named):
            named.append(_("{count} more", count=more))
        words = _(", ").join(named) or self._runs
        seeds = len(self.group.seed_runs)
        if seeds == 1:
            return f"{self.letter}: {words}"
        return _("{letter}: {words}, {seeds} seeds", letter=self.letter, words=words, seeds=seeds)

    @property
    def _runs(self) -> str:
        """The name of its first run, and how many there are more."""
        first, *others = self.names
        return _("{run} and {count} more", run=first, count=len(others)) if others else first


def lines_of(seed_runs: Sequence[SeedRun], records: Mapping[str, RunRecord]) -> list[Line]:
    """The groups of these seeds, in the order in which their runs were chosen."""
    groups = grouped(seed_runs)
    unusual = _unusual(groups)
    return [
        Line(
            position,
            group,
            tuple(records[run].name for run in group.runs),
            tuple(
                [named(name, value) for name, value in values.items()]
                + [
                    _(
                        "{change} at {step:,}",
                        change=change_label(change.name, change.old, change.new),
                        step=change.env_step,
                    )
                    for change in group.changes
                ]
            ),
        )
        for position, (group, values) in enumerate(zip(groups, unusual, strict=True))
    ]


def _unusual(groups: Sequence[Group]) -> list[dict[str, Value]]:
    """For each group the values that tell it from the others: those that most have are left out."""
    found: list[dict[str, Value]] = [{} for _ in groups]
    for name in differing(groups):
        values = [getattr(group.config, name) for group in groups]
        usual, count = Counter(values).most_common(1)[0]
        for of_group, value in zip(found, values, strict=True):
            if value != usual or count == 1:
                of_group[name] = value
    return found


def named(name: str, value: Value) -> str:
    """``γ 0.9``, but ``Batch size 32``, whose symbol would be taken for a group's letter."""
    declared = HYPERPARAMETERS[name]
    return (
        f"{_(declared.label)} {said(show(value))}"
        if declared.symbol.isascii()
        else said(named_value(name, value))
    )
