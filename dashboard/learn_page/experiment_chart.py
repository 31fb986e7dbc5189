"""The arms' curves side by side while they train, with the curve that was predicted."""

from collections.abc import Mapping, Sequence

import numpy as np

from dashboard.charts.live_chart import News, held, live_charts
from dashboard.charts.panels import Panel, Reference, Takeaway, Trace
from dashboard.learn_page.arms import Arms
from dashboard.session.session import Session
from dashboard.web.feed import CURVES_SECONDS
from dashboard.web.language import _
from dqn_core.experiments.experiment import Arm, Drawing, Experiment, Measure
from dqn_core.history import WHEN

DRAWN = "drawn"
RETURN = "mean_return"


def experiment_chart(session: Session, arms: Arms, heights: Sequence[float] | None) -> None:
    """A panel of the measure, and one of the greedy return where that is another one."""
    experiment = arms.experiment

    def drawn() -> str:
        return f"{arms.state} {session.turns.is_active}"

    def news() -> News:
        session.runner.touch()  # somebody looks
        state = "no runner" if session.runner.is_stopped else drawn()
        remarks = {"measure": _progress(arms)}
        return News(held(_tables(arms, heights)), arms.turns.id, state, remarks=remarks)

    live_charts(
        _panels(experiment, arms, heights),
        news,
        x_axis="env_step",
        smoothing=0.0,
        key="experiment_chart",
        period=CURVES_SECONDS if arms.turns.is_active else 0,
        drawn=drawn(),
        height=300,
        caption=_(experiment.title),
        filename=f"experiment_{experiment.id}",
    )


def _progress(arms: Arms) -> str:
    total = arms.experiment.config.total_steps
    return _(
        "Environment step {step:,} of {total:,}, {seeds} seeds of each arm.",
        step=arms.env_step,
        total=total,
        seeds=len(arms.seeds),
    )


def _tables(arms: Arms, heights: Sequence[float] | None) -> dict[str, Mapping[str, np.ndarray]]:
    """Each arm's evaluations by its id, with the measure as ``value``."""
    tables: dict[str, Mapping[str, np.ndarray]] = {}
    for arm_id, run in arms.runs.items():
        rows = run.history.evaluations.columns()
        values = arms.experiment.measure.values(rows)
        tables[arm_id] = {name: rows[name] for name in (*WHEN, RETURN)} | {"value": values}
    if heights:
        tables[DRAWN] = _drawn(heights, arms.experiment.config.total_steps)
    return tables


def _drawn(heights: Sequence[float], steps: int) -> Mapping[str, np.ndarray]:
    n = len(heights)
    return {
        "member": np.zeros(n, dtype=int),
        "env_step": np.linspace(0, steps, n).astype(int),
        "episode": np.arange(n),
        "seconds": np.arange(n, dtype=float),
        "value": np.array(heights, dtype=float),
    }


def _panels(experiment: Experiment, arms: Arms, heights: Sequence[float] | None) -> list[Panel]:
    measure = experiment.measure
    spec = next(iter(arms.runs.values())).trainer.spec
    solved = spec.reward_threshold
    threshold = () if solved is None else (Reference(solved, _("solved")),)
    is_return = measure.column == RETURN and not measure.minus
    exact = (Reference(0.0, _("predicted = obtained")),) if measure.minus else ()
    traces = [*_traces(experiment, "value")]
    if heights and experiment.drawing:
        traces.append(_prediction(experiment.drawing, len(experiment.arms)))
    first = experiment.arms[0]
    panels = [
        Panel(
            "measure",
            heading(measure),
            tuple(traces),
            threshold if is_return else exact,
            takeaway=Takeaway(f"{first.id}/value", _quantity(first, _(measure.label))),
            empty=_("Each greedy evaluation becomes a point."),
        )
    ]
    if not is_return:
        panels.append(
            Panel(
                "return",
                _("Greedy return"),
                tuple(_traces(experiment, RETURN)),
                threshold,
                takeaway=Takeaway(f"{first.id}/{RETURN}", _quantity(first, _("greedy return"))),
                empty=_("Each greedy evaluation becomes a point."),
            )
        )
    return panels


def heading(measure: Measure) -> str:
    """Its name as the heading of a panel or a column."""
    words = _(measure.label)
    return words[0].upper() + words[1:]


def _quantity(arm: Arm, measure: str) -> str:
    return _("{arm}: {measure}", arm=_(arm.label), measure=measure)


def _traces(experiment: Experiment, column: str) -> list[Trace]:
    return [
        Trace(arm.id, column, _(arm.label), "markers", color=position)
        for position, arm in enumerate(experiment.arms)
    ]


def _prediction(drawing: Drawing, position: int) -> Trace:
    return Trace(DRAWN, "value", _("your prediction"), "line", color=position, dash="dash")
