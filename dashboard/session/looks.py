"""What the Compare page looks at, as its address says it: which runs, how judged, how listed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal, TypeAlias, get_args
from urllib.parse import urlencode

from dashboard.web.markup import one_line
from dqn_core.comparison import Metric
from dqn_core.store.record import Status

Since: TypeAlias = Literal["start", "fork"]

MOST_RUNS = 100
"""More curves nobody tells apart."""

LONGEST = 200
"""Characters of a text in an address."""


@dataclass(frozen=True)
class Look:
    """``runs`` are the compared ones by name, drawn ``since`` their start or their fork, and judged
    by ``metric``, None where whatever is looked at says it; ``search`` to ``hidden`` say which are
    listed. With a ``sweep`` it is looked at instead."""

    runs: tuple[str, ...] = ()
    since: Since = "start"
    metric: Metric | None = None
    search: str = ""
    environment: str = ""
    status: str = ""
    tag: str = ""
    hidden: bool = False
    sweep: str = ""

    @property
    def query(self) -> str:
        """Its part of the address; `read` understands it."""
        given = {f.name: getattr(self, f.name) for f in fields(self)}
        return urlencode(
            {
                name: _written(value)
                for name, value in given.items()
                if value != getattr(Look, name)
            },
            safe=",",
        )


NAMES = frozenset(field.name for field in fields(Look))
"""Every parameter of an address that is no part of an experiment's link."""


def read(parameters: Mapping[str, Sequence[str]]) -> Look:
    """What an address says; what it cannot mean is left out."""
    texts = {name: one_line(values[-1])[:LONGEST] for name, values in parameters.items() if values}
    given: dict[str, Any] = {
        name: texts[name] for name in ("search", "environment", "tag", "sweep") if name in texts
    }
    for name, choices in (
        ("metric", get_args(Metric)),
        ("since", get_args(Since)),
        ("status", tuple(Status)),
    ):
        if texts.get(name) in choices:
            given[name] = texts[name]
    names = ",".join(parameters.get("runs", ())).split(",")
    given["runs"] = tuple(dict.fromkeys(filter(None, map(one_line, names))))[:MOST_RUNS]
    return Look(**given, hidden=texts.get("hidden") == "on")


def _written(value: Any) -> str:
    if isinstance(value, tuple):
        return ",".join(value)
    return "on" if value is True else str(value)
