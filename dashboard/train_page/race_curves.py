"""The charts of a race: in each of them a line with a band for each value."""

from collections.abc import Sequence

from dashboard.charts.lines import MOST_WITH_SINGLES, dash, hue
from dashboard.charts.panels import Kind, Panel, Reference, Takeaway, Trace
from dashboard.session.race import Arm
from dashboard.session.turns import Turns, table_of
from dashboard.web.language import _, said


def race_panels(turns: Turns, references: Sequence[Reference]) -> list[Panel]:
    """One panel for each quantity; ``references`` are what returns are measured against."""
    spec = turns.first.trainer.spec
    return [
        Panel(
            "return",
            _("Return of an episode"),
            _traces(turns, "episodes", "return", "average"),
            tuple(references),
            y_title=_("sum of rewards"),
            y_range=spec.return_range,
            takeaway=_takeaway(turns, "episodes", "return", _("average return")),
            empty=_("Press Start: each episode becomes a point when it ends."),
        ),
        Panel(
            "greedy",
            _("Greedy return"),
            _traces(turns, "evaluations", "mean_return", "markers"),
            y_title=_("mean sum of rewards"),
            y_range=spec.return_range,
            takeaway=_takeaway(turns, "evaluations", "mean_return", _("greedy return")),
            empty=_("Each greedy evaluation becomes a point."),
        ),
        Panel(
            "values",
            _("Predicted Q-values"),
            _traces(turns, "updates", "mean_q", "line"),
            y_title=_("mean max Q of a batch"),
            takeaway=_takeaway(turns, "updates", "mean_q", _("mean max Q")),
            empty=_("Q-values are drawn once learning has started."),
        ),
        Panel(
            "loss",
            _("Loss"),
            _traces(turns, "updates", "loss", "average"),
            y_title=_("loss of a batch"),
            y_scale="log",
            takeaway=_takeaway(turns, "updates", "loss", _("average loss")),
            empty=_("The loss is drawn once learning has started."),
        ),
        Panel(
            "gradient",
            _("Gradient norm"),
            _traces(turns, "updates", "gradient_norm", "average"),
            y_title=_("length of the gradient"),
            y_scale="log",
            takeaway=_takeaway(turns, "updates", "gradient_norm", _("average gradient norm")),
            empty=_("The gradient is drawn once learning has started."),
        ),
        Panel(
            "exploration",
            _("Exploration"),
            _traces(turns, "episodes", "epsilon", "line"),
            y_title=_("ε at an episode's end"),
            y_range=(0.0, 1.0),
            takeaway=_takeaway(turns, "episodes", "epsilon", "ε"),
            empty=_("ε is drawn as episodes end."),
        ),
    ]


def _traces(turns: Turns, table: str, column: str, kind: Kind) -> tuple[Trace, ...]:
    arms = turns.arms
    return tuple(_trace(turns, arm, table, column, kind, len(arms)) for arm in arms)


def _trace(
    turns: Turns, arm: Arm, table: str, column: str, kind: Kind, number_of_arms: int
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


def _takeaway(turns: Turns, table: str, column: str, quantity: str) -> Takeaway:
    first, *_others = _traces(turns, table, column, "line")
    return Takeaway(first.id, _("{name}: {quantity}", name=first.name, quantity=quantity))
