"""What a panel of the live chart shows: its curves, its reference lines, its words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

from dashboard.session.view import Dash, XAxis
from dashboard.web.language import _
from dqn_core.base.phrases import Phrase

Hue: TypeAlias = Literal["return", "prediction", "value", "loss", "exploration", "gradient"]
"""Each quantity's, in the order of the theme's `chartCategoricalColors`."""
TraceKind: TypeAlias = Literal["average", "line", "markers"]

COLOURS = len(get_args(Hue))
"""Lines that can be told apart by their colour alone."""


@dataclass(frozen=True)
class Trace:
    """One quantity of a panel.

    Args:
        table, column: where its values are; together they identify it within its panel.
        more: further tables, of runs that are more seeds of the same: all are one curve with a
            band.
        members: whose rows of a table it is of, by the table; of one that is not named, all
            members'.
        name: its name in the legend.
        kind: "average" draws the values faintly under their bold exponential average, "line" the
            values alone, "markers" a marker at each.
        color: the quantity's role, which has the same hue in every panel; where runs are compared,
            the position of its own colour.
        dash: the line's style, to tell traces of one hue apart.
        singles: whether the single values, or the single seeds, are drawn faintly.
        behind: whether the others are compared with it: it is grey, has no single values, and ends
            where the axis ends for them.
        whole: whether the axis goes to the end of this one, too, although it is behind.
        id: what the browser knows it by; whether it is shown does not depend on its name.
        hue: its colour's position among the theme's `chartCategoricalColors`.
    """

    table: str
    column: str
    name: str
    kind: TraceKind = "line"
    color: Hue | int = "return"
    dash: Dash = "solid"
    more: tuple[str, ...] = ()
    members: Mapping[str, Sequence[int]] = field(default_factory=dict)
    singles: bool = True
    behind: bool = False
    whole: bool = False
    id: str = field(init=False)
    hue: int = field(init=False)

    def __post_init__(self) -> None:
        own = self.members.get(self.table)
        name = f"{self.table}/{self.column}" + (f"/{own[0]}" if own else "")
        object.__setattr__(self, "id", name)
        hue = self.color if isinstance(self.color, int) else get_args(Hue).index(self.color)
        object.__setattr__(self, "hue", hue)

    @property
    def tables(self) -> tuple[str, ...]:
        return (self.table, *self.more)


@dataclass(frozen=True)
class Reference:
    """A dashed horizontal line with a label, such as the solve threshold.

    It begins at the place `since`, given for each x axis; without one it goes all the way.
    """

    y: float
    label: str
    since: Mapping[XAxis, float] | None = None


@dataclass(frozen=True)
class Takeaway:
    """How a panel is put into words: "average return 312 of 500, rising".

    Args:
        trace: id of the trace that is summarised.
        quantity: what its last value is called, for example "average return".
        ceiling: the largest value there can be, if there is one.
    """

    trace: str = ""
    quantity: str = ""
    ceiling: float | None = None

    @classmethod
    def of(cls, trace: Trace, quantity: str) -> "Takeaway":
        """Of one of several lines: its name stands before the quantity."""
        return cls(trace.id, _("{name}: {quantity}", name=trace.name, quantity=quantity))


@dataclass(frozen=True)
class Panel:
    """One chart. The first panel of a page takes the full width.

    Args:
        key: unique among the panels; the chart's zoom and hidden traces belong to it.
        title: the heading.
        traces: at least one.
        references: horizontal lines.
        y_title: title of the y axis, usually its unit.
        y_range: fixed range; without one the axis fits the values in sight.
        y_scale: "log" draws values that are not positive on the smallest positive one.
        takeaway: the text alternative; by default the first trace by its name.
        empty: the sentence shown while there are no values.
    """

    key: str
    title: str
    traces: tuple[Trace, ...]
    references: tuple[Reference, ...] = ()
    y_title: str = ""
    y_range: tuple[float, float] | None = None
    y_scale: Literal["linear", "log"] = "linear"
    takeaway: Takeaway = Takeaway()
    empty: str = Phrase("Nothing to show yet.")

    def __post_init__(self) -> None:
        if not self.takeaway.trace:
            first = self.traces[0]
            object.__setattr__(self, "takeaway", Takeaway(first.id, first.name))
        ids = [trace.id for trace in self.traces]
        if self.takeaway.trace not in ids:
            raise ValueError(f"takeaway names {self.takeaway.trace!r}, the panel has {ids}")
