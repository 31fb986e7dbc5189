"""What the component of the map is sent: the values of Q, and what it says in one sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NotRequired, TypedDict

import numpy as np

from dashboard.session.run import MemberCopy
from dashboard.train_page.action_values import ActionValues, action_values
from dashboard.web.envelope import packed
from dashboard.web.feed import BadQueryError, Followed
from dashboard.web.language import _
from dqn_core.base.numbers import number, percent
from dqn_core.base.phrases import Phrase
from dqn_core.environments.declared import EnvironmentSpec
from dqn_core.environments.grids import GridWorld
from dqn_core.masks import shown
from dqn_core.q_map import Dimension, advantage, plane, q_on

Quantity = Literal["value", "advantage", "action"]

QUANTITIES: dict[Quantity, str] = {
    "value": Phrase("max Q"),
    "advantage": Phrase("advantage"),
    "action": Phrase("greedy action"),
}
POINTS: dict[Quantity, int] = {"value": 41, "advantage": 41, "action": 61}
"""Values along each side of the map; odd, so that one row and column is exactly in the middle.

Values are drawn smoothly between these points; where an action begins cannot be.
"""


class MapData(Followed):
    """The ranges that the page was drawn with."""

    drawn: str


class MapQuestion(TypedDict, total=False):
    """The chosen place as shares of the map's width and height, from the top left corner."""

    x: float
    y: float


class MapAxis(TypedDict):
    """What a side of the map is of."""

    label: str
    unit: str
    low: float
    high: float


class MapAnswer(TypedDict):
    """What maps of both kinds say; a chosen ``place`` has values where `has_places`."""

    title: str
    actions: list[str]
    rows: int
    columns: int
    takeaway: str
    step: int
    drawn: str
    has_places: bool
    place: NotRequired[ActionValues]


class PlaneAnswer(MapAnswer):
    """A map over two numbers. Body: the rows, the lowest first; then where the run has been, oldest
    first: x and y of each place as shares of 65535 (uint16)."""

    kind: Literal["plane"]
    x: MapAxis
    y: MapAxis


class ActionPlaneAnswer(PlaneAnswer):
    """Body: greedy actions (uint8), and one byte more where their number is odd."""

    quantity: Literal["action"]


class ValuePlaneAnswer(PlaneAnswer):
    """Body: shares of 65535 of the ``range`` (uint16)."""

    quantity: Literal["value", "advantage"]
    range: tuple[float, float]
    ramp: Literal["value", "advantage"]


class GridAnswer(MapAnswer):
    """A map of squares, row by row: their letters, which end an episode and which are walls, and
    how often each was visited as a share of the most; the direction of each action, (rows,
    columns). Body: each square's Q-values (float32)."""

    kind: Literal["grid"]
    directions: list[tuple[int, int] | None]
    range: tuple[float, float]
    letters: list[str]
    ended: list[bool]
    walls: list[bool]
    visits: list[float]


Place = tuple[float, float]
"""A place on the map that was chosen: shares of its width and height, from the top left corner."""


def place_of(query: Mapping[str, str]) -> Place | None:
    """The place that a browser names, if it does; raises `BadQueryError`."""
    if "x" not in query:
        return None
    try:
        x, y = float(query["x"]), float(query["y"])
    except (KeyError, ValueError):
        raise BadQueryError("its place is no two numbers") from None
    if not (0 <= x < 1 and 0 <= y < 1):  # NaN compares false
        raise BadQueryError("its place is not on the map")
    return x, y


@dataclass(frozen=True)
class View:
    """What a plane is of: the quantity, the two components shown, and all values held."""

    quantity: Quantity
    x: int
    y: int
    held: tuple[float, ...]


def plane_message(
    spec: EnvironmentSpec,
    copy: MemberCopy,
    axes: Sequence[Dimension],
    view: View,
    place: Place | None = None,
) -> bytes | None:
    """The map over two components: a step of 1/65535 of the range each value, or an action.

    None where values are too large to be finite.
    """
    x, y, points = axes[view.x], axes[view.y], POINTS[view.quantity]
    observations = plane(view.held, view.x, view.y, centres(x, points), centres(y, points))
    q_values = q_on(copy.agent, observations)
    if not np.isfinite(q_values).all():
        return None
    plain: PlaneAnswer = {
        "kind": "plane",
        "title": _title(spec, view.quantity),
        "actions": [_(label) for label in spec.action_labels],
        "rows": points,
        "columns": points,
        "x": {"label": _(x.label), "unit": x.unit, "low": x.low, "high": x.high},
        "y": {"label": _(y.label), "unit": y.unit, "low": y.low, "high": y.high},
        "takeaway": plane_takeaway(spec, q_values, x, y, view.quantity),
        "step": copy.agent.env_steps,
        "drawn": ranges(axes),
        "has_places": copy.agent.network.head.atoms > 0,
    }
    if place and plain["has_places"]:
        at = np.array([x.low + place[0] * (x.high - x.low)])
        up = np.array([y.high - place[1] * (y.high - y.low)])
        state = plane(view.held, view.x, view.y, at, up)[0, 0]
        plain["place"] = action_values(spec, copy.agent, state)
    header: ActionPlaneAnswer | ValuePlaneAnswer
    if view.quantity == "action":
        header = {**plain, "quantity": view.quantity}
        values = q_values.argmax(-1).astype(np.uint8).tobytes()
        values += bytes(len(values) % 2)  # what follows begins at a multiple of two
    else:
        field = q_values.max(-1) if view.quantity == "value" else advantage(q_values)
        signed = view.quantity == "advantage" and spec.n_actions == 2
        low, high = ends = _range(field, signed)
        ramp: Literal["value", "advantage"] = "advantage" if signed else "value"
        header = {**plain, "quantity": view.quantity, "range": ends, "ramp": ramp}
        values = np.round((field - low) / (high - low) * 65535).astype("<u2").tobytes()
    return packed(header, values + _visited(copy.recent[:, [view.x, view.y]], x, y))


def ranges(axes: Sequence[Dimension]) -> str:
    """The ranges in one text: where it changes, the controls have to be drawn anew."""
    return " ".join(f"{axis.low:g} {axis.high:g}" for axis in axes)


def centres(axis: Dimension, count: int) -> np.ndarray:
    """The middles of ``count`` equal parts of a range."""
    return axis.low + (np.arange(count) + 0.5) / count * (axis.high - axis.low)


def grid_message(
    spec: EnvironmentSpec,
    copy: MemberCopy,
    world: GridWorld,
    chosen: Mapping[str, int],
    place: Place | None = None,
) -> bytes:
    """The map on squares: all Q-values as float32, and how often each square was visited.

    Where an action is not allowed, it has no number.
    """
    rows, columns = world.shape
    states = world.states(chosen)
    allowed = None if copy.allowed is None else copy.allowed[states]
    q_values = shown(q_on(copy.agent, states[..., None]), allowed)
    directions = [action.move for action in spec.family.actions]
    # Only these are coloured: Taxi's penalty for a wrong pick-up would leave all others alike.
    moves = [action for action, direction in enumerate(directions) if direction]
    moves = moves or list(range(spec.n_actions))
    squares = world.square(copy.recent[:, 0].astype(np.int64))
    visits = np.bincount(squares, minlength=rows * columns)
    header: GridAnswer = {
        "kind": "grid",
        "title": _("Q of each action"),
        "actions": [_(label) for label in spec.action_labels],
        "directions": directions,
        "rows": rows,
        "columns": columns,
        "range": _range(q_values[~world.ended][:, moves], signed=False),
        "letters": [letter for row in world.letters for letter in row],
        "ended": world.ended.ravel().tolist(),
        "walls": world.walls.ravel().tolist(),
        "visits": (visits / max(1, int(visits.max()))).round(2).tolist(),
        "takeaway": grid_takeaway(spec, q_values, world),
        "step": copy.agent.env_steps,
        "drawn": "",
        "has_places": copy.agent.network.head.atoms > 0,
    }
    if place and header["has_places"]:
        square = int(place[1] * rows), int(place[0] * columns)
        if not world.ended[square]:
            here = None if allowed is None else allowed[square]
            header["place"] = action_values(spec, copy.agent, states[square][None], here)
    return packed(header, q_values.astype("<f4").tobytes())


def plane_takeaway(
    spec: EnvironmentSpec, q_values: np.ndarray, x: Dimension, y: Dimension, quantity: Quantity
) -> str:
    """The map in one sentence, for `q_values` `(rows, columns, n_actions)`."""
    if quantity == "value" or (quantity == "advantage" and spec.n_actions > 2):
        field = q_values.max(-1) if quantity == "value" else advantage(q_values)
        low, high = number(float(field.min())), number(float(field.max()))
        name = _("Max Q") if quantity == "value" else _("The advantage of the best action")
        if low == high:
            return _("{name} is {value} everywhere on this map.", name=name, value=low)
        row, column = np.unravel_index(field.argmax(), field.shape)
        return _(
            "{name} runs from {low} to {high}, highest at {x} = {at_x} and {y} = {at_y}.",
            name=name,
            low=low,
            high=high,
            x=_(x.label),
            at_x=_with_unit(float(centres(x, field.shape[1])[column]), x),
            y=_(y.label),
            at_y=_with_unit(float(centres(y, field.shape[0])[row]), y),
        )
    counts = np.bincount(q_values.argmax(-1).ravel(), minlength=spec.n_actions)
    shares = counts / counts.sum()
    parts = [
        _(
            "{action} in {share}",
            action=_(spec.action_labels[action]),
            share=percent(float(shares[action])),
        )
        for action in np.argsort(-shares)
        if shares[action] > 0
    ]
    return _("Chosen on this map: {actions}.", actions=_(", ").join(parts))


def grid_takeaway(spec: EnvironmentSpec, q_values: np.ndarray, world: GridWorld) -> str:
    """The grid in one sentence: the range of Q and the action chosen most."""
    open_squares = q_values[~world.ended]
    shares = np.bincount(np.nanargmax(open_squares, -1), minlength=spec.n_actions)
    most, best = int(shares.argmax()), np.nanmax(open_squares, -1)
    low, high = number(float(best.min())), number(float(best.max()))
    return _(
        "Max Q runs from {low} to {high}; {action} is best on {count} of {total} squares.",
        low=low,
        high=high,
        action=_(spec.action_labels[most]),
        count=shares[most],
        total=shares.sum(),
    )


def _title(spec: EnvironmentSpec, quantity: Quantity) -> str:
    if quantity != "advantage":
        return _(QUANTITIES[quantity])
    return _("advantage") if spec.n_actions == 2 else _("best Q minus second best")


def _with_unit(value: float, axis: Dimension) -> str:
    return f"{number(float(f'{value:.2g}'))} {axis.unit}".strip()


def _range(values: np.ndarray, signed: bool) -> tuple[float, float]:
    """Ends of the colour bar: rounded outwards, so that they do not change with every update."""
    if signed:
        end = max(_outwards(float(np.abs(values).max())), 1e-6)
        return -end, end
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    step = 10.0 ** np.floor(np.log10(max(high - low, abs(high) * 1e-3, 1e-6))) / 2
    low, high = float(np.floor(low / step) * step), float(np.ceil(high / step) * step)
    return low, high if high > low else low + float(step)


def _outwards(size: float) -> float:
    """The next number with two significant digits that is not below ``size``."""
    if not size:
        return 0.0
    step = 10.0 ** (np.floor(np.log10(size)) - 1)
    return float(np.ceil(size / step) * step)


def _visited(seen: np.ndarray, x: Dimension, y: Dimension) -> bytes:
    """Places on the map, oldest first, as shares of 65535; what lies beyond it is left out."""
    low, high = np.array([x.low, y.low]), np.array([x.high, y.high])
    shares = (seen - low) / (high - low)
    inside = shares[((shares >= 0) & (shares <= 1)).all(1)]
    return bytes(np.round(inside * 65535).astype("<u2").tobytes())
