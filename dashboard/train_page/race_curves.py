"""The charts of a race: in each of them a line with a band for each value."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from dashboard.charts.lines import MOST_WITH_SINGLES, dash, hue
from dashboard.charts.panels import Panel, Reference, Takeaway, Trace, TraceKind
from dashboard.session.race import Arm
from dashboard.session.turns import Turns, table_of
from dashboard.web.language import _, said


def race_panels(turns: Turns, references: Sequence[Reference]) -> list[Panel]:
    """One panel for each quantity; ``references`` are what returns are measured against."""
    returns = turns.first.trainer.spec.return_range
    panel = partial(_panel, turns)
    return [
        panel(
            "return",
            _("Return of an episode"),
            ("episodes", "return", "average"),
            _("average return"),
            references=tuple(references),
            y_title=_("sum of rewards"),
            y_range=returns,
            empty=_("Press Start: each episode becomes a point when it ends."),
        ),
        panel(
            "greedy",
            _("Greedy return"),
            ("evaluations", "mean_return", "markers"),
            _("greedy return"),
            y_title=_("mean sum of rewards"),
            y_range=returns,
            empty=_("Each greedy evaluation becomes a point."),
        ),
        panel(
            "values",
            _("Predicted Q-values"),
            ("updates", "mean_q", "line"),
            _("mean max Q"),
            y_title=_("mean max Q of a batch"),
            empty=_("Q-values are drawn once learning has started."),
        ),
        panel(
            "loss",
            _("Loss"),
            ("updates", "loss", "average"),
            _("average loss"),
            y_title=_("loss of a batch"),
            y_scale="log",
            empty=_("The loss is drawn once learning has started."),
        ),
        panel(
            "gradient",
            _("Gradient norm"),
            ("updates", "gradient_norm", "average"),
            _("average gradient norm"),
            y_title=_("length of the gradient"),
            y_scale="log",
            empty=_("The gradient is drawn once learning has started."),
        ),
        panel(
            "exploration",
            _("Exploration"),
            ("episodes", "epsilon", "line"),
            "ε",
            y_title=_("ε at an episode's end"),
            y_range=(0.0, 1.0),
            empty=_("ε is drawn as episodes end."),
        ),
    ]


def _panel(
    turns: Turns,
    key: str,
    title: str,
    drawn: tuple[str, str, TraceKind],
    quantity: str,
    **more: Any,
) -> Panel:
    """``drawn`` are table, column and kind of its lines; the first one is put into words."""
    traces = tuple(_trace(turns, arm, *drawn, len(turns.arms)) for arm in turns.arms)
    return Panel(key, title, traces, takeaway=Takeaway.of(traces[0], quantity), **more)


def _trace(
    turns: Turns, arm: Arm, table: str, column: str, kind: TraceKind, number_of_arms: int
) -> Trace:
    own, before = table_of(table, arm.run), turns.first_member(arm.run)
    return Trace(
        own,
        column,
        said(arm.label),
        kind,
        hue(arm.position),
        dash(arm.position),
        members={own: [before + member for member in arm.members]},
        singles=number_of_arms <= MOST_WITH_SINGLES,
    )
