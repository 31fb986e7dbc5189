"""A curve that a person draws on empty axes before the start."""

from collections.abc import Callable, Sequence
from typing import TypedDict

from dashboard.web.keys import widget_values
from dashboard.web.language import _
from dashboard.web.static_files import component
from dqn_core.experiments.experiment import Drawing

POINTS = 11
"""Points of a drawn curve, at equal distances from step 0 to the last one."""

_component = component("drawn_curve/drawn_curve.js", isolate_styles=False)


class DrawnCurveData(TypedDict):
    """The axes from ``low`` to ``high`` over so many steps, the heights of so many points, and what
    is said: the name of the axes, and what to do without a curve and with one."""

    low: float
    high: float
    steps: int
    points: int
    heights: list[float] | None
    label: str
    empty: str
    drawn: str


def drawn_curve(
    drawing: Drawing,
    steps: int,
    heights: Sequence[float] | None,
    on_curve: Callable[[list[float]], None],
) -> None:
    """The axes, with what was drawn; ``on_curve`` gets `POINTS` heights from step 0 to the last."""
    key = "drawn_curve"

    def heard() -> None:
        sent = heights_of(widget_values()[key]["curve"], drawing)
        if sent:
            on_curve(sent)

    _component(
        key=key,
        data=DrawnCurveData(
            low=drawing.low,
            high=drawing.high,
            steps=steps,
            points=POINTS,
            heights=None if heights is None else [*heights],
            label=_("Axes for your curve. Left and right choose a step, up and down the height."),
            empty=_("Draw with the mouse or a finger, or with the arrow keys."),
            drawn=_("Your curve. Draw over it to change it."),
        ),
        on_curve_change=heard,
    )


def heights_of(sent: object, drawing: Drawing) -> list[float] | None:
    """The heights that a browser sent, within the axes; None if it sent anything else."""
    if not isinstance(sent, list) or len(sent) != POINTS:
        return None
    if not all(isinstance(height, int | float) for height in sent):
        return None
    return [min(drawing.high, max(drawing.low, float(height))) for height in sent]
