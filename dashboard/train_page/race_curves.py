"""The charts of a race: in each of them a line with a band for each value."""

from collections.abc import Sequence

from dashboard.charts.lines import MOST_WITH_SINGLES, dash, hue
from dashboard.charts.live_chart import Kind, Panel, Reference, Takeaway, Trace
from dashboard.session.race import Arm
from dashboard.session.run import Run


def race_panels(run: Run, references: Sequence[Reference]) -> list[Panel]:
    """One panel for each quantity; ``references`` are what returns are measured against."""
    arms, spec = run.arms, run.trainer.spec
    return [
        Panel(
            "return",
            "Return of an episode",
            _traces(arms, "episodes", "return", "average"),
            tuple(references),
            y_title="sum of rewards",
            y_range=spec.return_range,
            takeaway=_takeaway(arms, "episodes", "return", "average return"),
            empty="Press Start: each episode becomes a point when it ends.",
        ),
        Panel(
            "greedy",
            "Greedy return",
            _traces(arms, "evaluations", "mean_return", "markers"),
            y_title="mean sum of rewards",
            y_range=spec.return_range,
            takeaway=_takeaway(arms, "evaluations", "mean_return", "greedy return"),
            empty="Each greedy evaluation becomes a point.",
        ),
        Panel(
            "values",
            "Predicted Q-values",
            _traces(arms, "updates", "mean_q", "line"),
            y_title="mean max Q of a batch",
            takeaway=_takeaway(arms, "updates", "mean_q", "mean max Q"),
            empty="Q-values are drawn once learning has started.",
        ),
        Panel(
            "loss",
            "Loss",
            _traces(arms, "updates", "loss", "average"),
            y_title="loss of a batch",
            y_scale="log",
            takeaway=_takeaway(arms, "updates", "loss", "average loss"),
            empty="The loss is drawn once learning has started.",
        ),
        Panel(
            "gradient",
            "Gradient norm",
            _traces(arms, "updates", "gradient_norm", "average"),
            y_title="length of the gradient",
            y_scale="log",
            takeaway=_takeaway(arms, "updates", "gradient_norm", "average gradient norm"),
            empty="The gradient is drawn once learning has started.",
        ),
        Panel(
            "exploration",
            "Exploration",
            _traces(arms, "episodes", "epsilon", "line"),
            y_title="ε at an episode's end",
            y_range=(0.0, 1.0),
            takeaway=_takeaway(arms, "episodes", "epsilon", "ε"),
            empty="ε is drawn as episodes end.",
        ),
    ]


def _traces(arms: Sequence[Arm], table: str, column: str, kind: Kind) -> tuple[Trace, ...]:
    return tuple(
        Trace(
            table,
            column,
            arm.label,
            kind,
            hue(arm.position),
            dash(arm.position),
            members={table: arm.members},
            singles=len(arms) <= MOST_WITH_SINGLES,
        )
        for arm in arms
    )


def _takeaway(arms: Sequence[Arm], table: str, column: str, quantity: str) -> Takeaway:
    (first, *_) = _traces(arms[:1], table, column, "line")
    return Takeaway(first.id, f"{first.name}: {quantity}")
