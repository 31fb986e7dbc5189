"""The compared runs as groups of seeds: how each is called and drawn."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.charts.lines import dash, hue
from dashboard.session.view import Dash
from dashboard.session.words import change_label, named_value, show
from dqn_core import HYPERPARAMETERS
from dqn_core.comparison import Group, SeedRun, differing, grouped
from dqn_core.hyperparameter import Value
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
        if len(self.differs) > MOST_NAMED:
            named.append(f"{len(self.differs) - MOST_NAMED} more")
        if not named:
            more = len(self.names) - 1
            named = [self.names[0] + (f" and {more} more" if more else "")]
        count = len(self.group.seed_runs)
        return f"{self.letter}: {', '.join(named)}" + (f", {count} seeds" if count > 1 else "")


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
                    f"{change_label(change.name, change.old, change.new)} at {change.env_step:,}"
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
        f"{declared.label} {show(value)}" if declared.symbol.isascii() else named_value(name, value)
    )
