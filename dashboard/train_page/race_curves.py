"""The charts of a race: a run's own, in each of them a line with a band for each value."""

from collections.abc import Sequence
from dataclasses import replace

from dashboard.charts.lines import MOST_WITH_SINGLES, dash, hue
from dashboard.charts.panels import Panel, Reference, Takeaway, Trace
from dashboard.session.race import Arm
from dashboard.session.turns import Turns, table_of
from dashboard.web.language import _, said


def race_panels(turns: Turns, alone: Sequence[Panel]) -> list[Panel]:
    """The panels of a run ``alone``, each with a line of its first quantity for each arm.

    Greedy returns have a panel of their own. The lines of the layers' noise would be too many, and
    what values are measured against may be another number for each arm: these are left out.
    """
    returns, values, loss, gradient, exploration, *_noise = alone
    greedy = replace(
        returns,
        key="greedy",
        title=_("Greedy return"),
        traces=returns.traces[1:],
        takeaway=Takeaway(),
        y_title=_("mean sum of rewards"),
        empty=_("Each greedy evaluation becomes a point."),
    )
    title, y_title = _("Predicted Q-values"), _("mean max Q of a batch")
    values = replace(values, title=title, y_title=y_title, y_range=None)
    return [
        _raced(turns, returns, _("average return"), returns.references),
        _raced(turns, greedy, _("greedy return")),
        *(_raced(turns, panel) for panel in (values, loss, gradient, exploration)),
    ]


def _raced(
    turns: Turns, panel: Panel, quantity: str = "", references: tuple[Reference, ...] = ()
) -> Panel:
    """``panel`` with a line for each arm; the first one is put into words."""
    traces = tuple(_trace(turns, arm, panel.traces[0]) for arm in turns.arms)
    takeaway = Takeaway.of(traces[0], quantity or panel.takeaway.quantity)
    return replace(panel, traces=traces, references=references, takeaway=takeaway)


def _trace(turns: Turns, arm: Arm, alone: Trace) -> Trace:
    own, before = table_of(alone.table, arm.run), turns.first_member(arm.run)
    return Trace(
        own,
        alone.column,
        said(arm.label),
        alone.kind,
        hue(arm.position),
        dash(arm.position),
        members={own: [before + member for member in arm.members]},
        singles=len(turns.arms) <= MOST_WITH_SINGLES,
    )
