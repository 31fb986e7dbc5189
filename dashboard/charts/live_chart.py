"""The live chart: panels over one x axis that are extended, not rebuilt, while a run goes on.

`live_charts` places it on a page. From then on the browser asks for the rows that it lacks, and
`answer` sends them. The averages, the thinning for the screen and the statistics over members are
the browser's (`assets/live_chart/`), so that zooming, smoothing and changing the x axis need no
rows again.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, NotRequired, Protocol, TypeAlias, TypedDict, cast, get_args

import numpy as np
from numpy.typing import NDArray

from dashboard.charts.panels import Panel
from dashboard.session.view import XAxis
from dashboard.web.envelope import packed
from dashboard.web.feed import BadQueryError, Followed, offer
from dashboard.web.keys import widget_values
from dashboard.web.language import said
from dashboard.web.static_files import component
from dashboard.web.widgets import on_redraw

Column: TypeAlias = NDArray[Any] | Sequence[str]
Table: TypeAlias = Mapping[str, Column]

Code: TypeAlias = Literal["u1", "u2", "u4", "f4", "f8"]
"""Kind and bytes of a number, all little-endian."""

_ALWAYS = ("member", "env_step", "episode", "seconds")
_CHANGES = "changes"


class Growing(Protocol):
    """A table whose rows are read when somebody asks for them."""

    def __len__(self) -> int:
        """How many rows it has by now."""

    def columns(self, start: int = 0) -> Table:
        """Every column from row ``start`` on."""


@dataclass(frozen=True)
class Held:
    """A table that is in memory as a whole."""

    table: Table

    def __len__(self) -> int:
        return len(self.table["member"])

    def columns(self, start: int = 0) -> Table:
        return {name: column[start:] for name, column in self.table.items()}


def held(tables: Mapping[str, Table]) -> dict[str, Growing]:
    """Tables that are in memory, for `News`."""
    return {name: Held(table) for name, table in tables.items()}


@dataclass(frozen=True)
class News:
    """What there is at the moment that the browser asks.

    Args:
        tables: by their names. Each has columns of equal length: `member` (int), `env_step`,
            `episode` and `seconds` besides its values. x never falls within a member, and rows are
            only ever added within one `run_id`. The table `changes`, if there is one, has a text
            column `label`, and is drawn as labelled vertical rules.
        run_id: another one clears the curves (also when a run is rewound).
        state: another one than the page was drawn in has it drawn anew.
        beside: what else the answer brings, for what stands beside the charts.
        stopped: members that statistics over members leave out, from the first row on.
        remarks: what stands below a panel, by its key.
    """

    tables: Mapping[str, Growing]
    run_id: str
    state: str = ""
    beside: Mapping[str, Any] | None = None
    stopped: Sequence[int] = ()
    remarks: Mapping[str, str] = field(default_factory=dict)


class ChartSpec(TypedDict):
    """The panels: ``id`` stands for their content, and ``columns`` for the columns that they draw,
    whose rows stay in the browser where only words have changed. ``height`` is in pixels."""

    id: str
    columns: str
    panels: list[Panel]
    height: int


class ChartWords(TypedDict):
    """What the run is, for pictures and paper, and how the name of a picture's file begins."""

    caption: str
    filename: str


class ChartData(Followed):
    """The charts, the state that they were drawn in, and how they are looked at."""

    spec: ChartSpec
    drawn: str
    axis: XAxis
    smoothing: float
    words: ChartWords
    forks: bool


class TableRows(TypedDict):
    """New rows of a table, the first of which is ``start``. Each column has its name, its type and
    its base, which is added to its numbers; the numbers follow the header. Texts are in it."""

    start: int
    rows: int
    columns: list[tuple[str, Code, float]]
    texts: NotRequired[dict[str, list[str]]]


class ChartAnswer(TypedDict):
    """What a browser lacks, as in `News`. Bodies: the columns of each table, in the tables'
    order."""

    columns: str
    run: str
    state: str
    beside: Any
    stopped: list[int]
    remarks: dict[str, str]
    tables: dict[str, TableRows]


class ForkAsked(TypedDict):
    """The place of an axis that somebody has pointed at, to go on from there."""

    axis: XAxis
    x: float


_component = component("live_chart/chart.js", isolate_styles=False)


def live_charts(
    panels: Sequence[Panel],
    news: Callable[[], News],
    *,
    x_axis: XAxis,
    smoothing: float,
    key: str,
    period: float = 0.0,
    drawn: str = "",
    height: int = 240,
    caption: str = "",
    filename: str = "chart",
    mount: Any = None,
    on_fork: Callable[[XAxis, float], None] | None = None,
) -> None:
    """Show a run's curves, which extend themselves while the page stays as it is.

    Args:
        panels: the charts, in reading order.
        news: called whenever the browser asks, in a thread of the server's.
        x_axis: column that the curves are drawn over.
        smoothing: weight w in [0, 1) of the average m ← w·m + (1 − w)·x, shown m / (1 − wᵗ).
        key: the component's key.
        period: seconds from one question of the browser's to the next; 0 is only one.
        drawn: the state that the page was drawn in: when the news are of another one, the
            browser has the page drawn anew.
        height: of a panel's drawing in pixels; the first is a third taller.
        caption: what the run is, for pictures and paper.
        filename: how the name of a picture's file begins; the panel's key follows.
        mount: the component that has the charts in it, where they do not stand alone.
        on_fork: called with the axis and the place on it that a person has pointed at, to go on
            from there; without it there is no tool for that.
    """
    data: ChartData = {
        **offer(key, lambda query: answer(panels, news(), query), period),
        "spec": _spec(panels, height),
        "drawn": drawn,
        "axis": x_axis,
        "smoothing": smoothing,
        "words": ChartWords(caption=caption, filename=filename),
        "forks": on_fork is not None,
    }

    def fork() -> None:
        asked = widget_values()[key]["fork"]
        if on_fork and asked["axis"] in get_args(XAxis):
            on_fork(asked["axis"], float(asked["x"]))

    (mount or _component)(key=key, data=data, on_redraw_change=on_redraw(), on_fork_change=fork)


def answer(panels: Sequence[Panel], news: News, query: Mapping[str, str]) -> bytes:
    """The rows that a browser lacks, which says in ``query`` how many it has of each table.

    They are of the `columns` and the `run` that it names: of others it has none. Raises
    `BadQueryError` where these are no numbers.
    """
    drawn = _drawn(panels)
    columns_id = _digest(drawn)
    is_same = (query.get("columns"), query.get("run")) == (columns_id, news.run_id)
    try:
        start = {name: int(query.get(name, 0)) if is_same else 0 for name in news.tables}
    except ValueError as error:
        raise BadQueryError(str(error)) from None
    tables = {name: (news.tables[name], drawn[name]) for name in drawn if name in news.tables}
    parts, bodies = _rows(tables, start)
    header = ChartAnswer(
        columns=columns_id,
        run=news.run_id,
        state=news.state,
        beside=news.beside,
        stopped=[*news.stopped],
        remarks={**news.remarks},
        tables=parts,
    )
    return packed(header, *bodies)


def _spec(panels: Sequence[Panel], height: int) -> ChartSpec:
    described = [asdict(panel) | {"empty": said(panel.empty)} for panel in panels]
    return {
        "id": _digest({"panels": described, "height": height}),
        "columns": _digest(_drawn(panels)),
        "panels": cast(list[Panel], described),
        "height": height,
    }


def _digest(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:12]


def _drawn(panels: Sequence[Panel]) -> Mapping[str, Sequence[str]]:
    """The columns that are drawn, by table."""
    drawn = {_CHANGES: dict.fromkeys((*_ALWAYS, "label"))}
    for trace in (trace for panel in panels for trace in panel.traces):
        for name in trace.tables:
            drawn.setdefault(name, dict.fromkeys(_ALWAYS))[trace.column] = None
    return {name: tuple(columns) for name, columns in drawn.items()}


def _rows(
    tables: Mapping[str, tuple[Growing, Sequence[str]]], start: Mapping[str, int]
) -> tuple[dict[str, TableRows], list[bytes]]:
    """These columns' rows from ``start`` on, and the bytes of the columns in their order."""
    parts: dict[str, TableRows] = {}
    body: list[bytes] = []
    for name, (table, drawn) in tables.items():
        first = min(max(0, start[name]), len(table))
        columns = table.columns(first)
        rows = len(columns["member"])
        part = parts[name] = TableRows(start=first, rows=rows, columns=[])
        if not rows:
            continue
        for column in drawn:
            values = columns[column]
            if column == "label":
                part["texts"] = {column: [said(text) for text in values]}
                continue
            code, base, data = _packed(np.asarray(values))
            part["columns"].append((column, code, base))
            body.append(data)
    return parts, body


def _packed(values: NDArray[Any]) -> tuple[Code, float, bytes]:
    """Type, base and bytes of a column: whole numbers as their distance from the smallest.

    So is any number that is the same in all rows, such as ε at its end.
    """
    if values.dtype.kind == "f" and np.isfinite(values).all():
        if (values == values[0]).all():
            return "u1", float(values[0]), bytes(len(values))
        if np.abs(values).max() < 2**31 and (values == np.trunc(values)).all():
            values = values.astype(np.int64)
    if values.dtype.kind in "iub":
        base = int(values.min())
        distance = values.astype(np.int64) - base
        codes: Sequence[Code] = ("u1", "u2", "u4")
        for code in codes:
            if distance.max() <= np.iinfo(code).max:
                return code, base, distance.astype(f"<{code}").tobytes()
        return "f8", 0, values.astype("<f8").tobytes()
    return "f4", 0, values.astype("<f4").tobytes()
